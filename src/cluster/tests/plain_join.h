// plain_join.h - joining by its definition: every step looks at all pairs and all rows anew.
#pragma once

#include <algorithm>
#include <vector>

#include "join.h"

namespace csvm::cluster::plain {

/// As `join_pairs` for rows without initials; for a few rows.
inline std::vector<std::uint32_t> join_pairs(std::vector<ScoredPair> pairs,
                                             const JoinInput& input) {
  std::vector<std::uint32_t> of_row(input.count);
  for (std::uint32_t row = 0; row < input.count; ++row) of_row[row] = row;
  const auto before = [&](const ScoredPair& x, const ScoredPair& y) {
    if (x.margin != y.margin) return x.margin > y.margin;
    const auto x_ends = std::minmax({input.content(x.row), input.content(x.with)});
    const auto y_ends = std::minmax({input.content(y.row), input.content(y.with)});
    if (x_ends.second != y_ends.second) return x_ends.second < y_ends.second;
    return x_ends.first < y_ends.first;
  };
  std::ranges::sort(pairs, before);
  for (const ScoredPair& pair : pairs) {
    if (pair.margin < input.line || (pair.flags & pair_is_listed_only) != 0) continue;
    const std::uint32_t a = of_row[pair.row];
    const std::uint32_t b = of_row[pair.with];
    if (a == b) continue;
    const bool strong = (pair.flags & pair_is_strong) != 0;
    bool vetoed = false;
    float sum = 0;
    int count = 0;
    int same_names = 0;
    int other_names = 0;
    for (std::uint32_t x = 0; x < input.count; ++x) {
      for (std::uint32_t y = 0; y < input.count; ++y) {
        if (of_row[x] != a || of_row[y] != b) continue;
        const PairScore score = input.score(0, x, y);
        vetoed = vetoed || (score.veto && !score.by_first_name) || (score.apart && !strong);
        if (score.veto) ++other_names;
        if (!score.veto && score.same_name) ++same_names;
        sum += std::clamp(score.margin, -8.0F, 8.0F);
        ++count;
      }
    }
    vetoed = vetoed || same_names < 2 * other_names;
    if (count > 1 && (vetoed || (!strong && sum / static_cast<float>(count) < input.least_mean)))
      continue;
    for (std::uint32_t& cluster : of_row) {
      if (cluster == a || cluster == b) cluster = std::min(a, b);
    }
  }
  return of_row;
}

}  // namespace csvm::cluster::plain
