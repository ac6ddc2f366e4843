// join.h - scored pairs -> clusters that no chain holds together.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "candidates.h"

namespace csvm::cluster {

/// What joining must know of the rows; `number` is a row's place in `JoinInput::rows`.
struct JoinInput {
  std::size_t count = 0;
  float line = 0;        // pairs from this margin on may be joined
  float least_mean = 0;  // of the margins between all rows of two clusters
  unsigned threads = 1;
  std::stop_token stop = {};
  /// Compares two rows anew, for pairs that were no candidates. `worker` is below `threads`.
  std::function<PairScore(unsigned worker, std::uint32_t, std::uint32_t)> score;
  /// Equal margins are taken in this order, so that the order of the rows decides nothing. From any
  /// thread.
  std::function<std::uint64_t(std::uint32_t)> content;
  /// Whether the row gives a name by its first letter.
  std::function<bool(unsigned worker, std::uint32_t)> has_initial;
};

/// Joins the best pairs first. Two clusters become one only when no row of one is vetoed by a row
/// of the other and they agree on the whole, not by one pair. A veto for first names alone, where
/// all else says one person, is outvoted by two pairs that have one name. A row with an initial
/// joins only when all the rows it could belong to can be one. The result does not depend on
/// threads.
///
/// @param pairs  sorted by (row, with); their rows are below `count`.
/// Returns for each row the row that stands for its cluster.
Result<std::vector<std::uint32_t>> join_pairs(const std::vector<ScoredPair>& pairs,
                                              const JoinInput& input);

}  // namespace csvm::cluster
