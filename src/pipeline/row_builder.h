// row_builder.h - one record of a source -> the cleaned values of the result's columns.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/clean.h"
#include "csvm/merge.h"
#include "layout.h"
#include "row_trace.h"

namespace csvm::pipeline {

/// The values of one row by column of the result. Views into the batch the row was built from and
/// into `text`.
struct Row {
  std::vector<std::string_view> values;
  merge::Arena text;  // what cleaning or composing made
};

/// Builds rows. Threads: one per builder. Borrows layout and rules.
class RowBuilder {
 public:
  RowBuilder(const Layout& layout, const clean::Rules& rules);

  /// Fills `row` from a record of source number `source`, read with its dialect.
  ///
  /// @param marks  cells known to be clean; they are taken as they are
  /// @return the marks of this row: of the cells that cleaning left as they are
  CleanMarks build(std::size_t source, const csv::Dialect& dialect, const csv::Batch& batch,
                   const csv::Record& record, CleanMarks marks, Row& row);

  /// From now on `trace` is told where the values of each row come from. Borrowed.
  void trace_into(RowTrace& trace) { trace_ = &trace; }

  /// How many further addresses the last row's e-mail cells had, by column of the result (only
  /// columns that are e-mail fields are meaningful).
  std::size_t more_emails(std::int32_t column) const;

  bool has_more_emails() const { return !more_emails_.empty(); }

  const clean::Cleaner& cleaner() const { return cleaner_; }

 private:
  std::string_view cleaned(const ColumnPlan& column, std::string_view raw, Row& row);
  std::string_view cleaned_with_trace(const ColumnPlan& column, std::string_view raw, Row& row);
  void spill(std::int32_t field, std::uint32_t source_column, Row& row);
  void compose(const CompositePlan& plan, Row& row);
  const clean::NameParts& name_parts(std::size_t column);
  void derive_linkedin(Row& row);
  void trace_composed(std::int32_t place, const columns::Feed& feed);
  void trace_derived(std::int32_t place, std::int32_t from);

  const Layout& layout_;
  clean::Cleaner cleaner_;
  bool clean_nothing_;
  bool split_emails_;
  RowTrace* trace_ = nullptr;
  std::vector<std::string_view> held_;  // by source column
  std::vector<std::pair<std::int32_t, std::size_t>> more_emails_;
  std::vector<std::string> other_emails_;    // of the last e-mail cell
  std::optional<std::size_t> split_column_;  // whose name `split_` holds, of this row
  clean::NameParts split_;
  std::string unescaped_;
  std::string composed_;
};

}  // namespace csvm::pipeline
