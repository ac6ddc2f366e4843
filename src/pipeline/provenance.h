// provenance.h - the rows of one record of the result -> where each of its values came from.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "layout.h"
#include "row_trace.h"

namespace csvm::pipeline {

/// Collects the rows of one record at a time. Keeps the different values of each column, not rows.
/// Threads: one per object. Borrows the plan's sources and the layout.
class Provenance {
 public:
  Provenance(const std::vector<Source>& sources, const Layout& layout);

  /// Forgets the last record.
  void start();

  /// The next row of the record. `leads` says for each column whether this row's value is the one
  /// that leads now.
  void add(RowPlace place, std::span<const std::string_view> values, const RowTrace& trace,
           const std::vector<bool>& leads);

  /// Spells the origin of every value of the record: row `record` of the result, from 1.
  void spell(std::uint64_t record, std::span<const std::string_view> values, const RowSink& sink,
             Spelled& out) const;

 private:
  struct Origin {
    std::string value;
    RowPlace place;
    std::string headers, original, changed_by;
  };
  struct Column {
    std::vector<Origin> different;  // in order of first appearance
    std::optional<Origin> leading;
  };

  Origin origin_of(RowPlace place, std::string_view value, std::size_t column,
                   const RowTrace& trace) const;
  const Origin* find(std::size_t column, std::string_view value) const;
  const Origin* find_further(std::int32_t field, std::string_view value) const;

  const std::vector<Source>& sources_;
  std::vector<std::int32_t> field_of_;  // by column: whose further value it is; no_column
  std::vector<Column> columns_;
};

}  // namespace csvm::pipeline
