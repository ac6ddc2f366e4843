// suppression.h - who must not be in the result.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "csvm/cluster.h"
#include "csvm/columns.h"

namespace csvm::pipeline {

/// Identities of the rows of the suppression lists (customers, do-not-contact).
///
/// A record matches when it shares an e-mail address or a LinkedIn page with a row of a list, or is
/// the same company (name and site), or the same person by name and company, date of birth or
/// address; namesakes with other dates of birth do not match. A list row that names only a company
/// (a domain, or a company name without anything of a person) matches everything of that company.
/// Threads: `matches` from any thread once all rows are added, each with its own `keys`.
class SuppressionList {
 public:
  explicit SuppressionList(columns::TableType type) : type_(type) {}

  void add(const cluster::RowValues& row, cluster::KeyReader& keys);
  bool matches(const cluster::RowValues& row, cluster::KeyReader& keys) const;
  bool empty() const { return identities_.empty() && people_.empty(); }

 private:
  columns::TableType type_;
  std::unordered_set<std::uint64_t> identities_;  // hashes of kind and value
  std::unordered_multimap<std::uint64_t, cluster::PersonTraits> people_;  // by name
};

}  // namespace csvm::pipeline
