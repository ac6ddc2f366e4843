// Tokens of a rate that other processes share.
#include <gtest/gtest.h>

#include "grant.h"
#include "simulation.h"

namespace csvm::deliver {
namespace {

using namespace std::chrono_literals;

class Tokens : public ::testing::Test {
 protected:
  Time now{1h};
  Grant grant;
  unsigned spend_all() {
    unsigned spent = 0;
    while (grant.is_ready(now)) {
      grant.take();
      ++spent;
    }
    return spent;
  }
};

TEST_F(Tokens, AreSpentWhenTheyAreDue) {
  EXPECT_FALSE(grant.is_ready(now));
  ASSERT_TRUE(grant.may_ask(now));
  grant.ask();
  EXPECT_FALSE(grant.may_ask(now)) << "once";
  EXPECT_EQ(grant.ready_at(), Time::max());
  grant.receive({3, now + 10ms, 20ms}, 100ms, now);
  EXPECT_FALSE(grant.is_ready(now));
  EXPECT_EQ(grant.ready_at(), now + 10ms);
  now += 30ms;
  EXPECT_EQ(spend_all(), 2u);
  EXPECT_EQ(grant.ready_at(), now + 20ms);
  EXPECT_TRUE(grant.may_ask(now)) << "before the last is spent";
}

TEST_F(Tokens, ThatWereNotSpentInTimeAreLost) {
  grant.ask();
  grant.receive({5, now, 10ms}, 100ms, now);
  now += 100ms;  // three quarters of the burst after the third, and a little
  EXPECT_EQ(spend_all(), 2u);
}

// Whether the answer came at once or late: the token's time is the bucket's, not that of the
// answer.
TEST_F(Tokens, ThatCameLateAreSpentNoLaterForThat) {
  grant.ask();
  const Time due = now;
  grant.receive({2, due, 100ms}, 100ms, now + 80ms);
  now = due + 80ms;
  EXPECT_EQ(spend_all(), 0u);
  EXPECT_EQ(grant.ready_at(), due + 100ms);
}

TEST_F(Tokens, OfWhichNobodyKnowsQuiteWhenTheyAreDueHaveTheLessTime) {
  grant.ask();
  grant.receive({1, now, 100ms, 40ms}, 100ms, now);
  EXPECT_TRUE(grant.is_ready(now + 35ms));
  EXPECT_FALSE(grant.is_ready(now + 36ms));
}

TEST_F(Tokens, ThatAreNotNeededAreGivenBackBeforeTheyAreDue) {
  grant.ask();
  EXPECT_EQ(grant.give_back(now).first, 0u);
  grant.receive({5, now, 10ms, 0ms, 77}, 100ms, now);
  now += 10ms;
  EXPECT_EQ(grant.give_back(now), std::pair(std::uint64_t{3}, std::int64_t{77}));
  EXPECT_EQ(grant.give_back(now).first, 0u) << "once";
  EXPECT_FALSE(grant.is_ready(now));
}

TEST_F(Tokens, AreAskedForAgainWhenThereWereNone) {
  grant.ask();
  grant.receive({0, now + 70ms, 100ms}, 100ms, now);
  EXPECT_FALSE(grant.may_ask(now + 69ms));
  EXPECT_EQ(grant.ready_at(), now + 70ms);
  EXPECT_TRUE(grant.may_ask(now + 70ms));
}

TEST_F(Tokens, RunOutWhenNobodyCanBeAsked) {
  grant.ask();
  grant.receive({100, now, 0ms}, 100ms, now);
  EXPECT_TRUE(grant.is_ready(now + 199ms)) << "no limit";
  now += 200ms;
  EXPECT_FALSE(grant.is_ready(now));
  ASSERT_TRUE(grant.may_ask(now));
  grant.ask();
  grant.fail(now);
  EXPECT_FALSE(grant.is_ready(now));
  EXPECT_FALSE(grant.may_ask(now));
  EXPECT_TRUE(grant.may_ask(now + 200ms));
}

TEST_F(Tokens, AreAskedForAtOnceWhenARateChanges) {
  grant.ask();
  grant.receive({0, now + 10s, 10s}, 100ms, now);
  EXPECT_FALSE(grant.may_ask(now));
  grant.rate_changed(now);
  EXPECT_TRUE(grant.may_ask(now));
}

TEST_F(Tokens, ALimitThatIsSetEndsTheTimeWithoutOne) {
  grant.ask();
  grant.receive({100, now, 0ms}, 100ms, now);
  grant.ask();
  grant.rate_changed(now);
  EXPECT_FALSE(grant.is_ready(now));
  grant.receive({100, now, 0ms}, 100ms, now);  // asked before the change
  EXPECT_FALSE(grant.is_ready(now));
  EXPECT_TRUE(grant.may_ask(now));
}

// The governor against a bucket that gives one token at a time.
TEST(SharedRate, NothingIsSentWithoutAToken) {
  const std::string url = "https://hooks.example/in";
  GovernorSettings settings;
  settings.shared = true;
  testing::Simulation simulation(settings);
  simulation.add_receiver(url, testing::answering(10ms));
  JobPlan plan;
  plan.targets = {{url}};
  plan.rate_per_second = 1000;
  simulation.add_job(1, plan, 1'000'000);
  EXPECT_TRUE(simulation.governor.wishes(simulation.now).empty()) << "there is no record yet";
  simulation.run_for(0s);  // hands over records
  const auto wishes = simulation.governor.wishes(simulation.now);
  ASSERT_EQ(wishes.size(), 1u);
  EXPECT_EQ(wishes[0].url, url);
  EXPECT_EQ(wishes[0].limit, 1000);
  EXPECT_GT(wishes[0].tokens, 0u);
  EXPECT_TRUE(simulation.governor.wishes(simulation.now).empty()) << "one at a time";
  simulation.run_for(1s);
  EXPECT_TRUE(simulation.arrivals(url).empty());
  simulation.governor.granted(url, Share{3, simulation.now, 10ms, 0ms, 5}, simulation.now);
  simulation.run_for(15ms);  // while there are tokens: who has none is to ask
  const auto arrivals = simulation.arrivals(url);
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_EQ(arrivals[1].at - arrivals[0].at, 10ms);
  simulation.governor.cancel(1);
  const auto unneeded = simulation.governor.wishes(simulation.now);
  ASSERT_EQ(unneeded.size(), 1u);
  EXPECT_EQ(unneeded[0].tokens, 0u);
  EXPECT_EQ(unneeded[0].unused, 1u);
  EXPECT_EQ(unneeded[0].unused_of, 5);
  simulation.governor.granted("https://gone.example/", Share{1}, simulation.now);
}

}  // namespace
}  // namespace csvm::deliver
