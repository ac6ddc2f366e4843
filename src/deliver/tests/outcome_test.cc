#include <gtest/gtest.h>

#include <ostream>

#include "simulation.h"

namespace csvm::deliver {
namespace {

using namespace std::chrono_literals;
using testing::answer_of;
using testing::answering;
using testing::Arrival;
using testing::Simulation;

const std::string url = "https://hooks.example/in";

JobPlan plan_at(double rate) {
  JobPlan plan;
  plan.targets = {{url, std::nullopt}};
  plan.rate_per_second = rate;
  return plan;
}

Answer no_answer(Duration latency) {
  Answer answer;
  answer.verdict = Verdict::unanswered;
  answer.latency = latency;
  return answer;
}

Simulation::Receiver always(int status) {
  return [status](const Arrival&) { return answer_of(status, 10ms); };
}

TEST(Delivery, IsTriedAgainAfter1And3And9SecondsGiveOrTakeAFifth) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Simulation simulation({}, seed);
    simulation.add_receiver(url, always(500));
    simulation.add_job(1, plan_at(10), 1);
    simulation.run_for(60s);
    const auto arrivals = simulation.arrivals(url);
    ASSERT_EQ(arrivals.size(), 4U) << "seed=" << seed;
    const std::vector<double> waits = {1, 3, 9};
    for (std::size_t i = 0; i < waits.size(); ++i) {
      const double wait =
          std::chrono::duration<double>(arrivals[i + 1].at - arrivals[i].at).count();
      EXPECT_NEAR(wait, waits[i] + 0.01, waits[i] * 0.2 + 0.01) << "seed=" << seed;
    }
    EXPECT_EQ(simulation.governor.status(1, simulation.now).failed, 1U);
    EXPECT_EQ(simulation.settled.at({1, 0}).attempts, 4U);
  }
}

