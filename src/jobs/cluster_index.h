// cluster_index.h - where the members of each cluster stand in a result, so that a page of clusters
// is read without reading the result.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/jobs.h"

namespace csvm::jobs {

/// The parts of a result that hold the indexes; not for download.
inline constexpr std::string_view part_cluster_index = "clusters";
inline constexpr std::string_view part_pair_index = "pairs";

/// Writes the index of a result: for every row of `duplicates_path` that has a survivor, by
/// survivor, the survivor's row, the bytes where both stand, and where the cluster's first row
/// stood (Summary::first_rows). Flat little-endian numbers, then the names of the sources.
Result<void> write_cluster_index(const std::string& path, const std::string& records_path,
                                 const std::string& duplicates_path,
                                 const pipeline::Summary& summary,
                                 const std::vector<pipeline::Source>& sources,
                                 std::stop_token stop);

/// Writes the index of the possible duplicates: the bytes where a pair and its two records stand.
Result<void> write_pair_index(const std::string& path, const std::string& records_path,
                              const std::string& possible_path, const pipeline::Summary& summary,
                              std::stop_token stop);

/// Writes the pairs that stayed apart as CSV: file, line, file, line, score, reason.
Result<void> write_possible(const std::string& path, const pipeline::Summary& summary,
                            const std::vector<pipeline::Source>& sources);

}  // namespace csvm::jobs
