// The exact key of a row, and what exact mode keeps of it.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "store.h"

namespace csvm::cluster {
namespace {

constexpr char part_end = '\x1f';

}  // namespace

Key exact_key(Comparables::Store& store, const PersonName& name, const CompanyName& company,
              std::uint64_t site) {
  const bool people = store.type == columns::TableType::people;
  std::string& key = store.buffer;
  key.clear();
  if (people) {
    if (store.has_name) {
      if (name.empty()) return {};
      append_words(name.given.all(), key);
      key += ' ';
      append_words(name.family.all(), key);
      key += part_end;
      key += static_cast<char>('0' + name.generation);
    }
    if (store.has_company) {
      if (company.empty()) return {};
      key += part_end;
      append_words(company.core.all(), key);
    }
  } else {
    if (store.has_name) {
      if (company.empty()) return {};
      append_words(company.core.all(), key);
    }
    if (store.has_company) {
      if (site == 0) return {};
      key += part_end;
      key.append(reinterpret_cast<const char*>(&site), sizeof site);
    }
  }
  if (key.empty()) return {};
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  return {hash.low64 == 0 ? 1 : hash.low64, hash.high64};
}

void add_exact(Comparables::Store& store, const RowValues& values) {
  ExactRow row{};
  const CompanyName& company = store.companies.read(values.company_name);
  if (store.type == columns::TableType::company) {
    const Site found = site(values.domain, store.scratch);
    const Key key = exact_key(store, PersonName(), company, found.id);
    row.key_low = key.low;
    row.key_high = key.high;
    store.exact.push() = row;
    return;
  }
  const PersonName& name = store.names.read(values.full_name, values.first_name, values.last_name);
  const Key key = exact_key(store, name, company, 0);
  row.key_low = key.low;
  row.key_high = key.high;
  row.profile = person_profile(values.person_linkedin);
  Mailbox own = mailbox(values.personal_email, store.scratch);
  if (own.address == 0 || own.role) {
    own = {};
    if (may_be_free_mail(values.work_email)) own = mailbox(values.work_email, store.scratch);
    if (!own.free) own.address = 0;
  }
  row.mailbox = own.role ? 0 : own.address;

  std::string& text = store.buffer;
  text.clear();
  append_words(name.given.all(), text);
  const std::size_t given = text.size();
  append_words(name.family.all(), text);
  Parts parts;
  // The generation travels in front of the alias, which is compared as a given name.
  const std::size_t family = text.size();
  text += static_cast<char>('0' + name.generation);
  text += name.alias;
  const std::string_view all = text;
  parts[Part::given] = all.substr(0, given);
  parts[Part::family] = all.substr(given, family - given);
  parts[Part::alias] = all.substr(family);
  row.name = pack(parts, exact_parts, store.texts);
  store.exact.push() = row;
}

}  // namespace csvm::cluster
