// A role (the first byte), rules (the second) and a value: cleaning is idempotent, keeps UTF-8
// valid, and hosts and names taken apart lie within what they were taken from.
#include <cstdint>
#include <cstdlib>

#include "csvm/clean.h"
#include "csvm/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace clean = csvm::clean;
  using csvm::columns::Role;
  if (size < 2) return 0;
  const auto role = static_cast<Role>(data[0] % (static_cast<int>(Role::year_founded) + 1));
  clean::Rules rules;
  if (data[1] % 2 == 1) rules.enabled = std::bitset<clean::rule_count>(data[1] / 2U);
  const std::string_view value(reinterpret_cast<const char*>(data) + 2, size - 2);

  clean::Cleaner cleaner(rules);
  const std::string once(cleaner.clean(role, value));
  clean::Cleaner again(rules);
  if (again.clean(role, once) != once || again.counts() != clean::Counts()) std::abort();
  if (csvm::text::is_valid_utf8(value) && !csvm::text::is_valid_utf8(once)) std::abort();

  std::vector<std::string> others;
  const std::string first(cleaner.clean_emails(value, others));
  std::vector<std::string> none;
  if (again.clean_emails(first, none) != first || !none.empty()) std::abort();

  const std::string_view own = clean::registrable_domain(value);
  if (!own.empty() && (own.data() < value.data() || own.size() > value.size())) std::abort();
  clean::is_shared_host(value);
  const std::string url = clean::linkedin_company_url(value);
  if (!url.empty() && clean::linkedin_handle(url).empty()) std::abort();
  clean::split_name(value);
  return 0;
}
