#include "files_check.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace csvm::api {
namespace {

TEST(FilesCheck, AnswersFromARecentOneAndTriesAgainWhenThatIsOld) {
  int checks = 0;
  double now = 100;
  Result<void> answer;
  FilesCheck check(
      [&] {
        ++checks;
        return answer;
      },
      [&] { return now; });
  EXPECT_TRUE(check.recent(30));
  now = 130;
  answer = Error{Errc::io, "the bucket is full"};
  EXPECT_TRUE(check.recent(30));
  EXPECT_EQ(checks, 1);
  now = 130.5;
  ASSERT_FALSE(check.recent(30));
  EXPECT_EQ(check.recent(30).error().message, "the bucket is full");
  EXPECT_EQ(checks, 2);
}

TEST(FilesCheck, OneThatIsAskedForNowCountsForThoseWhoTakeARecentOne) {
  int checks = 0;
  Result<void> answer;
  FilesCheck check(
      [&] {
        ++checks;
        return answer;
      },
      [] { return 0.0; });
  EXPECT_TRUE(check.recent(30));
  answer = Error{Errc::io, "the disk is full"};
  EXPECT_FALSE(check.fresh());
  EXPECT_FALSE(check.recent(30));
  answer = {};
  EXPECT_TRUE(check.fresh());
  EXPECT_TRUE(check.recent(30));
  EXPECT_EQ(checks, 3);
}

TEST(FilesCheck, WhoeverAsksWhileOneIsUnderWayGetsTheLastAnswer) {
  std::atomic<int> checks = 0;
  std::atomic<double> now = 0;
  std::promise<void> begun, go_on;
  FilesCheck check(
      [&]() -> Result<void> {
        if (++checks == 1) return {};
        begun.set_value();
        go_on.get_future().wait();
        return Error{Errc::io, "the bucket is gone"};
      },
      [&] { return now.load(); });
  EXPECT_TRUE(check.recent(30));
  now = 60;
  auto slow = std::async(std::launch::async, [&] { return check.recent(30); });
  begun.get_future().wait();
  EXPECT_TRUE(check.recent(30)) << "what was known before";
  EXPECT_EQ(checks, 2);
  go_on.set_value();
  EXPECT_FALSE(slow.get());
  EXPECT_FALSE(check.recent(30));
  EXPECT_EQ(checks, 2);
}

}  // namespace
}  // namespace csvm::api
