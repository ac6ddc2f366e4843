#include <gtest/gtest.h>

#include <map>

#include "csvm/receiver.h"

namespace csvm::receiver {
namespace {

using namespace std::chrono_literals;

const Clock::time_point start{1000h};

TEST(Plan, ReadsShares) {
  const auto shares = parse_shares("ok=90,500=5,429=1,reset=2.5,lost=0");
  ASSERT_TRUE(shares);
  ASSERT_EQ(shares->size(), 5U);
  EXPECT_EQ((*shares)[0].share, 90);
  EXPECT_EQ((*shares)[1].reaction, (Reaction{What::answer, 500, std::nullopt}));
  EXPECT_EQ((*shares)[2].reaction, (Reaction{What::answer, 429, 1s}));
  EXPECT_EQ((*shares)[3].reaction.what, What::reset);
  EXPECT_TRUE(parse_shares("")->empty());
}

TEST(Plan, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"ok", "ok=", "ok=x", "ok=-1", "good=1", "199=1", "600=1", "2xx=1",
                           "ok=0", "ok=1,,", "ok=inf", "=1"}) {
    const auto shares = parse_shares(text);
    ASSERT_FALSE(shares) << text;
    EXPECT_EQ(shares.error().code, Errc::invalid_input);
  }
}

TEST(Decisions, FollowTheSharesAndAreTheSameForTheSameSeed) {
  Plan plan;
  plan.shares = *parse_shares("ok=80,500=15,reset=5");
  Decisions one(plan, 3), two(plan, 3);
  std::map<std::pair<What, int>, int> seen;
  for (int i = 0; i < 10'000; ++i) {
    const Reaction reaction = one.next(start);
    EXPECT_EQ(reaction, two.next(start));
    ++seen[{reaction.what, reaction.status}];
  }
  EXPECT_NEAR((seen[{What::answer, 200}]), 8000, 300);
  EXPECT_NEAR((seen[{What::answer, 500}]), 1500, 200);
  EXPECT_NEAR((seen[{What::reset, 0}]), 500, 120);
}

TEST(Decisions, AcceptNoMoreThanTheRateAndTheBurst) {
  Plan plan;
  plan.rate_per_second = 10;
  plan.burst = 20;
  Decisions decisions(plan, 1);
  std::map<int, int> accepted;  // by second
  for (int ms = 0; ms < 10'000; ms += 5) {
    const Reaction reaction = decisions.next(start + std::chrono::milliseconds(ms));
    if (reaction.status == 200) {
      ++accepted[ms / 1000];
    } else {
      EXPECT_EQ(reaction, (Reaction{What::answer, 429, 1s}));
    }
  }
  EXPECT_NEAR(accepted[0], 29, 1);
  for (int second = 1; second < 10; ++second) EXPECT_NEAR(accepted[second], 10, 1);
}

TEST(Decisions, SayWhenASlowReceiverTakesTheNext) {
  Plan plan;
  plan.rate_per_second = 0.1;
  Decisions decisions(plan, 1);
  EXPECT_EQ(decisions.next(start).status, 200);
  EXPECT_EQ(decisions.next(start + 1s).retry_after, 9s);
  EXPECT_EQ(decisions.next(start + 10s).status, 200);
}

TEST(Decisions, EndWithTheLifetime) {
  Plan plan;
  plan.lifetime = 3;
  Decisions decisions(plan, 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(decisions.next(start).status, 200);
  EXPECT_EQ(decisions.next(start).status, 403);
}

}  // namespace
}  // namespace csvm::receiver
