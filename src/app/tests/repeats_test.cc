#include "repeats.h"

#include <gtest/gtest.h>

namespace csvm::app {
namespace {

using std::chrono::seconds;

Repeats::Time at(int second) { return Repeats::Time(seconds(1'700'000'000 + second)); }

TEST(Repeats, AreLeftOutForAWhileAndThenCounted) {
  Repeats repeats(seconds(10));
  EXPECT_EQ(repeats.take("the bucket is full", at(0)), 0u);
  EXPECT_EQ(repeats.take("the bucket is full", at(1)), std::nullopt);
  EXPECT_EQ(repeats.take("the keys have expired", at(2)), 0u);
  EXPECT_EQ(repeats.take("the bucket is full", at(9)), std::nullopt);
  EXPECT_EQ(repeats.take("the bucket is full", at(10)), 2u);
  EXPECT_EQ(repeats.take("the bucket is full", at(11)), std::nullopt);
  EXPECT_EQ(repeats.take("the bucket is full", at(90)), 1u);
}

TEST(Repeats, OfAClockThatWasSetBackAreTold) {
  Repeats repeats(seconds(10));
  EXPECT_EQ(repeats.take("the bucket is full", at(5000)), 0u);
  EXPECT_EQ(repeats.take("the bucket is full", at(0)), 0u);
  EXPECT_EQ(repeats.take("the bucket is full", at(1)), std::nullopt);
}

TEST(Repeats, AreRememberedOfSoManyTextsOnly) {
  Repeats repeats(seconds(10));
  for (int i = 0; i < 256; ++i) EXPECT_EQ(repeats.take(std::to_string(i), at(0)), 0u);
  EXPECT_EQ(repeats.take("one more", at(1)), 0u);
  EXPECT_EQ(repeats.take("one more", at(2)), 0u) << "told each time rather than never";
  EXPECT_EQ(repeats.take("7", at(3)), std::nullopt);
  EXPECT_EQ(repeats.take("one more", at(10)), 0u);
  EXPECT_EQ(repeats.take("one more", at(11)), std::nullopt) << "the old ones made room";
}

}  // namespace
}  // namespace csvm::app
