#include "in_order.h"

#include <gtest/gtest.h>

#include <vector>

#include "csvm/base.h"

namespace csvm::pipeline {
namespace {

TEST(InOrder, LetsTasksPassInTheOrderOfTheirNumbers) {
  InOrder order;
  std::vector<std::size_t> passed;  // touched only by the holder of the turn
  const auto done = run_parallel(4, 500, {}, [&](unsigned, std::size_t index) -> Result<void> {
    InOrder::Turn turn(order, index);
    if (!turn.wait()) return Error{Errc::cancelled, ""};
    passed.push_back(index);
    turn.pass();
    return {};
  });
  ASSERT_TRUE(done);
  ASSERT_EQ(passed.size(), 500u);
  for (std::size_t i = 0; i < passed.size(); ++i) EXPECT_EQ(passed[i], i);
}

TEST(InOrder, TellsOnlyThoseAfterAFailureThatItHappened) {
  for (int round = 0; round < 50; ++round) {
    InOrder order;
    std::vector<int> outcome(8, -1);
    (void)run_parallel(8, 8, {}, [&](unsigned, std::size_t index) -> Result<void> {
      InOrder::Turn turn(order, index);
      if (index == 5) return Error{Errc::io, "disk"};
      const bool in_turn = turn.wait();
      outcome[index] = in_turn ? 1 : 0;
      if (!in_turn) return Error{Errc::cancelled, ""};
      turn.pass();
      return {};
    });
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NE(outcome[i], 0) << i;
    for (std::size_t i = 6; i < 8; ++i) EXPECT_NE(outcome[i], 1) << i;
  }
}

}  // namespace
}  // namespace csvm::pipeline
