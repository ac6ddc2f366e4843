// One rate for several processes, by the clock of Redis.
#include <cmath>

#include "redis_server.h"

namespace csvm::store {
namespace {

constexpr const char* hook = "https://receiver.example/hook";

class SharedRate : public testing::Test {
 protected:
  Surroundings surroundings;
  RedisPlace place;
  std::unique_ptr<Store> first = place.open(surroundings.options());
  std::unique_ptr<Store> second = place.open(surroundings.options());

  static RateWish wish(Text process, double limit, Count most = 1000) {
    RateWish made;
    made.url = hook;
    made.process = process;
    made.limit = limit;
    made.most = most;
    return made;
  }
};

TEST_F(SharedRate, ProcessesTogetherGetNoMoreThanTheRateAndItsBurst) {
  // Asked as fast as can be, for as long as it takes: what was granted may not exceed what the time
  // allows, however long that was.
  const auto begin = RedisPlace::server().ask({"TIME"});
  Count granted = 0;
  for (int i = 0; i < 400; ++i) {
    granted += first->take_tokens(wish("a", 200))->count;
    granted += second->take_tokens(wish("b", 200))->count;
  }
  const auto end = RedisPlace::server().ask({"TIME"});
  const auto micros = [](const std::string& time) {
    const auto space = time.find(' ');
    return std::stod(time.substr(0, space)) * 1e6 + std::stod(time.substr(space + 1));
  };
  const double passed = (micros(end) - micros(begin)) / 1e6;
  // 0.1 s that may be made up for and 0.1 s ahead.
  EXPECT_LE(static_cast<double>(granted), 200 * (passed + 0.2) + 2);
  EXPECT_GE(static_cast<double>(granted), 200 * passed);
}

TEST_F(SharedRate, TokensAreSpacedEvenly) {
  const auto tokens = first->take_tokens(wish("a", 50));
  ASSERT_TRUE(tokens);
  EXPECT_GE(tokens->count, 5u);
  EXPECT_EQ(tokens->interval, std::chrono::milliseconds(20));
  const auto none = first->take_tokens(wish("a", 0.01));
  EXPECT_EQ(none->count, 0u) << "a lower rate makes what is waited for longer";
  EXPECT_GT(none->first - none->clock, std::chrono::seconds(1));
}

TEST_F(SharedRate, TheHighestLimitAndTheLowestCeilingCount) {
  ASSERT_TRUE(first->take_tokens(wish("a", 10, 0)));
  EXPECT_EQ(second->take_tokens(wish("b", 40, 0))->interval, std::chrono::milliseconds(25));
  auto learnt = wish("a", 10, 0);
  learnt.ceiling = 4;
  ASSERT_TRUE(first->take_tokens(learnt));
  EXPECT_EQ(second->take_tokens(wish("b", 40, 0))->interval, std::chrono::milliseconds(250));
}

TEST_F(SharedRate, WithoutALimitNobodyWaits) {
  ASSERT_TRUE(first->take_tokens(wish("a", 10)));
  const auto tokens = second->take_tokens(wish("b", 0, 700));
  EXPECT_EQ(tokens->count, 700u);
  EXPECT_EQ(tokens->interval.count(), 0);
}

TEST_F(SharedRate, WhatWasNotSpentComesBack) {
  const auto tokens = first->take_tokens(wish("a", 0.5, 1));
  ASSERT_EQ(tokens->count, 1u);
  EXPECT_EQ(second->take_tokens(wish("b", 0.5, 1))->count, 0u);
  auto back = wish("a", 0.5, 0);
  back.unused = 1;
  back.unused_before = tokens->next;
  ASSERT_TRUE(first->take_tokens(back));
  EXPECT_EQ(second->take_tokens(wish("b", 0.5, 1))->count, 1u);
}

// Else two would have tokens for the same moment.
TEST_F(SharedRate, WhatComesBackAfterOthersGotLaterOnesIsLost) {
  const auto early = first->take_tokens(wish("a", 1000, 1));
  const auto late = second->take_tokens(wish("b", 1000, 1));
  ASSERT_EQ(late->count, 1u);
  auto back = wish("a", 1000, 1);
  back.unused = 1;
  back.unused_before = early->next;
  EXPECT_GE(first->take_tokens(back)->first, late->next);
}

TEST_F(SharedRate, AfterATimeWithoutALimitTheFirstTokenWaitsUntilAllHaveHeardOfIt) {
  const auto free = first->take_tokens(wish("a", 0));
  auto limited = wish("a", 1000, 1);
  const auto token = first->take_tokens(limited);
  EXPECT_GE(token->count > 0 ? token->first : token->first + std::chrono::milliseconds(100),
            free->clock + std::chrono::milliseconds(200));
}

// Whatever the rate becomes, one that is granted after the change is an interval of the new rate
// after the last that was granted before it.
TEST_F(SharedRate, AChangeOfTheRateBringsNoTokensNearerThanItSays) {
  for (const double changed : {400.0, 50.0}) {
    const std::string url = std::to_string(changed);
    auto asked = wish("a", 100, 5);
    asked.url = url;
    const auto before = first->take_tokens(asked);
    ASSERT_GT(before->count, 0u);
    const auto last = before->next - before->interval;
    asked.limit = changed;
    asked.most = 0;
    const auto after = first->take_tokens(asked);
    // Rounded to a microsecond, once when it is kept and once when it is told.
    const auto interval = std::chrono::microseconds(std::lround(1e6 / changed));
    EXPECT_EQ(after->interval, interval);
    EXPECT_GE(after->next, last + interval - std::chrono::microseconds(2)) << changed;
  }
}

TEST_F(SharedRate, AProcessThatDiedIsForgotten) {
  ASSERT_TRUE(first->take_tokens(wish("dead", 1000, 0)));
  EXPECT_EQ(second->take_tokens(wish("b", 10, 0))->interval, std::chrono::milliseconds(1));
  // As if its last wish had been long ago.
  const auto keys = RedisPlace::server().ask({"KEYS", "csvm:rate:*"});
  RedisPlace::server().ask({"HSET", keys, "of dead", "1 1000 0"});
  EXPECT_EQ(second->take_tokens(wish("b", 10, 0))->interval, std::chrono::milliseconds(100));
}

TEST_F(SharedRate, DestinationsDoNotShare) {
  ASSERT_TRUE(first->take_tokens(wish("a", 0.1)));
  auto elsewhere = wish("a", 0.1);
  elsewhere.url = "https://other.example/";
  EXPECT_EQ(first->take_tokens(elsewhere)->count, 1u);
}

}  // namespace
}  // namespace csvm::store
