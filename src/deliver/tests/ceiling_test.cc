#include "ceiling.h"

#include <gtest/gtest.h>

namespace csvm::deliver {
namespace {

TEST(Ceiling, ThatWasRecalledIsHalvedByTheFirstRefusal) {
  const Time now(std::chrono::hours(6));
  Ceiling ceiling;
  ceiling.recall(10, now);
  ASSERT_EQ(ceiling.rate(), 10);
  ceiling.refused(now, 100, now + std::chrono::milliseconds(100));
  EXPECT_EQ(ceiling.rate(), 5);
}

// A worker that died, a store that was away: in that time the receiver refused nothing.
TEST(Ceiling, IsNotTakenFromATimeInWhichHardlyAnythingWasSent) {
  const Time begin(std::chrono::hours(6));
  const auto after = [&](int milliseconds) {
    return begin + std::chrono::milliseconds(milliseconds);
  };
  Ceiling ceiling;
  ceiling.refused(begin, 25, after(10));
  ASSERT_EQ(ceiling.rate(), 12.5);
  for (int i = 0; i < 24; ++i) ceiling.accepted();  // two seconds, and 13 of nothing
  ceiling.refused(after(15'000), 25, after(15'010));
  EXPECT_EQ(ceiling.rate(), 6.25);
}

}  // namespace
}  // namespace csvm::deliver
