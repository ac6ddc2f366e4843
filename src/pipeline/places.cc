#include "places.h"

#include <fmt/format.h>

#include <algorithm>

namespace csvm::pipeline {
namespace {

Result<std::uint32_t> row_at(const std::vector<Source>& sources, const Survey& survey,
                             const RowPlace& place) {
  const Source& source = sources[place.source];
  const auto* const begin = survey.line_of_row.data() + source.first_row;
  const auto* const end = begin + source.index.records;
  const auto* const found = std::lower_bound(begin, end, place.line);
  if (found == end || *found != place.line) {
    return Error{Errc::invalid_input, fmt::format("decisions: no record of {} begins on line {}",
                                                  source.file.name, place.line)};
  }
  return static_cast<std::uint32_t>(found - survey.line_of_row.data());
}

// By cluster's first row: whether all of it is on the suppression list.
std::vector<bool> suppressed_clusters(const Survey& survey, const cluster::Clusters& clusters) {
  std::vector<bool> gone(survey.suppressed.empty() ? 0 : clusters.of_row.size());
  for (std::size_t row = 0; row < gone.size(); ++row) {
    if (survey.suppressed[row]) gone[clusters.of_row[row]] = true;
  }
  return gone;
}

void sort_unique(std::vector<std::uint32_t>& rows) {
  std::ranges::sort(rows);
  rows.erase(std::ranges::unique(rows).begin(), rows.end());
}

}  // namespace

RowPlace place_of(const std::vector<Source>& sources, const Survey& survey, std::uint32_t row) {
  const auto after = std::ranges::upper_bound(sources, row, {}, &Source::first_row);
  return {static_cast<std::uint32_t>(after - sources.begin() - 1), survey.line_of_row[row]};
}

Result<std::vector<cluster::Decision>> decided_rows(const std::vector<Source>& sources,
                                                    const Survey& survey,
                                                    const std::vector<Decision>& decisions) {
  std::vector<cluster::Decision> rows;
  for (const Decision& decision : decisions) {
    rows.push_back({CSVM_TRY(row_at(sources, survey, decision.a)),
                    CSVM_TRY(row_at(sources, survey, decision.b)), decision.together});
  }
  return rows;
}

std::vector<RowPlace> first_rows(const std::vector<Source>& sources, const Survey& survey,
                                 const cluster::Clusters& clusters) {
  const std::vector<bool> gone = suppressed_clusters(survey, clusters);
  std::vector<std::uint32_t> firsts;
  for (const cluster::Link& link : clusters.links) {
    const std::uint32_t first = clusters.of_row[link.row];
    if (gone.empty() || !gone[first]) firsts.push_back(first);
  }
  sort_unique(firsts);
  std::vector<RowPlace> places;
  for (const std::uint32_t first : firsts) places.push_back(place_of(sources, survey, first));
  return places;
}

void number_records(const Survey& survey, const cluster::Clusters& clusters,
                    std::vector<PossibleDuplicate>& possible) {
  const std::vector<bool> gone = suppressed_clusters(survey, clusters);
  const auto survives = [&](std::uint32_t row) {
    return clusters.of_row[row] == row && (gone.empty() || !gone[row]);
  };
  std::vector<std::uint32_t> wanted;
  for (const cluster::Link& pair : clusters.possible) {
    for (const std::uint32_t row : {pair.row, pair.with}) wanted.push_back(clusters.of_row[row]);
  }
  sort_unique(wanted);
  // Records of the result are counted from 1, at the first row of each.
  std::vector<std::uint64_t> record_of(wanted.size(), 0);
  std::uint64_t records = 0;
  std::uint32_t row = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    for (; row <= wanted[i]; ++row) records += survives(row) ? 1 : 0;
    if (survives(wanted[i])) record_of[i] = records;
  }
  const auto record = [&](std::uint32_t of) {
    const auto at = std::ranges::lower_bound(wanted, clusters.of_row[of]);
    return record_of[static_cast<std::size_t>(at - wanted.begin())];
  };
  for (std::size_t i = 0; i < possible.size(); ++i) {
    possible[i].record = record(clusters.possible[i].row);
    possible[i].with_record = record(clusters.possible[i].with);
  }
}

}  // namespace csvm::pipeline
