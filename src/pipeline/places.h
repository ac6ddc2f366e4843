// places.h - rows by file and line, as users see them, and rows as matching numbers them.
#pragma once

#include <vector>

#include "csvm/pipeline.h"
#include "survey.h"

namespace csvm::pipeline {

RowPlace place_of(const std::vector<Source>& sources, const Survey& survey, std::uint32_t row);

/// The decisions about rows. Fails with `invalid_input` for a line that no record begins on.
Result<std::vector<cluster::Decision>> decided_rows(const std::vector<Source>& sources,
                                                    const Survey& survey,
                                                    const std::vector<Decision>& decisions);

/// Of each record of the result that several rows went into, in order: where its first one stands.
std::vector<RowPlace> first_rows(const std::vector<Source>& sources, const Survey& survey,
                                 const cluster::Clusters& clusters);

/// Fills in the records of the possible duplicates, which stand as in `clusters`.
void number_records(const Survey& survey, const cluster::Clusters& clusters,
                    std::vector<PossibleDuplicate>& possible);

}  // namespace csvm::pipeline
