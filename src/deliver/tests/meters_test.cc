#include "meters.h"

#include <gtest/gtest.h>

namespace csvm::deliver {
namespace {

using namespace std::chrono_literals;

const Time start{1000h};

TEST(Latencies, AreToldWithinFivePercent) {
  Latencies latencies;
  for (int ms = 1; ms <= 1000; ++ms) latencies.add(std::chrono::milliseconds(ms), start);
  for (const double share : {0.01, 0.5, 0.9, 0.99}) {
    const double told = std::chrono::duration<double>(latencies.percentile(share)).count();
    EXPECT_NEAR(told, share, share * 0.05);
  }
}

TEST(Latencies, OfLongAgoAreForgotten) {
  Latencies latencies;
  latencies.add(5s, start);
  for (int second = 1; second <= 25; ++second) {
    latencies.add(10ms, start + std::chrono::seconds(second));
  }
  EXPECT_LT(latencies.percentile(1), 20ms);
  EXPECT_EQ(Latencies().percentile(0.5), 0s);
}

TEST(Latencies, HoldAnyLength) {
  Latencies latencies;
  latencies.add(0ns, start);
  latencies.add(24h, start);
  EXPECT_LT(latencies.percentile(0.1), 1ms);
  EXPECT_GT(latencies.percentile(1), 10s);
}

TEST(RateMeter, CountsTheLastFiveSeconds) {
  RateMeter meter;
  for (int i = 0; i < 200; ++i) meter.add(start + i * 50ms);
  EXPECT_NEAR(meter.per_second(start + 10s), 20, 1);
  EXPECT_NEAR(meter.per_second(start + 12'500ms), 10, 1);
  EXPECT_EQ(meter.per_second(start + 30s), 0);
}

TEST(RateMeter, KnowsARateBeforeFiveSecondsHavePassed) {
  RateMeter meter;
  for (int i = 0; i < 40; ++i) meter.add(start + i * 50ms);
  EXPECT_NEAR(meter.per_second(start + 2s), 20, 1);
}

}  // namespace
}  // namespace csvm::deliver
