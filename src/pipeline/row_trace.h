// row_trace.h - where the values of one row came from: which cells of the source, changed by what.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/clean.h"

namespace csvm::pipeline {

/// How cells became a value, besides cleaning.
enum class Making : std::uint8_t { taken, joined, split, derived };

/// Filled by RowBuilder, which starts it for every row; owns what it holds.
class RowTrace {
 public:
  /// A cell of the source that was looked at.
  struct Cell {
    std::string raw;
    std::bitset<clean::rule_count> changed_by;
  };
  /// A value of the result's column.
  struct Value {
    std::vector<std::uint32_t> from;  // columns of the source, in the order they were used
    Making making = Making::taken;
  };

  void start(std::size_t source_columns, std::size_t columns) {
    cells_.assign(source_columns, {});
    values_.assign(columns, {});
  }

  void read(std::uint32_t source_column, std::string_view raw, const clean::Counts& before,
            const clean::Counts& after) {
    Cell& cell = cells_[source_column];
    cell.raw = raw;
    for (std::size_t rule = 0; rule < clean::rule_count; ++rule) {
      if (before.changed[rule] != after.changed[rule]) cell.changed_by.set(rule);
    }
  }

  /// The value of a column was put there anew.
  Value& put(std::int32_t column, Making making = Making::taken) {
    Value& value = values_[static_cast<std::size_t>(column)];
    value = {{}, making};
    return value;
  }

  const Cell& cell(std::uint32_t source_column) const { return cells_[source_column]; }
  const Value& value(std::size_t column) const { return values_[column]; }

 private:
  std::vector<Cell> cells_;    // by column of the source
  std::vector<Value> values_;  // by column of the result
};

}  // namespace csvm::pipeline
