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

}  // namespace
}  // namespace csvm::deliver
