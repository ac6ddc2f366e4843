#include <gmock/gmock.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <filesystem>
#include <sstream>

#include "csvm/receiver.h"
#include "service_fixture.h"

namespace csvm::jobs {
namespace {

using testing::HasSubstr;

class SendingTest : public ServiceFixture {
 protected:
  Environment sending_environment() {
    Environment given = environment();
    given.outgoing.rules.allow_private = true;
    given.outgoing.clock = std::chrono::steady_clock::now;
    given.outgoing.wall_clock = [this] { return now(); };
    return given;
  }
  std::unique_ptr<Workers> start(std::string name = "worker") {
    WorkerSettings settings;
    settings.name = std::move(name);
    return Workers::start(sending_environment(), settings);
  }
  std::unique_ptr<receiver::Receiver> receive(receiver::Plan plan = {}) {
    receiver::Settings settings;
    settings.plan = std::move(plan);
    settings.clock = std::chrono::steady_clock::now;
    auto started = receiver::Receiver::start(std::move(settings));
    EXPECT_TRUE(started) << started.error().message;
    return *std::move(started);
  }
  static std::string url_of(const receiver::Receiver& receiver) {
    return "http://127.0.0.1:" + std::to_string(receiver.port()) + "/hook";
  }
  static std::string people(int count) {
    std::string rows = "Full Name,Work Email\n";
    for (int n = 0; n < count; ++n) {
      rows += "Ann Bee" + std::to_string(n) + ",ann" + std::to_string(n) + "@firm.example\n";
    }
    return rows;
  }
  store::Job begin_sending(const std::string& url, int records, double rate = 0,
                           recipe::DeliveryWishes wishes = {}) {
    store::NewJob job;
    job.upload_id = upload("people.csv", people(records));
    job.recipe = R"({"match": "none"})";
    job.mode = store::Mode::webhook;
    job.webhook.url = url;
    job.webhook.rate_per_second = rate;
    job.webhook.options = recipe::to_json(wishes);
    const auto made = store_->create_job(session_.id, job);
    EXPECT_TRUE(made) << made.error().message;
    return *made;
  }
  /// Waits for heartbeats until the details of the job hold.
  template <class Condition>
  void wait_for_details(const std::string& id, Condition holds) {
    wait_until([&] {
      const auto details = sending_details(job_now(id).progress.details);
      return details && holds(*details);
    });
  }
};

TEST_F(SendingTest, EveryRecordArrivesAndTheCountsAreTheReceivers) {
  const auto receiver = receive();
  const store::Job job = begin_sending(url_of(*receiver), 300);
  const auto workers = start();
  const store::Job done = wait_for_end(job.id);
  ASSERT_EQ(done.state, store::JobState::completed) << done.error;
  EXPECT_EQ(receiver->counts().requests, 300U);
  EXPECT_EQ(receiver->counts().accepted_ids, 300U);
  EXPECT_EQ(store_->delivery_counts(session_.id, job.id)->delivered, 300U);
  EXPECT_EQ(done.progress.successful_webhooks, 300U);
  EXPECT_EQ(done.progress.stage, store::Stage::sending);
  EXPECT_EQ(store_->destination(url_of(*receiver))->lifetime_count, 300U);
}

TEST_F(SendingTest, AWorkerThatTakesOverRepeatsNothingThatWasAnswered) {
  const auto receiver = receive();
  const store::Job job = begin_sending(url_of(*receiver), 100, 50);
  auto first = start("first");
  wait_until([&] {
    const auto counts = store_->delivery_counts(session_.id, job.id);
    return counts && counts->delivered >= 10;
  });
  first->stop(std::chrono::seconds(30));
  first.reset();
  const store::Job back = job_now(job.id);
  EXPECT_EQ(back.state, store::JobState::sending);
  EXPECT_EQ(store_->delivery_counts(session_.id, job.id)->delivered, receiver->counts().requests);
  ASSERT_TRUE(store_->set_rate(session_.id, job.id, 0));
  const auto second = start("second");
  EXPECT_EQ(wait_for_end(job.id).state, store::JobState::completed);
  EXPECT_EQ(receiver->counts().requests, 100U);
  EXPECT_EQ(receiver->counts().surplus, 0U);
}

TEST_F(SendingTest, AWorkerThatLostItsLeaseStopsSending) {
  const auto receiver = receive();
  const store::Job job = begin_sending(url_of(*receiver), 1000, 20);
  const auto workers = start();
  wait_until([&] { return store_->delivery_counts(session_.id, job.id)->delivered > 0; });
  // All of it is forgotten under the worker's hands.
  ASSERT_TRUE(store_->forget_session(session_.id));
  while (workers->running() > 0) std::this_thread::yield();
  EXPECT_LT(receiver->counts().requests, 1000U);
}

TEST_F(SendingTest, AServiceMayBeKilledBeforeAnyOutcomeButNotForEver) {
  constexpr store::Phase deliver[] = {store::Phase::deliver};
  receiver::Plan plan;
  plan.shares = {{{receiver::What::hang, 200, std::nullopt}, 1}};
  const auto hanging = receive(plan);
  const store::Job job = begin_sending(url_of(*hanging), 10);
  WorkerSettings merges_only;
  merges_only.name = "merges";
  merges_only.sending = 0;
  auto merges = Workers::start(sending_environment(), merges_only);
  wait_until([&] { return job_now(job.id).state == store::JobState::sending; });
  merges.reset();
  const auto lose = [&](std::uint32_t crashes_before) {
    const auto lost = store_->claim("killed", deliver);
    ASSERT_TRUE(lost && *lost);
    SendingDetails details;
    details.crashes = crashes_before;
    store::Progress progress;
    progress.details = to_text(details);
    ASSERT_TRUE(store_->heartbeat((*lost)->lease, progress));
    turn_clock(std::chrono::minutes(1));
  };
  lose(0);
  auto workers = start();
  wait_for_details(job.id, [](const auto& details) { return details.in_flight > 0; });
  EXPECT_EQ(job_now(job.id).attempts, 1U);
  EXPECT_EQ(sending_details(job_now(job.id).progress.details)->crashes, 1U);
  workers.reset();

  lose(11);
  workers = start();
  wait_for_details(job.id, [](const auto& details) { return details.in_flight > 0; });
  EXPECT_EQ(job_now(job.id).attempts, 2U) << "one more, and it is the job's fault";
}

TEST_F(SendingTest, ADeliveryThatStandsStillDelaysNoMerge) {
  receiver::Plan plan;
  plan.shares = {{{receiver::What::hang, 200, std::nullopt}, 1}};
  const auto hanging = receive(plan);
  recipe::DeliveryWishes patient;
  patient.timeout_seconds = 300;
  const store::Job stuck = begin_sending(url_of(*hanging), 10, 0, patient);
  const auto workers = start();
  wait_for_details(stuck.id, [](const auto& details) { return details.in_flight > 0; });
  const store::Job merge = begin(upload("apollo.csv", apollo));
  workers->wake();
  EXPECT_EQ(wait_for_end(merge.id).state, store::JobState::completed);
  EXPECT_EQ(job_now(stuck.id).state, store::JobState::sending);
}

TEST_F(SendingTest, WishesOfAUserTakeEffectWhileItSends) {
  const auto receiver = receive();
  const store::Job job = begin_sending(url_of(*receiver), 400, 20);
  const auto workers = start();
  wait_for_details(job.id, [](const auto& details) { return details.delivered > 0; });
  ASSERT_TRUE(store_->pause_job(session_.id, job.id));
  workers->wake();
  wait_for_details(job.id, [](const auto& details) {
    return details.held_by == "paused" && details.in_flight == 0;
  });
  const auto before = receiver->counts().requests;
  ASSERT_TRUE(store_->set_rate(session_.id, job.id, 0));
  workers->wake();
  wait_until([&] { return job_now(job.id).progress.effective_rate_limit == 0; });
  EXPECT_EQ(receiver->counts().requests, before);
  ASSERT_TRUE(store_->resume_job(session_.id, job.id));
  workers->wake();
  EXPECT_EQ(wait_for_end(job.id).state, store::JobState::completed);
  EXPECT_EQ(receiver->counts().requests, 400U);
}

TEST_F(SendingTest, ACanaryWaitsForTheUserAlsoWhenTheWorkerIsAnother) {
  const auto receiver = receive();
  recipe::DeliveryWishes wishes;
  wishes.canary = 3;
  const store::Job job = begin_sending(url_of(*receiver), 10, 0, wishes);
  auto first = start("first");
  wait_for_details(job.id, [](const auto& details) { return details.waits_for_go_on; });
  EXPECT_EQ(job_now(job.id).state, store::JobState::paused);
  EXPECT_EQ(receiver->counts().requests, 3U);
  first.reset();
  EXPECT_EQ(job_now(job.id).state, store::JobState::paused);
  ASSERT_TRUE(store_->resume_job(session_.id, job.id));
  const auto second = start("second");
  EXPECT_EQ(wait_for_end(job.id).state, store::JobState::completed);
  EXPECT_EQ(receiver->counts().requests, 10U);
}

TEST_F(SendingTest, ARateThatWasLearntIsKeptForTheNextJob) {
  receiver::Plan plan;
  plan.rate_per_second = 20;
  const auto receiver = receive(plan);
  const std::string url = url_of(*receiver);
  const auto workers = start();
  const store::Job first = begin_sending(url, 3, 1000);
  workers->wake();
  ASSERT_EQ(wait_for_end(first.id).state, store::JobState::completed);
  ASSERT_GT(receiver->counts().answered_429, 0U);
  const auto learnt = store_->destination(url)->learnt_rate;
  ASSERT_TRUE(learnt);
  EXPECT_LT(*learnt, 1000);

  ASSERT_TRUE(store_->learn_rate(url, 7));
  const store::Job second = begin_sending(url, 1000, 1000);
  workers->wake();
  wait_until([&] { return job_now(second.id).progress.effective_rate_limit > 0; });
  EXPECT_LE(job_now(second.id).progress.effective_rate_limit, 7);
}

TEST_F(SendingTest, AJobOfWhichNothingArrivesFailsAndSaysWhy) {
  receiver::Plan plan;
  plan.shares = {{{receiver::What::answer, 403, std::nullopt}, 1}};
  const auto receiver = receive(plan);
  const auto workers = start();
  const store::Job done = wait_for_end(begin_sending(url_of(*receiver), 3).id);
  EXPECT_EQ(done.state, store::JobState::failed);
  EXPECT_THAT(done.error, HasSubstr("none of the 3 records arrived; the receiver answered 403"));
  EXPECT_EQ(done.progress.failed_webhooks, 3U);
}

TEST_F(SendingTest, NothingIsSentToAnAddressThatIsNotAllowed) {
  const auto receiver = receive();
  Environment strict = sending_environment();
  strict.outgoing.rules.allow_private = false;
  WorkerSettings settings;
  settings.name = "worker";
  const auto workers = Workers::start(strict, settings);
  const store::Job done = wait_for_end(begin_sending(url_of(*receiver), 3).id);
  EXPECT_EQ(done.state, store::JobState::failed);
  EXPECT_THAT(done.error, HasSubstr("loopback"));
  EXPECT_EQ(receiver->counts().requests, 0U);
}

TEST_F(SendingTest, TheLogNamesWhatKeepsADeliveryFromBeginning) {
  const auto receiver = receive();
  const store::Job job = begin_sending(url_of(*receiver), 3);
  WorkerSettings merges_only;
  merges_only.name = "merges";
  merges_only.sending = 0;
  auto merges = Workers::start(sending_environment(), merges_only);
  wait_until([&] { return job_now(job.id).state == store::JobState::sending; });
  merges.reset();
  // What was merged cannot be read: its files are links to themselves.
  std::vector<std::filesystem::path> received;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "files")) {
    if (entry.is_regular_file()) received.push_back(entry.path());
  }
  for (const std::filesystem::path& path : received) {
    std::filesystem::remove(path);
    std::filesystem::create_symlink(path, path);
  }
  std::ostringstream lines;
  Environment logged = sending_environment();
  logged.log = std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines));
  WorkerSettings settings;
  settings.name = "worker";
  auto workers = Workers::start(logged, settings);
  const store::Job done = wait_for_end(job.id);
  workers.reset();  // nobody writes to the log any more
  EXPECT_EQ(done.state, store::JobState::failed);
  EXPECT_THAT(lines.str(), HasSubstr("job " + job.id + " cannot be sent: "));
  EXPECT_THAT(lines.str(), HasSubstr("symbolic"));
  EXPECT_THAT(done.error, testing::Not(HasSubstr("symbolic")));
}

