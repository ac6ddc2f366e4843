#include "in_order.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace csvm::pipeline {
namespace {

TEST(InOrder, TakesResultsInTheOrderOfTheirNumbers) {
  for (const std::size_t most : {1U, 3U, 1000U}) {
    std::vector<std::size_t> taken;  // touched by one task at a time
    InOrder<std::size_t> order(most, [&](std::size_t& result) -> Result<void> {
      taken.push_back(result);
      return {};
    });
    const auto done = run_parallel(4, 500, {}, [&](unsigned, std::size_t index) -> Result<void> {
      InOrder<std::size_t>::Task task(order, index);
      task.result = index;
      return task.hand_over();
    });
    ASSERT_TRUE(done);
    ASSERT_EQ(taken.size(), 500u);
    for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], i);
  }
}

TEST(InOrder, WaitsForNobodyThatComesLater) {
  std::vector<int> taken;
  InOrder<int> order(8, [&](int& result) -> Result<void> {
    taken.push_back(result);
    return {};
  });
  InOrder<int>::Task first(order, 0);
  first.result = 10;
  {
    InOrder<int>::Task second(order, 1);
    second.result = 11;
    ASSERT_TRUE(second.hand_over());
  }
  EXPECT_TRUE(taken.empty());
  ASSERT_TRUE(first.hand_over());
  EXPECT_EQ(taken, (std::vector{10, 11}));
}

TEST(InOrder, TellsOnlyThoseAfterAFailureThatItHappened) {
  for (int round = 0; round < 50; ++round) {
    std::vector<int> taken;
    InOrder<int> order(2, [&](int& result) -> Result<void> {
      taken.push_back(result);
      return {};
    });
    const auto done = run_parallel(8, 8, {}, [&](unsigned, std::size_t index) -> Result<void> {
      InOrder<int>::Task task(order, index);
      if (index == 5) return Error{Errc::io, "disk"};
      task.result = static_cast<int>(index);
      return task.hand_over();
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "disk");
    EXPECT_LE(taken.size(), 5u);
    for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], static_cast<int>(i));
  }
}

TEST(InOrder, EndsWithTheErrorOfWhatCouldNotBeTakenAndWithoutWaiting) {
  for (const bool throws : {false, true}) {
    for (int round = 0; round < 50; ++round) {
      std::atomic<int> taken = 0;
      InOrder<int> order(1, [&](int& result) -> Result<void> {
        ++taken;
        if (result < 20) return {};
        if (throws) throw std::runtime_error("no room");
        return Error{Errc::io, "no room"};
      });
      const auto done = run_parallel(4, 100, {}, [&](unsigned, std::size_t index) -> Result<void> {
        InOrder<int>::Task task(order, index);
        task.result = static_cast<int>(index);
        return task.hand_over();
      });
      ASSERT_FALSE(done);
      EXPECT_NE(done.error().message.find("no room"), std::string::npos);
      EXPECT_EQ(taken, 21);
    }
  }
}

}  // namespace
}  // namespace csvm::pipeline
