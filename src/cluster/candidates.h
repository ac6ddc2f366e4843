// candidates.h - rows -> the pairs worth keeping: scored, at or above the line of "possible".
#pragma once

#include <cstdint>
#include <vector>

#include "score.h"

namespace csvm::cluster {

/// Row numbers; `row` is the later one.
struct ScoredPair {
  std::uint32_t row, with;
  float margin;
  std::uint32_t flags;  // of PairFlag
};
enum PairFlag : std::uint32_t { pair_is_strong = 1, pair_is_initial = 2, pair_is_listed_only = 4 };

/// Rows that share one of several keys are compared. A key that many rows share does not make them
/// all be compared: they are sorted by their text, and each is compared with its neighbours.
/// Sorted by (row, with), each pair once. Threads: as settings say; the result does not depend on
/// them.
Result<std::vector<ScoredPair>> find_pairs(const Comparables::Store& store,
                                           const std::vector<std::uint32_t>& rows,
                                           ScoreContext context, const Settings& settings);

}  // namespace csvm::cluster
