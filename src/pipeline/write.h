// write.h - the last pass: every row becomes a record of the result or goes into one.
#pragma once

#include <functional>
#include <vector>

#include "layout.h"
#include "survey.h"

namespace csvm::pipeline {

/// What the write pass is told. Borrowed.
struct WritePlan {
  const std::vector<Source>& sources;
  const Settings& settings;
  const Layout& layout;
  const Survey& survey;
  const cluster::Settings& matching;
  const cluster::Clusters& clusters;  // empty `of_row` when nothing is matched
};

/// Writes all rows to `sink`, in order of first appearance, and counts what it did into `summary`
/// (rejects are not its business).
Result<void> write(const WritePlan& plan, RowSink& sink, Summary& summary,
                   const std::function<void(std::uint64_t rows)>& progress);

}  // namespace csvm::pipeline
