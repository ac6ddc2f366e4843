#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "csvm/base.h"

namespace csvm {
namespace {

TEST(RunParallel, RunsEveryIndexOnce) {
  for (const unsigned threads : {1u, 2u, 7u}) {
    std::vector<int> runs(1000, 0);
    const auto done =
        run_parallel(threads, runs.size(), {}, [&](unsigned worker, std::size_t index) {
          EXPECT_LT(worker, threads);
          ++runs[index];
          return Result<void>{};
        });
    ASSERT_TRUE(done);
    EXPECT_EQ(std::accumulate(runs.begin(), runs.end(), 0), 1000) << threads << " threads";
  }
}

TEST(RunParallel, ReturnsTheFailureOfATaskAndHandsOutNoMore) {
  std::atomic<int> runs{0};
  const auto done = run_parallel(1, 100, {}, [&](unsigned, std::size_t index) -> Result<void> {
    ++runs;
    if (index == 3) return Error{Errc::io, "disk"};
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "disk");
  EXPECT_EQ(runs, 4);
}

TEST(RunParallel, TurnsAnExceptionIntoAnError) {
  const auto done = run_parallel(
      2, 1, {}, [](unsigned, std::size_t) -> Result<void> { throw std::runtime_error("broken"); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::internal);
}

TEST(RunParallel, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  const auto done =
      run_parallel(2, 5, stop.get_token(), [](unsigned, std::size_t) { return Result<void>{}; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::cancelled);
}

}  // namespace
}  // namespace csvm
