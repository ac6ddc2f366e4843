#include "../pace_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace csvm::jobs {
namespace {

TEST(PaceHistory, KeepsOnePointASecond) {
  PaceHistory history;
  for (const std::int64_t at : {100, 100, 101, 101, 102}) history.add({at, 5, 10});
  ASSERT_EQ(history.points().size(), 3U);
  EXPECT_EQ(history.points().back().at, 102);
}

TEST(PaceHistory, ShowsALongDeliveryFromItsBeginningInABoundedNumberOfPoints) {
  PaceHistory history;
  const std::int64_t hours = 10 * 3600;
  for (std::int64_t at = 0; at < hours; ++at) history.add({at, at < hours / 2 ? 10.0 : 20.0, 4});
  EXPECT_LE(history.points().size(), PaceHistory::most);
  EXPECT_GT(history.points().size(), PaceHistory::most / 4);
  EXPECT_LT(history.points().front().at, hours / 50);
  EXPECT_GT(history.points().back().at, hours - hours / 50);
  EXPECT_DOUBLE_EQ(history.points().front().rate, 10);
  EXPECT_DOUBLE_EQ(history.points().back().rate, 20);
  for (std::size_t i = 1; i < history.points().size(); ++i) {
    EXPECT_LT(history.points()[i - 1].at, history.points()[i].at);
  }
}

TEST(PaceHistory, DoesNotTakeASecondWithoutAnswersForAQuickOne) {
  PaceHistory history;
  for (std::int64_t at = 0; at <= static_cast<std::int64_t>(PaceHistory::most); ++at) {
    history.add({at, 1, at % 2 == 0 ? 0.0 : 30.0});
  }
  EXPECT_DOUBLE_EQ(history.points().front().latency_p50, 30);
}

TEST(PaceHistory, GoesOnAfterARestartWithTheSpacingItHad) {
  PaceHistory before;
  for (std::int64_t at = 0; at < 2000; ++at) before.add({at, 1, 1});
  const std::size_t points = before.points().size();
  PaceHistory after(before.points());
  for (std::int64_t at = 5000; at < 5100; ++at) after.add({at, 2, 1});
  EXPECT_GT(after.points().size(), points);
  EXPECT_LT(after.points().size(), points + 20);
}

}  // namespace
}  // namespace csvm::jobs
