// The best one-to-one assignment of a small matrix.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace csvm::columns {

/// For every row of `scores` (all of one length) the column it gets, so that the sum of scores is
/// as large as it can be; scores below 1 are never given. Kuhn's method with potentials:
/// O(rows^2 * columns). Equal sums: the earlier row keeps the earlier column.
std::vector<std::optional<std::size_t>> assign(const std::vector<std::vector<int>>& scores);

}  // namespace csvm::columns
