#include "assign.h"

#include <limits>

namespace csvm::columns {

std::vector<std::optional<std::size_t>> assign(const std::vector<std::vector<int>>& scores) {
  const std::size_t rows = scores.size();
  const std::size_t real_columns = rows == 0 ? 0 : scores.front().size();
  // Every row may also stay alone: one further column of score 0 for each.
  const std::size_t columns = real_columns + rows;
  const auto cost = [&](std::size_t row, std::size_t column) {
    if (column >= real_columns || scores[row][column] < 1) return 0L;
    return -static_cast<long>(scores[row][column]);
  };
  // Rows and columns count from 1; 0 is "none".
  std::vector<long> row_potential(rows + 1), column_potential(columns + 1);
  std::vector<std::size_t> row_of(columns + 1), came_from(columns + 1);
  for (std::size_t row = 1; row <= rows; ++row) {
    row_of[0] = row;
    std::size_t at = 0;
    std::vector<long> least(columns + 1, std::numeric_limits<long>::max());
    std::vector<bool> used(columns + 1, false);
    do {
      used[at] = true;
      const std::size_t from = row_of[at];
      long delta = std::numeric_limits<long>::max();
      std::size_t next = 0;
      for (std::size_t column = 1; column <= columns; ++column) {
        if (used[column]) continue;
        const long reduced =
            cost(from - 1, column - 1) - row_potential[from] - column_potential[column];
        if (reduced < least[column]) {
          least[column] = reduced;
          came_from[column] = at;
        }
        if (least[column] < delta) {
          delta = least[column];
          next = column;
        }
      }
      for (std::size_t column = 0; column <= columns; ++column) {
        if (used[column]) {
          row_potential[row_of[column]] += delta;
          column_potential[column] -= delta;
        } else {
          least[column] -= delta;
        }
      }
      at = next;
    } while (row_of[at] != 0);
    while (at != 0) {
      row_of[at] = row_of[came_from[at]];
      at = came_from[at];
    }
  }
  std::vector<std::optional<std::size_t>> given(rows);
  for (std::size_t column = 1; column <= real_columns; ++column) {
    if (row_of[column] != 0 && scores[row_of[column] - 1][column - 1] >= 1) {
      given[row_of[column] - 1] = column - 1;
    }
  }
  return given;
}

}  // namespace csvm::columns
