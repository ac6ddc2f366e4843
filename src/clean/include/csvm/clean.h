// csvm/clean.h - a raw value -> the same value, cleaned. The only public header of module `clean`.
//
// Only what is sure, counted per rule; every rule is idempotent and can be switched off.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/columns.h"

namespace csvm::clean {

/// One switchable, counted rule.
enum class Rule : std::uint8_t {
  whitespace,    // runs, no-break and zero-width characters, ends
  placeholders,  // "N/A", "null", "-" ... become empty
  domains,   // scheme, www., port, path, query, dots and slashes removed; lower case; IDN readable
  names,     // ALL CAPS and all-lowercase person names
  emails,    // lower case, mailto:, several in one cell split
  linkedin,  // canonical URLs; handle from URL
};
inline constexpr std::size_t rule_count = 6;
std::string_view to_string(Rule rule);
std::optional<Rule> rule_named(std::string_view name);

struct Rules {
  std::bitset<rule_count> enabled = std::bitset<rule_count>().set();
  std::vector<std::string> domain_prefixes = {"https://", "http://", "www.", "www2.", "m."};
  std::vector<std::string> domain_suffixes = {"/", "/#", "?"};
  std::vector<std::string> personal_email_domains;  // besides the built-in ones

  bool on(Rule rule) const { return enabled.test(static_cast<std::size_t>(rule)); }
};

/// How many values each rule changed.
struct Counts {
  std::array<std::uint64_t, rule_count> changed{};
  std::uint64_t& operator[](Rule rule) { return changed[static_cast<std::size_t>(rule)]; }
  Counts& operator+=(const Counts& other);
};

/// Spreadsheet damage seen in values; it is reported, never repaired.
struct Damage {
  std::uint64_t scientific_numbers = 0;  // 4.41E+11 in a phone column
  std::uint64_t dates_from_ranges = 0;   // Nov-50 in an employee column
  std::uint64_t lost_zeros = 0;
  std::uint64_t mojibake = 0;
  Damage& operator+=(const Damage& other);
};

/// Cleans values of one table, one thread. Cheap to make; keeps a buffer.
///
/// Speed: a value that needs nothing is looked at once (no copy, no allocation).
class Cleaner {
 public:
  explicit Cleaner(const Rules& rules);  // borrows `rules`

  /// `value` of a field of `role`, cleaned; borrows `value` or, when something changed, the
  /// cleaner's buffer (valid until the next call). Counts what it did. `Role::other` gets the rules
  /// that fit any column (whitespace, placeholders).
  std::string_view clean(columns::Role role, std::string_view value);

  /// For e-mail columns: as `clean`, and the further valid addresses of the cell appended to
  /// `others` (cleared first). Owned strings: cells with several addresses are rare.
  std::string_view clean_emails(std::string_view value, std::vector<std::string>& others);

  const Counts& counts() const { return counts_; }
  const Damage& damage() const { return damage_; }

 private:
  const Rules* rules_;
  std::string buffer_;
  Counts counts_;
  Damage damage_;
};

/// "N/A", "null", "-", "none", "#N/A", "unknown" ... (any case, blanks around); empty too.
bool is_placeholder(std::string_view value);

/// The part of a clean host that its owner registered, by the public suffix list:
/// "shop.acme.co.uk" -> "acme.co.uk". Empty when there is none. Borrows `host`.
/// Threads: any.
std::string_view registrable_domain(std::string_view host);

/// A host where anybody has a page (facebook.com, linktr.ee, gmail.com ...): it names nobody.
bool is_shared_host(std::string_view host);
bool is_free_mail_domain(std::string_view domain);

/// "https://www.linkedin.com/company/acme" -> "acme", and the other way round. Empty if it is none.
std::string linkedin_handle(std::string_view url);
std::string linkedin_company_url(std::string_view handle);

/// The given and the family part of a full name ("Ludwig van Beethoven" -> "Ludwig", "van
/// Beethoven"; "Beethoven, Ludwig van" too). A single word is a first name.
struct NameParts {
  std::string first;
  std::string last;
};
NameParts split_name(std::string_view full_name);

}  // namespace csvm::clean
