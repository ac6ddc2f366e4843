#include "assign.h"

#include <gtest/gtest.h>

#include <random>

namespace csvm::columns {
namespace {

using Scores = std::vector<std::vector<int>>;

/// The best total by trying everything.
int best_total(const Scores& scores, std::size_t row, std::vector<bool>& taken) {
  if (row == scores.size()) return 0;
  int best = best_total(scores, row + 1, taken);  // the row stays alone
  for (std::size_t column = 0; column < scores[row].size(); ++column) {
    if (taken[column] || scores[row][column] < 1) continue;
    taken[column] = true;
    best = std::max(best, scores[row][column] + best_total(scores, row + 1, taken));
    taken[column] = false;
  }
  return best;
}

TEST(Assign, GivesAColumnToTheFieldThatLosesMostWithoutIt) {
  // Greedy would give column 0 to row 0 and leave row 1 with nothing.
  const auto given = assign({{90, 89}, {88, 0}});
  EXPECT_EQ(given[0], 1u);
  EXPECT_EQ(given[1], 0u);
}

TEST(Assign, LeavesARowAloneThatFitsNothing) {
  const auto given = assign({{0, 0}, {5, 0}});
  EXPECT_EQ(given[0], std::nullopt);
  EXPECT_EQ(given[1], 0u);
}

TEST(Assign, CopesWithNoRowsAndNoColumns) {
  EXPECT_TRUE(assign({}).empty());
  EXPECT_EQ(assign({{}, {}}).size(), 2u);
}

TEST(Assign, FindsTheBestTotalThatTryingEverythingFinds) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const std::size_t rows = 1 + random() % 5;
    const std::size_t columns = random() % 6;
    Scores scores(rows, std::vector<int>(columns));
    for (auto& row : scores) {
      for (int& score : row) score = static_cast<int>(random() % 3 == 0 ? 0 : random() % 100);
    }
    const auto given = assign(scores);
    int total = 0;
    std::vector<bool> used(columns);
    for (std::size_t row = 0; row < rows; ++row) {
      if (!given[row]) continue;
      ASSERT_FALSE(used[*given[row]]) << "round " << round;
      used[*given[row]] = true;
      total += scores[row][*given[row]];
    }
    std::vector<bool> taken(columns);
    EXPECT_EQ(total, best_total(scores, 0, taken)) << "round " << round;
  }
}

}  // namespace
}  // namespace csvm::columns