TEST(SendingDetailsText, ReadsBackAsTheSame) {
  SendingDetails details;
  details.series = "1f";
  details.rows_read = 12;
  details.delivered = 1;
  details.rejected = 2;
  details.failed = 3;
  details.maybe = 4;
  details.skipped = 5;
  details.in_flight = 6;
  details.latency_p50 = 0.25;
  details.latency_p90 = 1.5;
  details.latency_p99 = 20;
  details.waits_for_go_on = true;
  details.crashes = 2;
  details.held_by = "the rate set: 10/s";
  store::Delivery failure;
  failure.record = 17;
  failure.state = store::DeliveryState::maybe;
  failure.http_status = 503;
  failure.excerpt = "two\nlines";
  details.last_failure = failure;
  details.pace = {{1'700'000'000, 9.75, 0}, {1'700'000'002, 10, 41.5}};
  const auto read = sending_details(to_text(details));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_text(*read), to_text(details));
  EXPECT_EQ(read->held_by, "the rate set: 10/s");
  EXPECT_EQ(read->last_failure->excerpt, "two lines");
  EXPECT_EQ(read->last_failure->state, store::DeliveryState::maybe);
  ASSERT_EQ(read->pace.size(), 2U);
  EXPECT_EQ(read->pace[1].at, 1'700'000'002);
  EXPECT_DOUBLE_EQ(read->pace[0].rate, 9.75);
  EXPECT_DOUBLE_EQ(read->pace[1].latency_p50, 41.5);
  EXPECT_FALSE(sending_details(""));
  EXPECT_FALSE(sending_details("{\"other\": 1}"));
}

}  // namespace
}  // namespace csvm::jobs
