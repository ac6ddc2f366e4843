#include "../remote_clock.h"

#include <gtest/gtest.h>

namespace csvm::jobs {
namespace {

using namespace std::chrono_literals;

constexpr deliver::Time start{1h};
constexpr std::chrono::microseconds ahead{1'700'000'000'000'000};  // of theirs

std::chrono::microseconds theirs(deliver::Time ours) {
  return ahead + std::chrono::duration_cast<std::chrono::microseconds>(ours.time_since_epoch());
}

TEST(RemoteClock, IsNeverEarlyAndAsSureAsTheAnswerWasQuick) {
  RemoteClock clock;
  clock.compare(start, theirs(start + 10ms), start + 30ms);
  EXPECT_EQ(clock.uncertainty(), 30ms);
  const deliver::Time due = start + 1s;
  EXPECT_GE(clock.latest(theirs(due)), due);
  EXPECT_LE(clock.latest(theirs(due)) - clock.uncertainty(), due);
}

TEST(RemoteClock, KeepsToItsQuickestAnswerThoughALaterOneTakesLong) {
  RemoteClock clock;
  clock.compare(start, theirs(start + 1ms), start + 2ms);
  const deliver::Time later = start + 100ms;
  clock.compare(later, theirs(later), later + 80ms);
  EXPECT_LE(clock.uncertainty(), 3ms);
  EXPECT_GE(clock.latest(theirs(start + 1s)), start + 1s);
}

TEST(RemoteClock, IsLessSureTheLongerAgoItWasSure) {
  RemoteClock clock;
  clock.compare(start, theirs(start), start);
  const deliver::Time later = start + 10s;
  clock.compare(later, theirs(later), later + 1s);
  EXPECT_GE(clock.uncertainty(), 10ms);
  EXPECT_LE(clock.uncertainty(), 30ms);
}

TEST(RemoteClock, BelievesOneThatWasSet) {
  RemoteClock clock;
  clock.compare(start, theirs(start), start);
  const deliver::Time later = start + 1s;
  clock.compare(later, theirs(later) - 1h, later);
  EXPECT_EQ(clock.latest(theirs(later + 1s) - 1h), later + 1s);
}

}  // namespace
}  // namespace csvm::jobs
