// survey.h - one pass over all rows for what must be known before the first row is written.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "layout.h"
#include "suppression.h"

namespace csvm::pipeline {

/// A block of one source, with the number of its first row among those of all sources.
struct BlockPlace {
  std::uint32_t source = 0;
  std::uint32_t block = 0;
  std::uint64_t first_row = 0;
};
std::vector<BlockPlace> all_blocks(const std::vector<Source>& sources);

struct Survey {
  Survey(const cluster::Settings& matching, std::uint64_t memory_bytes)
      : scratch(std::make_unique<bytes::Scratch>(memory_bytes)), comparables(matching) {}

  std::unique_ptr<bytes::Scratch> scratch;  // of the run's arrays that have an element a row
  cluster::Comparables comparables;
  bytes::ScratchArray<std::uint64_t> byte_of_row;  // in its source's text
  bytes::ScratchArray<std::uint32_t> line_of_row;  // capped; for reports
  bytes::ScratchArray<CleanMarks> marks;           // of the columns of `layout`
  std::vector<bool> suppressed;                    // empty when there is no suppression list
  std::vector<std::size_t> more_emails;            // per field: most further addresses in one cell
  Layout layout;                                   // what was read of the rows
};

/// Reads every row once. Cleans always, whatever rules are switched off for the output: rows are
/// compared by their cleaned values.
Result<Survey> survey(const std::vector<Source>& sources, const SuppressionList& suppression,
                      const cluster::Settings& matching, const Settings& settings,
                      const std::function<void(std::uint64_t rows)>& progress);

/// The values of `row` that matching looks at.
cluster::RowValues values_to_match(const Layout& layout,
                                   const std::vector<std::string_view>& values);

/// The roles that are looked at.
std::vector<columns::Role> roles_to_match(columns::TableType type, cluster::Mode mode);

}  // namespace csvm::pipeline
