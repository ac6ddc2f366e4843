#include "job_figures.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

namespace csvm::api {
namespace {

using namespace std::chrono_literals;

constexpr store::Time started(std::chrono::hours(24 * 365 * 55));

class JobFiguresTest : public testing::Test {
 protected:
  static store::Job job_at(store::Time made, store::JobState state) {
    store::Job job;
    job.id = "j1";
    job.session_id = "s1";
    job.created_at = job.updated_at = made;
    job.mode = store::Mode::webhook;
    job.state = state;
    return job;
  }
  static store::Job sending(store::Time made, std::uint64_t delivered, std::uint64_t failed) {
    store::Job job = job_at(made, store::JobState::sending);
    jobs::SendingDetails details;
    details.delivered = delivered;
    details.failed = failed;
    job.progress.details = jobs::to_text(details);
    return job;
  }
  static store::Job ended(store::Job job, store::JobState state, store::Time at) {
    job.state = state;
    job.ended_at = at;
    return job;
  }

  /// "name{labels}" -> value, after the store said that so many jobs wait.
  double value(const std::string& name, store::Time now = started, store::Count queued = 0) {
    figures_.collect(now, queued);
    const std::string text = "\n" + prometheus::TextSerializer().Serialize(registry_.Collect());
    const auto at = text.find("\n" + name + " ");
    if (at == std::string::npos) return -1;
    return std::stod(text.substr(at + name.size() + 2));
  }
  double delivered() { return value(R"(csv_merger_deliveries_total{outcome="delivered"})"); }
  double failed() { return value(R"(csv_merger_deliveries_total{outcome="failed"})"); }
  double ends(const std::string& state) {
    return value("csv_merger_jobs_ended_total{state=\"" + state + "\"}");
  }
  double longest_wait(store::Time now, store::Count queued) {
    return value("csv_merger_jobs_longest_wait_seconds", now, queued);
  }

  prometheus::Registry registry_;
  JobFigures figures_{registry_, started};
};

TEST_F(JobFiguresTest, BeginAtNothingSoThatTheFirstOfAKindIsARise) {
  for (const char* state : {"completed", "failed", "cancelled"}) EXPECT_EQ(ends(state), 0) << state;
  EXPECT_EQ(delivered(), 0);
  EXPECT_EQ(failed(), 0);
}

TEST_F(JobFiguresTest, CountAnEndOnceHoweverOftenItIsToldAndAgainWhenItEndsAgain) {
  const store::Job job = sending(started, 1, 0);
  figures_.saw(job, started);
  const store::Job end = ended(job, store::JobState::failed, started + 5s);
  figures_.saw(end, started + 5s);
  figures_.saw(end, started + 9s);  // it is downloaded
  EXPECT_EQ(ends("failed"), 1);
  figures_.saw(ended(job, store::JobState::completed, started + 20s), started + 20s);
  EXPECT_EQ(ends("failed"), 1);
  EXPECT_EQ(ends("completed"), 1);
}

TEST_F(JobFiguresTest, CountNoEndThatWasBeforeThisProcess) {
  figures_.saw(ended(sending(started - 1h, 7, 2), store::JobState::completed, started - 1min),
               started);
  EXPECT_EQ(ends("completed"), 0);
  EXPECT_EQ(delivered(), 0);
}

TEST_F(JobFiguresTest, CountARecordOnceAsTheSumsOfAJobRise) {
  figures_.saw(sending(started, 3, 0), started);
  figures_.saw(sending(started, 3, 0), started);
  figures_.saw(sending(started, 10, 4), started);
  EXPECT_EQ(delivered(), 10);
  EXPECT_EQ(failed(), 4);
  figures_.saw(sending(started, 10, 1), started);  // three are sent again
  figures_.saw(sending(started, 12, 2), started);
  EXPECT_EQ(delivered(), 12);
  EXPECT_EQ(failed(), 5);
}

TEST_F(JobFiguresTest, CountOfAnOlderJobWhatIsSentFromNowOn) {
  figures_.saw(sending(started - 1h, 500, 0), started);
  figures_.saw(sending(started - 1h, 510, 0), started + 1s);
  EXPECT_EQ(delivered(), 10);
}

TEST_F(JobFiguresTest, CountASecondDeliveryOfTheSameResultFromItsBeginning) {
  figures_.saw(sending(started, 10, 0), started);
  store::Job again = job_at(started, store::JobState::queued);
  again.progress.details = sending(started, 10, 0).progress.details;  // of the first one
  again.webhook.options = R"({"webhook_series": "2"})";
  figures_.saw(again, started);
  EXPECT_EQ(delivered(), 10);
  jobs::SendingDetails details;
  details.series = "2";
  details.delivered = 4;
  again.progress.details = jobs::to_text(details);
  figures_.saw(again, started);
  EXPECT_EQ(delivered(), 14);
}

TEST_F(JobFiguresTest, SayWhichReceiversAreDownWhileTheirJobsSend) {
  store::Job job = job_at(started, store::JobState::sending);
  jobs::SendingDetails details;
  details.receiver_is_down = true;
  job.progress.details = jobs::to_text(details);
  figures_.saw(job, started);
  EXPECT_EQ(value("csv_merger_jobs_sending"), 1);
  EXPECT_EQ(value("csv_merger_jobs_held"), 1);
  job.state = store::JobState::paused;
  figures_.saw(job, started);
  EXPECT_EQ(value("csv_merger_jobs_sending"), 0);
  EXPECT_EQ(value("csv_merger_jobs_held"), 0);
}

TEST_F(JobFiguresTest, SayHowLongAJobHasWaited) {
  EXPECT_EQ(longest_wait(started, 0), 0);
  figures_.saw(job_at(started, store::JobState::queued), started);
  EXPECT_EQ(longest_wait(started + 40s, 1), 40);
  figures_.saw(job_at(started, store::JobState::processing), started + 50s);
  EXPECT_EQ(longest_wait(started + 60s, 0), 0);
  store::Job back = job_at(started, store::JobState::queued);  // its worker stopped
  back.attempts = 1;
  back.updated_at = started + 90s;
  figures_.saw(back, started + 90s);
  EXPECT_EQ(longest_wait(started + 100s, 1), 10);
}

TEST_F(JobFiguresTest, KnowOfJobsThatWaitedBeforeThisProcessThatTheyWait) {
  EXPECT_EQ(longest_wait(started, 2), 0);
  EXPECT_EQ(longest_wait(started + 70s, 2), 70);
  EXPECT_EQ(longest_wait(started + 80s, 0), 0);
  EXPECT_EQ(longest_wait(started + 90s, 1), 0);
}

TEST_F(JobFiguresTest, NameThoseThatMayHaveStoppedWaitingUnheardAndForgetThem) {
  figures_.saw(job_at(started, store::JobState::queued), started);
  EXPECT_TRUE(figures_.unheard_since(started, 10).empty());
  const auto unheard = figures_.unheard_since(started + 1s, 10);
  ASSERT_EQ(unheard.size(), 1U);
  EXPECT_EQ(unheard[0].session, "s1");
  EXPECT_EQ(unheard[0].job, "j1");
  EXPECT_TRUE(figures_.unheard_since(started + 1s, 0).empty());
  figures_.gone("j1");
  EXPECT_TRUE(figures_.unheard_since(started + 1s, 10).empty());
  EXPECT_EQ(longest_wait(started + 40s, 0), 0);
}

}  // namespace
}  // namespace csvm::api
