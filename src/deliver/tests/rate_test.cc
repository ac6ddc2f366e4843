#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "simulation.h"

namespace csvm::deliver {
namespace {

using namespace std::chrono_literals;
using testing::answering;
using testing::Arrival;
using testing::LimitedReceiver;
using testing::Simulation;

const std::string url = "https://hooks.example/in";
constexpr std::uint64_t plenty = 1'000'000;

JobPlan plan_at(double rate) {
  JobPlan plan;
  plan.targets = {{url, std::nullopt}};
  plan.rate_per_second = rate;
  return plan;
}

class Rate : public ::testing::TestWithParam<double> {};

TEST_P(Rate, IsKeptWithinOnePercentAndNeverExceededInAnySecond) {
  Simulation simulation;
  simulation.add_receiver(url, answering(80ms));
  simulation.add_job(1, plan_at(GetParam()), plenty);
  simulation.run_for(10s);
  const auto arrivals = simulation.arrivals(url);
  EXPECT_NEAR(static_cast<double>(arrivals.size()), GetParam() * 10, GetParam() * 10 * 0.01);
  EXPECT_LE(static_cast<double>(Simulation::most_in_any_second(arrivals)),
            std::ceil(GetParam() * 1.1));
}

TEST_P(Rate, IsKeptByThreeJobsToOneUrlTogetherInEqualShares) {
  Simulation simulation;
  simulation.add_receiver(url, answering(80ms));
  for (JobKey job = 1; job <= 3; ++job) simulation.add_job(job, plan_at(GetParam()), plenty);
  simulation.run_for(10s);
  const auto arrivals = simulation.arrivals(url);
  EXPECT_NEAR(static_cast<double>(arrivals.size()), GetParam() * 10, GetParam() * 10 * 0.01);
  EXPECT_LE(static_cast<double>(Simulation::most_in_any_second(arrivals)),
            std::ceil(GetParam() * 1.1));
  for (JobKey job = 1; job <= 3; ++job) {
    const auto own = std::ranges::count(arrivals, job, &Arrival::job);
    EXPECT_NEAR(static_cast<double>(own), GetParam() * 10 / 3, 2);
  }
}

// A loop that gets the processor only four times a second loses time; it makes up for no more than
// the burst, so that no second sees more than the rate and a burst.
TEST_P(Rate, IsNotExceededAfterTheLoopWasLate) {
  Simulation simulation;
  simulation.add_receiver(url, answering(80ms));
  JobPlan plan = plan_at(GetParam());
  plan.burst = 300ms;
  simulation.add_job(1, plan, plenty);
  simulation.run_for_in_steps(10s, 250ms);
  const auto arrivals = simulation.arrivals(url);
  EXPECT_LE(static_cast<double>(Simulation::most_in_any_second(arrivals)),
            std::ceil(GetParam() * 1.3));
  EXPECT_GE(static_cast<double>(arrivals.size()), GetParam() * 10 * 0.97 - 1);
}

INSTANTIATE_TEST_SUITE_P(PerSecond, Rate, ::testing::Values(0.5, 1, 10, 50, 333.3),
                         [](const auto& tested) {
                           return "at_" + std::to_string(std::lround(tested.param * 10)) +
                                  "_in_10_s";
                         });

TEST(Rates, OfJobsToOneUrlTogetherAreTheHighestOfThem) {
  Simulation simulation;
  simulation.add_receiver(url, answering(80ms));
  simulation.add_job(1, plan_at(2), plenty);
  simulation.add_job(2, plan_at(10), plenty);
  simulation.run_for(10s);
  const auto arrivals = simulation.arrivals(url);
  EXPECT_NEAR(static_cast<double>(arrivals.size()), 100, 1);
  EXPECT_NEAR(static_cast<double>(std::ranges::count(arrivals, 1U, &Arrival::job)), 20, 1);
  EXPECT_NEAR(simulation.governor.status(2, simulation.now).effective_rate_limit, 8, 0.1);
}

TEST(Rates, LeaveToOthersWhatAFinishedJobNoLongerNeeds) {
  Simulation simulation;
  simulation.add_receiver(url, answering(10ms));
  simulation.add_job(1, plan_at(10), 20);
  simulation.add_job(2, plan_at(10), plenty);
  simulation.run_for(10s);
  EXPECT_EQ(simulation.governor.status(1, simulation.now).state, JobState::finished);
  EXPECT_NEAR(static_cast<double>(simulation.arrivals(url, 5s).size()), 50, 1);
}

TEST(Rates, AreChangedAtOnce) {
  for (const auto& [before, after] : std::vector<std::pair<double, double>>{
           {10, 50}, {50, 10}, {0.1, 10}, {0, 10}, {10, 0}, {333.3, 50}}) {
    Simulation simulation;
    simulation.add_receiver(url, answering(20ms));
    simulation.add_job(1, plan_at(before), plenty);
    simulation.at(
        3s, [&simulation, rate = after] { simulation.governor.set_rate(1, rate, simulation.now); });
    simulation.run_for(5s);
    const auto later = simulation.arrivals(url, 3s, 3200ms);
    if (after == 0) {
      EXPECT_GT(later.size(), 100U);
      continue;
    }
    EXPECT_GE(later.size(), 1U) << before << " -> " << after;
    EXPECT_LE(static_cast<double>(later.size()), after * 0.2 + 1) << before << " -> " << after;
    EXPECT_NEAR(static_cast<double>(simulation.arrivals(url, 3200ms, 4200ms).size()), after, 1)
        << before << " -> " << after;
  }
}

TEST(Rates, FallToNothingInAPauseAndComeBackWithoutABurst) {
  Simulation simulation;
  simulation.add_receiver(url, answering(20ms));
  simulation.add_job(1, plan_at(50), plenty);
  simulation.at(2s, [&] { simulation.governor.pause(1); });
  simulation.at(5s, [&] { simulation.governor.resume(1, simulation.now); });
  simulation.run_for(7s);
  EXPECT_TRUE(simulation.arrivals(url, 2s, 5s).empty());
  EXPECT_GE(simulation.arrivals(url, 5s, 5200ms).size(), 9U);
  EXPECT_LE(simulation.arrivals(url, 5s, 6s).size(), 51U);
}

// A process that could not say that it lives, or stood still, must not send what is another's now.
TEST(Rates, FallToNothingFromTheTimeOnThatTheJobMayBeAnothers) {
  for (const double rate : {0.0, 50.0}) {
    Simulation simulation;
    simulation.add_receiver(url, answering(20ms));
    simulation.add_job(1, plan_at(rate), plenty);
    simulation.governor.send_until(1, simulation.start + 2s);
    std::string held_by;
    simulation.at(4s, [&] { held_by = simulation.governor.status(1, simulation.now).held_by; });
    simulation.at(5s, [&] { simulation.governor.send_until(1, simulation.start + 6s); });
    simulation.run_for(8s);
    EXPECT_FALSE(simulation.arrivals(url, 0s, 2s).empty());
    EXPECT_TRUE(simulation.arrivals(url, 2s, 5s).empty());
    EXPECT_FALSE(simulation.arrivals(url, 5s, 6s).empty());
    EXPECT_TRUE(simulation.arrivals(url, 6s).empty());
    EXPECT_NE(held_by.find("the store does not answer"), std::string::npos) << held_by;
    EXPECT_EQ(simulation.governor.wake_at(simulation.now), Time::max());
  }
}

TEST(Rates, FallToNothingForGoodWhenTheJobIsCancelled) {
  Simulation simulation;
  simulation.add_receiver(url, answering(20ms));
  simulation.add_job(1, plan_at(50), plenty);
  simulation.at(2s, [&] { simulation.governor.cancel(1); });
  simulation.run_for(10s);
  EXPECT_TRUE(simulation.arrivals(url, 2s).empty());
  const JobStatus status = simulation.governor.status(1, simulation.now);
  EXPECT_EQ(status.state, JobState::cancelled);
  EXPECT_EQ(status.in_flight, 0U);
  EXPECT_EQ(status.delivered, simulation.arrivals(url).size());
}

TEST(Rates, AreHeldAtThreeSecondsOfLatencyWithTheRequestsInFlightThatItTakes) {
  Simulation simulation;
  simulation.add_receiver(url, answering(3s));
  simulation.add_job(1, plan_at(10), plenty);
  simulation.run_for(30s);
  EXPECT_NEAR(static_cast<double>(simulation.arrivals(url, 0s, 10s).size()), 100, 1);
  EXPECT_NEAR(static_cast<double>(simulation.arrivals(url, 10s, 20s).size()), 100, 1);
  EXPECT_LE(simulation.most_in_flight(url), 39U);
}

// When a fast receiver stops answering, the requests in flight follow its latency upwards; they
// do not pile up to the maximum at once.
TEST(Rates, NeedFewRequestsInFlightWhenAnswersAreQuick) {
  Simulation simulation;
  simulation.add_receiver(url, answering(50ms));
  simulation.add_job(1, plan_at(20), plenty);
  simulation.run_for(30s);
  EXPECT_LE(simulation.most_in_flight(url), 5U);
}

TEST(Rates, HaveNoMoreThanTheMaximumInFlight) {
  Simulation simulation({.max_in_flight = 16});
  simulation.add_receiver(url, answering(3s));
  simulation.add_job(1, plan_at(100), plenty);
  simulation.run_for(10s);
  EXPECT_EQ(simulation.most_in_flight(url), 16U);
  EXPECT_NE(simulation.governor.status(1, simulation.now).held_by.find("latency"),
            std::string::npos);
}

TEST(Rates, OfADeadDestinationTakeNothingFromAnother) {
  Simulation simulation;
  const std::string dead = "https://dead.example/in";
  simulation.add_receiver(url, answering(50ms));
  simulation.add_receiver(dead, [](const Arrival&) {
    Answer answer;
    answer.verdict = Verdict::unanswered;
    answer.latency = 30s;
    return answer;
  });
  JobPlan dead_plan = plan_at(0);
  dead_plan.targets = {{dead, std::nullopt}};
  simulation.add_job(1, dead_plan, plenty);
  simulation.add_job(2, plan_at(50), plenty);
  simulation.run_for(60s);
  EXPECT_NEAR(static_cast<double>(simulation.arrivals(url).size()), 3000, 30);
}

struct Limit {
  std::string name;
  double set;
  LimitedReceiver receiver;
  friend void PrintTo(const Limit& limit, std::ostream* out) { *out << limit.name; }
};

class LearntCeiling : public ::testing::TestWithParam<Limit> {};

TEST_P(LearntCeiling, IsFoundWithin30SecondsAndSeldomOverstepped) {
  Simulation simulation;
  simulation.add_receiver(url, GetParam().receiver);
  simulation.add_job(1, plan_at(GetParam().set), plenty);
  simulation.run_for(5min);
  for (const auto& [from, until] :
       std::vector<std::pair<Duration, Duration>>{{30s, 90s}, {30s, 300s}}) {
    const auto arrivals = simulation.arrivals(url, from, until);
    const auto refused = std::ranges::count(arrivals, 429, &Arrival::status);
    const double span = std::chrono::duration<double>(until - from).count();
    const double delivered =
        static_cast<double>(arrivals.size() - static_cast<std::size_t>(refused));
    EXPECT_LE(static_cast<double>(refused), 0.03 * static_cast<double>(arrivals.size()));
    EXPECT_GE(delivered / span, GetParam().receiver.rate * 0.85);
  }
  // A wait for the rate costs no attempt, so nothing was lost to it.
  EXPECT_EQ(simulation.governor.status(1, simulation.now).failed, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Receivers, LearntCeiling,
    ::testing::Values(Limit{"no_reserve", 10, {5, 1}}, Limit{"reserve_of_a_second", 10, {5, 5}},
                      Limit{"reserve_of_four_seconds", 10, {5, 20}},
                      Limit{"with_retry_after", 10, {5, 5, 50ms, 1s}},
                      Limit{"no_reserve_with_retry_after", 10, {5, 1, 50ms, 1s}},
                      Limit{"much_too_fast", 50, {5, 5}}, Limit{"unlimited", 0, {5, 5, 20ms}},
                      Limit{"slow_answers", 10, {5, 5, 2s}},
                      Limit{"twenty_of_thirty", 30, {20, 20}}, Limit{"just_above", 6, {5, 5}}),
    [](const auto& tested) { return tested.param.name; });

TEST(LearntCeilings, AreGivenUpWhenTheReceiverBearsMoreAgain) {
  Simulation simulation;
  LimitedReceiver limited{5, 5};
  simulation.add_receiver(url, [&](const Arrival& arrival) { return limited(arrival); });
  simulation.add_job(1, plan_at(10), plenty);
  simulation.at(60s, [&] { limited.rate = limited.burst = 1000; });
  simulation.run_for(5min);
  EXPECT_NEAR(static_cast<double>(simulation.arrivals(url, 290s, 300s).size()), 100, 1);
  EXPECT_EQ(simulation.governor.status(1, simulation.now).held_by, "the rate set: 10/s");
}

// A share of refusals that does not depend on the rate must not stop a job.
TEST(LearntCeilings, DoNotSpiralDownWhenRefusalsHaveNothingToDoWithTheRate) {
  for (const double share : {0.02, 0.1, 0.3}) {
    Simulation simulation;
    std::mt19937_64 random(7);
    std::bernoulli_distribution refuses(share);
    simulation.add_receiver(
        url, [&](const Arrival&) { return testing::answer_of(refuses(random) ? 429 : 200, 20ms); });
    simulation.add_job(1, plan_at(50), plenty);
    simulation.run_for(10min);
    EXPECT_GE(simulation.arrivals(url).size(), 600U * 50 / 2) << "share=" << share;
  }
}

TEST(LearntCeilings, AreSaidInTheStatus) {
  Simulation simulation;
  simulation.add_receiver(url, LimitedReceiver{5, 5});
  simulation.add_job(1, plan_at(10), plenty);
  simulation.run_for(30s);
  const JobStatus status = simulation.governor.status(1, simulation.now);
  EXPECT_EQ(status.rate_per_second, 10);
  EXPECT_NEAR(status.effective_rate_limit, 5, 0.5);
  EXPECT_NE(status.held_by.find("refuses more than about"), std::string::npos) << status.held_by;
}

TEST(RetryAfter, IsHonouredByAllJobsToTheUrl) {
  Simulation simulation;
  bool asked = false;
  simulation.add_receiver(url, [&](const Arrival& arrival) {
    if (arrival.at - Time{} >= 1000h + 2s && !asked) {
      asked = true;
      Answer answer = testing::answer_of(429, 10ms);
      answer.hold = 7s;
      return answer;
    }
    return testing::answer_of(200, 10ms);
  });
  simulation.add_job(1, plan_at(10), plenty);
  simulation.add_job(2, plan_at(10), plenty);
  simulation.run_for(12s);
  EXPECT_TRUE(simulation.arrivals(url, 2020ms, 9s).empty());
  EXPECT_FALSE(simulation.arrivals(url, 9s, 9300ms).empty());
}

TEST(RetryAfter, IsCapped) {
  Simulation simulation;
  bool asked = false;
  simulation.add_receiver(url, [&](const Arrival&) {
    Answer answer = testing::answer_of(asked ? 200 : 503, 10ms);
    if (!asked) answer.hold = 24h;
    asked = true;
    return answer;
  });
  simulation.add_job(1, plan_at(10), plenty);
  simulation.run_for(301s);
  EXPECT_FALSE(simulation.arrivals(url, 300s).empty());
}

}  // namespace
}  // namespace csvm::deliver