TEST(Delivery, IsRetriedThroughTheSameBucket) {
  Simulation simulation;
  std::uint64_t count = 0;
  simulation.add_receiver(
      url, [&](const Arrival&) { return answer_of(++count % 3 == 0 ? 500 : 200, 10ms); });
  simulation.add_job(1, plan_at(20), 1'000);
  simulation.run_for(40s);
  EXPECT_LE(Simulation::most_in_any_second(simulation.arrivals(url)), 22U);
}

struct Ending {
  int status;
  Outcome outcome;
  std::size_t attempts;
  friend void PrintTo(const Ending& ending, std::ostream* out) { *out << ending.status; }
};

class Status : public ::testing::TestWithParam<Ending> {};

TEST_P(Status, DecidesHowADeliveryEnds) {
  Simulation simulation;
  simulation.add_receiver(url, always(GetParam().status));
  simulation.add_job(1, plan_at(10), 1);
  simulation.run_for(60s);
  EXPECT_EQ(simulation.arrivals(url).size(), GetParam().attempts);
  EXPECT_EQ(simulation.settled.at({1, 0}).outcome, GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(
    Codes, Status,
    ::testing::Values(Ending{200, Outcome::delivered, 1}, Ending{204, Outcome::delivered, 1},
                      Ending{299, Outcome::delivered, 1}, Ending{302, Outcome::failed, 4},
                      Ending{308, Outcome::failed, 4}, Ending{400, Outcome::rejected, 1},
                      Ending{401, Outcome::rejected, 1}, Ending{404, Outcome::rejected, 1},
                      Ending{408, Outcome::failed, 4}, Ending{410, Outcome::rejected, 1},
                      Ending{413, Outcome::rejected, 1}, Ending{422, Outcome::rejected, 1},
                      Ending{425, Outcome::failed, 4}, Ending{500, Outcome::failed, 4},
                      Ending{502, Outcome::failed, 4}, Ending{503, Outcome::failed, 4},
                      Ending{504, Outcome::failed, 4}),
    [](const auto& tested) { return "code_" + std::to_string(tested.param.status); });

TEST(Delivery, ThatWasNeverAnsweredMayHaveArrived) {
  Simulation simulation;
  simulation.add_receiver(url, [](const Arrival& arrival) {
    return arrival.attempt == 2 ? no_answer(10ms) : answer_of(500, 10ms);
  });
  simulation.add_job(1, plan_at(10), 1);
  simulation.run_for(60s);
  EXPECT_EQ(simulation.settled.at({1, 0}).outcome, Outcome::maybe);
}

TEST(Delivery, ThatIsAnsweredInTheEndIsDelivered) {
  Simulation simulation;
  simulation.add_receiver(url, [](const Arrival& arrival) {
    return arrival.attempt < 4 ? no_answer(10ms) : answer_of(200, 10ms);
  });
  simulation.add_job(1, plan_at(10), 1);
  simulation.run_for(60s);
  EXPECT_EQ(simulation.settled.at({1, 0}).outcome, Outcome::delivered);
  EXPECT_EQ(simulation.governor.status(1, simulation.now).state, JobState::finished);
}

// Whatever the receiver does, every record ends in one of the five and the job ends.
TEST(Job, EndsWithOutcomesThatAddUpToItsRecords) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Simulation simulation({}, seed);
    std::mt19937_64 random(seed);
    simulation.add_receiver(url, [&](const Arrival&) {
      const std::vector<int> statuses = {200, 200, 200, 200, 200, 404, 429, 500, 503, 0};
      const int status = statuses[random() % statuses.size()];
      return status == 0 ? no_answer(100ms) : answer_of(status, 10ms);
    });
    JobPlan plan = plan_at(200);
    plan.targets = {{url, 700}};
    simulation.add_job(1, plan, 1'000);
    simulation.run_for(1h);
    const JobStatus status = simulation.governor.status(1, simulation.now);
    EXPECT_EQ(status.state, JobState::finished) << "seed=" << seed << " " << status.held_by;
    EXPECT_EQ(status.delivered + status.rejected + status.failed + status.maybe + status.skipped,
              1'000U)
        << "seed=" << seed;
    EXPECT_EQ(status.delivered + status.maybe, 700U) << "seed=" << seed;
  }
}

TEST(Job, StopsWhenTheUrlIsGone) {
  Simulation simulation;
  simulation.add_receiver(url, [](const Arrival& arrival) {
    return answer_of(arrival.record == 20 ? 410 : 200, 10ms);
  });
  simulation.add_job(1, plan_at(10), 100);
  simulation.run_for(60s);
  const JobStatus status = simulation.governor.status(1, simulation.now);
  EXPECT_EQ(status.state, JobState::stopped);
  EXPECT_NE(status.stopped_because.find("410"), std::string::npos);
  EXPECT_EQ(status.delivered, 20U);
  EXPECT_EQ(status.rejected, 1U);
  EXPECT_EQ(simulation.arrivals(url).size(), 21U);
}

TEST(Canary, WaitsAfterTheFirstRecordsUntilToldToGoOn) {
  Simulation simulation;
  simulation.add_receiver(url, always(200));
  JobPlan plan = plan_at(10);
  plan.canary = 5;
  simulation.add_job(1, plan, 50);
  simulation.run_for(30s);
  EXPECT_EQ(simulation.arrivals(url).size(), 5U);
  const JobStatus waiting = simulation.governor.status(1, simulation.now);
  EXPECT_EQ(waiting.state, JobState::canary);
  EXPECT_EQ(waiting.held_by, "the first 5 records are sent; waiting for \"go on\"");
  simulation.governor.go_on(1);
  simulation.run_for(30s);
  EXPECT_EQ(simulation.arrivals(url).size(), 50U);
}

TEST(Canary, CountsWhatAnEarlierRunSentOfIt) {
  Simulation simulation;
  simulation.add_receiver(url, always(200));
  JobPlan plan = plan_at(10);
  plan.canary = 5;
  plan.canary_sent = 3;
  simulation.add_job(1, plan, 50);
  simulation.run_for(30s);
  EXPECT_EQ(simulation.arrivals(url).size(), 2U);
  EXPECT_EQ(simulation.governor.status(1, simulation.now).held_by,
            "the first 5 records are sent; waiting for \"go on\"");
}

TEST(Job, StopsWhenMoreFailThanAllowed) {
  Simulation simulation;
  simulation.add_receiver(url, [](const Arrival& arrival) {
    return answer_of(arrival.record % 4 == 0 ? 422 : 200, 10ms);
  });
  JobPlan plan = plan_at(10);
  plan.stop_above_failed_share = 0.2;
  simulation.add_job(1, plan, 1'000);
  simulation.run_for(60s);
  const JobStatus status = simulation.governor.status(1, simulation.now);
  EXPECT_EQ(status.state, JobState::stopped);
  EXPECT_LE(simulation.arrivals(url).size(), 22U);
  EXPECT_NE(status.stopped_because.find("more than the 20 % allowed"), std::string::npos);
}

TEST(Job, OfWhichEveryRecordIsRefusedIsEndedByTheShareAllowed) {
  Simulation simulation;
  simulation.add_receiver(url, always(422));
  JobPlan plan = plan_at(10);
  plan.stop_above_failed_share = 0.5;
  simulation.add_job(1, plan, 1'000);
  simulation.run_for(5s);
  const JobStatus status = simulation.governor.status(1, simulation.now);
  EXPECT_EQ(status.state, JobState::stopped);
  EXPECT_EQ(status.stopped_because,
            "20 of 20 records were not delivered, more than the 50 % allowed");
  EXPECT_LE(simulation.arrivals(url).size(), 21U) << "one more may have been on its way";
}

TEST(Quota, RollsOverToTheNextUrlAndSkipsWhatNoneTakes) {
  Simulation simulation;
  const std::string second = "https://hooks.example/second";
  simulation.add_receiver(url, always(200));
  simulation.add_receiver(second, always(200));
  JobPlan plan = plan_at(50);
  plan.targets = {{url, 30}, {second, 40}};
  simulation.add_job(1, plan, 100);
  simulation.run_for(60s);
  EXPECT_EQ(simulation.arrivals(url).size(), 30U);
  EXPECT_EQ(simulation.arrivals(second).size(), 40U);
  EXPECT_EQ(simulation.skipped.size(), 30U);
  const JobStatus status = simulation.governor.status(1, simulation.now);
  EXPECT_EQ(status.skipped, 30U);
  EXPECT_EQ(status.state, JobState::finished);
}

TEST(Quota, CountsWhatArrivedAndNotWhatWasRefused) {
  Simulation simulation;
  simulation.add_receiver(url, [](const Arrival& arrival) {
    return answer_of(arrival.record % 2 == 0 ? 422 : 200, 10ms);
  });
  JobPlan plan = plan_at(50);
  plan.targets = {{url, 30}};
  simulation.add_job(1, plan, 100);
  simulation.run_for(60s);
  const JobStatus status = simulation.governor.status(1, simulation.now);
  EXPECT_EQ(status.delivered, 30U);
  EXPECT_EQ(status.delivered + status.rejected + status.skipped, 100U);
}

TEST(Quota, IsSharedByTheJobsToOneUrl) {
  Simulation simulation;
  simulation.add_receiver(url, always(200));
  JobPlan plan = plan_at(50);
  plan.targets = {{url, 30}};
  simulation.add_job(1, plan, 25);
  simulation.add_job(2, plan, 25);
  simulation.run_for(60s);
  EXPECT_EQ(simulation.arrivals(url).size(), 30U);
  EXPECT_EQ(simulation.skipped.size(), 20U);
}

TEST(Breaker, ProbesADestinationFromWhichOnlyFailuresComeAndRecovers) {
  Simulation simulation;
  bool dead = true;
  simulation.add_receiver(url, [&](const Arrival&) { return answer_of(dead ? 500 : 200, 10ms); });
  simulation.add_job(1, plan_at(10), 1'000);
  simulation.at(60s, [&] { dead = false; });
  simulation.run_for(59s);
  // Ten failures, then probes after 5, 10 and 20 s.
  EXPECT_LE(simulation.arrivals(url).size(), 15U);
  EXPECT_NE(simulation.governor.status(1, simulation.now).held_by.find("nothing but failures"),
            std::string::npos);
  EXPECT_TRUE(simulation.governor.status(1, simulation.now).receiver_is_down);
  simulation.run_for(3min);
  EXPECT_EQ(simulation.governor.status(1, simulation.now).state, JobState::finished);
  EXPECT_FALSE(simulation.governor.status(1, simulation.now).receiver_is_down);
  EXPECT_EQ(simulation.governor.status(1, simulation.now).delivered, 1'000U);
}

TEST(Breaker, PausesForAReceiverThatLetsNobodyIn) {
  for (const int status : {401, 403}) {
    Simulation simulation;
    simulation.add_receiver(url, always(status));
    simulation.add_job(1, plan_at(100), 100'000);
    simulation.run_for(60s);
    EXPECT_LE(simulation.arrivals(url).size(), 20U) << status;
  }
}

TEST(Breaker, IsNotOpenedByRefusedRecords) {
  for (const int status : {400, 404, 409, 413, 422}) {
    Simulation simulation;
    simulation.add_receiver(url, always(status));
    simulation.add_job(1, plan_at(100), 500);
    simulation.run_for(10s);
    const JobStatus end = simulation.governor.status(1, simulation.now);
    EXPECT_EQ(end.state, JobState::finished) << status << " " << end.held_by;
    EXPECT_EQ(end.rejected, 500U) << status;
  }
}

TEST(Breaker, ClosesWhenAProbeIsJudgedEvenIfItIsRefused) {
  Simulation simulation;
  bool dead = true;
  simulation.add_receiver(url, [&](const Arrival&) { return answer_of(dead ? 500 : 422, 10ms); });
  simulation.add_job(1, plan_at(10), 200);
  simulation.at(8s, [&] { dead = false; });
  simulation.run_for(60s);
  const JobStatus end = simulation.governor.status(1, simulation.now);
  EXPECT_EQ(end.state, JobState::finished) << end.held_by;
  EXPECT_EQ(end.rejected, 200U);
}

TEST(Breaker, GivesUpInTheEnd) {
  Simulation simulation;
  simulation.add_receiver(url, always(500));
  simulation.add_job(1, plan_at(10), 1'000);
  simulation.run_for(20min);
  const JobStatus status = simulation.governor.status(1, simulation.now);
  EXPECT_EQ(status.state, JobState::stopped);
  EXPECT_NE(status.stopped_because.find("nothing but failures"), std::string::npos);
  const auto before = simulation.arrivals(url).size();
  simulation.run_for(20min);
  EXPECT_EQ(simulation.arrivals(url).size(), before);
}

TEST(Job, GoesOnWithTheAttemptsThatAnEarlierRunMade) {
  Simulation simulation;
  simulation.add_receiver(url, always(500));
  simulation.add_job(2, plan_at(10), 0);
  simulation.governor.offer(2, std::vector<Pending>{{7, 3}});
  simulation.run_for(30s);
  EXPECT_EQ(simulation.arrivals(url).size(), 1U);
  EXPECT_EQ(simulation.settled.at({2, 7}).outcome, Outcome::failed);
}

TEST(Job, IsForgottenWhenRemoved) {
  Simulation simulation;
  simulation.add_receiver(url, always(200));
  simulation.add_job(1, plan_at(10), 5);
  simulation.run_for(10s);
  simulation.governor.remove(1);
  EXPECT_EQ(simulation.governor.wake_at(simulation.now), Time::max());
}

TEST(Status, SaysWhatHoldsTheRateDown) {
  Simulation simulation;
  simulation.add_receiver(url, answering(10ms));
  simulation.add_job(1, plan_at(10), 10'000);
  const auto held_by = [&](JobKey job) {
    return simulation.governor.status(job, simulation.now).held_by;
  };
  simulation.run_for(1s);
  EXPECT_EQ(held_by(1), "the rate set: 10/s");
  simulation.add_job(2, plan_at(10), 10'000);
  simulation.run_for(1s);
  EXPECT_EQ(held_by(1), "1 other job to the same URL shares its 10/s");
  simulation.governor.pause(1);
  EXPECT_EQ(held_by(1), "paused");
  EXPECT_EQ(held_by(2), "the rate set: 10/s");
  simulation.governor.set_rate(2, 0, simulation.now);
  simulation.run_for(1s);
  EXPECT_NE(held_by(2).find("nothing but the receiver"), std::string::npos);
}

}  // namespace
}  // namespace csvm::deliver
