// layout.h - mappings of all sources -> the columns of the result, and for each source what becomes
// of each of its columns.
#pragma once

#include <cstdint>
#include <vector>

#include "csvm/pipeline.h"

namespace csvm::pipeline {

inline constexpr std::int32_t no_column = -1;

/// Which cells of a row were found clean, by `ColumnPlan::mark`: cleaning them again is no work.
using CleanMarks = std::uint16_t;
inline constexpr std::int8_t no_mark = -1;

/// What becomes of one column of a source.
struct ColumnPlan {
  std::uint32_t source_column = 0;
  columns::Role role = columns::Role::other;  // how it is cleaned
  std::int32_t direct = no_column;            // the result's column it fills as it is
  std::int32_t additional = no_column;        // the result's column it is kept in besides
  std::int32_t alternate_of =
      no_column;  // `additional` is left empty when it says the same as this one
  std::int32_t spill =
      no_column;               // the field whose `NumberedColumns` take a cell's further addresses
  bool held = false;           // a feed of `CompositePlan` reads it
  std::int8_t mark = no_mark;  // its place in a row's `CleanMarks`
};

/// A field that is filled from more than one column.
struct CompositePlan {
  std::int32_t column = no_column;  // of the result
  columns::Role role = columns::Role::other;
  std::vector<columns::Feed> feeds;
};

struct SourcePlan {
  std::vector<ColumnPlan> columns;
  std::vector<CompositePlan> composites;
};

/// The result's columns for further values of a contact field (e-mail, phone).
struct NumberedColumns {
  std::int32_t column = no_column;   // the field
  std::vector<std::int32_t> others;  // "<field> 2", "<field> 3", ...
};

struct Layout {
  Table table;
  std::vector<SourcePlan> sources;
  std::vector<NumberedColumns> numbered;
  std::int32_t linkedin_url = no_column,
               linkedin_handle = no_column;  // to derive one from the other
  std::vector<std::int32_t> of_role;         // result column of a role, by its number

  std::int32_t column_of(columns::Role role) const {
    return of_role[static_cast<std::size_t>(role)];
  }
};

/// @param more_emails  for each field how many addresses besides the first a cell has at most; may
///                     be empty, which means none.
Layout lay_out(const Settings& settings, const std::vector<Source>& sources,
               const std::vector<std::size_t>& more_emails);

/// Only what filling `roles` and the additional columns `kept` needs; the rest of every row is not
/// looked at. The columns that stay get marks, as many as there are.
Layout reduce(const Layout& layout, const std::vector<columns::Role>& roles,
              const std::vector<std::int32_t>& kept = {});

/// Gives the columns of `layout` the marks that they have in `reduced`.
void take_marks(const Layout& reduced, Layout& layout);

}  // namespace csvm::pipeline
