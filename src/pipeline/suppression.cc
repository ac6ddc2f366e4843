#include "suppression.h"

#include <algorithm>
#include <array>
#include <functional>

#include "csvm/clean.h"

namespace csvm::pipeline {
namespace {

/// Kinds of identity; equal values of different kinds are different identities.
enum class Kind : std::uint64_t { mailbox = 1, person, domain, company_page, company_name, key };

struct Identity {
  Kind kind;
  std::uint64_t value;  // 0: there is none

  std::uint64_t hash() const {
    return value * 0x9E3779B97F4A7C15ULL + static_cast<std::uint64_t>(kind) * 0xD1342543DE82EF95ULL;
  }
};

std::uint64_t hash_of(std::string_view value) {
  return value.empty() ? 0 : std::hash<std::string_view>()(value);
}

// What a person is known by in any case.
std::array<Identity, 3> own(const cluster::RowValues& row) {
  return {Identity{Kind::mailbox, hash_of(row.work_email)},
          Identity{Kind::mailbox, hash_of(row.personal_email)},
          Identity{Kind::person, hash_of(row.person_linkedin)}};
}

std::array<Identity, 1> name_and_site(const cluster::RowValues& row, cluster::KeyReader& keys) {
  return {Identity{Kind::key, keys.name_and_company(row)}};
}

// What a company as a whole is known by.
std::array<Identity, 3> of_company(const cluster::RowValues& row, cluster::KeyReader& keys) {
  const bool is_own = !row.domain.empty() && !clean::is_shared_host(row.domain);
  return {Identity{Kind::domain, hash_of(is_own ? clean::registrable_domain(row.domain) : "")},
          Identity{Kind::company_page, hash_of(row.company_linkedin)},
          Identity{Kind::company_name, keys.company(row.company_name)}};
}

bool names_a_person(const cluster::RowValues& row) {
  return !row.full_name.empty() || !row.first_name.empty() || !row.last_name.empty() ||
         !row.work_email.empty() || !row.personal_email.empty() || !row.person_linkedin.empty();
}

}  // namespace

void SuppressionList::add(const cluster::RowValues& row, cluster::KeyReader& keys) {
  const auto put = [&](const auto& identities) {
    for (const Identity& identity : identities) {
      if (identity.value != 0) identities_.insert(identity.hash());
    }
  };
  put(own(row));
  if (type_ == columns::TableType::company) {
    put(name_and_site(row, keys));
  } else if (names_a_person(row)) {
    const cluster::PersonTraits person = keys.person(row);
    if (person.name != 0) people_.emplace(person.name, person);
    return;
  }
  auto company = of_company(row, keys);
  // Companies of one name are many: a name counts only where nothing better is known.
  if (company[0].value != 0 || company[1].value != 0) company[2].value = 0;
  put(company);
}

bool SuppressionList::matches(const cluster::RowValues& row, cluster::KeyReader& keys) const {
  const auto has = [&](const auto& identities) {
    for (const Identity& identity : identities) {
      if (identity.value != 0 && identities_.contains(identity.hash())) return true;
    }
    return false;
  };
  if (has(own(row)) || has(of_company(row, keys))) return true;
  if (type_ == columns::TableType::company) return has(name_and_site(row, keys));
  if (people_.empty()) return false;
  const cluster::PersonTraits person = keys.person(row);
  const auto [from, to] = people_.equal_range(person.name);
  return std::any_of(
      from, to, [&](const auto& listed) { return cluster::same_person(person, listed.second); });
}

}  // namespace csvm::pipeline
