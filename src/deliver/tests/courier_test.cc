#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <semaphore>
#include <string>
#include <vector>

#include "csvm/deliver.h"
#include "csvm/receiver.h"

namespace csvm::deliver {
namespace {

using namespace std::chrono_literals;

class NumberedRecords final : public RecordSource {
 public:
  explicit NumberedRecords(std::uint64_t count) : count_(count) {}
  Result<std::optional<Record>> next() override {
    if (given_ == fail_at) return Error{Errc::io, "the file cannot be read"};
    if (given_ == count_) return std::optional<Record>();
    Record record;
    record.number = given_;
    record.body = fmt::format(R"({{"n":{},"pad":"{}"}})", given_, std::string(given_ % 50, 'x'));
    ++given_;
    return std::optional(std::move(record));
  }
  std::optional<std::uint64_t> fail_at;

 private:
  std::uint64_t count_;
  std::uint64_t given_ = 0;
};

class MemoryLedger final : public Ledger {
 public:
  Result<void> append(std::span<const Entry> entries) override {
    if (held) gate.acquire();
    if (broken) return Error{Errc::io, "no space left for the ledger"};
    kept.with([&](auto& all) { all.insert(all.end(), entries.begin(), entries.end()); });
    return {};
  }
  std::vector<Entry> entries() {
    return kept.with([](const auto& all) { return all; });
  }
  std::map<std::uint64_t, Entry> outcomes() {
    std::map<std::uint64_t, Entry> last;
    for (const Entry& entry : entries()) {
      if (entry.outcome) {
        EXPECT_TRUE(last.emplace(entry.record, entry).second)
            << "two outcomes for " << entry.record;
      }
    }
    return last;
  }

  bool broken = false, held = false;
  std::counting_semaphore<> gate{0};

 private:
  Guarded<std::vector<Entry>> kept;
};

struct Delivered {
  std::unique_ptr<receiver::Receiver> receiver;
  MemoryLedger ledger;
  NumberedRecords source;
  Courier courier{settings()};

  explicit Delivered(std::uint64_t records, const std::string& plan = "") : source(records) {
    receiver::Settings own;
    own.clock = Clock::now;
    own.plan.shares = *receiver::parse_shares(plan);
    own.plan.slow = 20ms;
    own.plan.hang = 300ms;
    receiver = *receiver::Receiver::start(std::move(own));
  }

  static CourierSettings settings() {
    CourierSettings settings;
    settings.client.clock = Clock::now;
    settings.client.rules.allow_private = true;
    settings.wall_clock = [] { return WallTime(1'700'000'000s); };
    settings.governor.failures_to_pause = 50;
    return settings;
  }

  Job job() {
    Job job;
    job.plan.targets = {{fmt::format("http://127.0.0.1:{}/in", receiver->port()), std::nullopt}};
    job.plan.rate_per_second = 0;
    job.plan.retry.waits = {1ms};
    job.plan.retry.retries = 20;
    job.id_prefix = "msg_test_";
    job.timeout = 60s;  // the plan's hang ends earlier, so no test depends on the speed
    job.source = &source;
    job.ledger = &ledger;
    return job;
  }

  void run_to_the_end() {
    while (!courier.is_done(1)) courier.work(1s);
  }
};

TEST(Courier, DeliversEveryRecordOnceWhenTheReceiverBehaves) {
  Delivered delivered(3'000);
  ASSERT_TRUE(delivered.courier.add(1, delivered.job()));
  delivered.run_to_the_end();
  const JobStatus status = delivered.courier.status(1);
  EXPECT_EQ(status.state, JobState::finished);
  EXPECT_EQ(status.delivered, 3'000U);
  const auto counts = delivered.receiver->counts();
  EXPECT_EQ(counts.requests, 3'000U);
  EXPECT_EQ(counts.ids, 3'000U);
  EXPECT_EQ(delivered.ledger.outcomes().size(), 3'000U);
}

TEST(Courier, DeliversEveryRecordWhateverTheReceiverDoes) {
  Delivered delivered(2'000, "ok=81,500=4,302=2,reset=4,cut=3,lost=4,slow=1,hang=1");
  Job job = delivered.job();
  job.plan.retry.longest_hold = 0s;
  ASSERT_TRUE(delivered.courier.add(1, job));
  delivered.run_to_the_end();
  const auto counts = delivered.receiver->counts();
  const JobStatus status = delivered.courier.status(1);
  EXPECT_EQ(status.delivered, 2'000U) << status.held_by;
  EXPECT_EQ(status.delivered, counts.accepted_ids);
  EXPECT_EQ(counts.answered_2xx, 2'000U);
  EXPECT_EQ(counts.changed, 0U);
  // A record arrives twice only where its answer was lost.
  EXPECT_LE(counts.surplus, counts.unanswered);
  for (const auto& [record, entry] : delivered.ledger.outcomes()) {
    EXPECT_EQ(entry.outcome, Outcome::delivered);
    EXPECT_EQ(entry.status, 200);
  }
}

TEST(Courier, CountsWhatTheReceiverCounts) {
  Delivered delivered(1'000, "ok=70,404=20,500=10");
  Job job = delivered.job();
  job.plan.retry.retries = 1;
  ASSERT_TRUE(delivered.courier.add(1, job));
  delivered.run_to_the_end();
  const JobStatus status = delivered.courier.status(1);
  const auto counts = delivered.receiver->counts();
  EXPECT_EQ(status.delivered, counts.answered_2xx);
  EXPECT_EQ(status.delivered + status.rejected + status.failed, 1'000U);
  std::uint64_t attempts = 0;
  for (const auto& [record, entry] : delivered.ledger.outcomes()) attempts += entry.attempts;
  EXPECT_EQ(attempts, counts.requests);
}

TEST(Courier, CountsAnOutcomeOnlyWhenTheLedgerHasIt) {
  Delivered delivered(10);
  delivered.ledger.held = true;
  ASSERT_TRUE(delivered.courier.add(1, delivered.job()));
  while (delivered.courier.status(1).in_flight > 0 ||
         delivered.receiver->counts().answered_2xx < 10) {
    delivered.courier.work(10ms);
  }
  EXPECT_EQ(delivered.courier.status(1).delivered, 0U);
  EXPECT_FALSE(delivered.courier.is_done(1));
  delivered.ledger.gate.release(100);
  delivered.run_to_the_end();
  EXPECT_EQ(delivered.courier.status(1).delivered, 10U);
}

TEST(Courier, StopsAJobWhoseLedgerFails) {
  Delivered delivered(100'000);
  delivered.ledger.broken = true;
  ASSERT_TRUE(delivered.courier.add(1, delivered.job()));
  delivered.run_to_the_end();
  const JobStatus status = delivered.courier.status(1);
  EXPECT_EQ(status.state, JobState::stopped);
  EXPECT_EQ(status.stopped_because, "no space left for the ledger");
  EXPECT_EQ(status.delivered, 0U);
  EXPECT_LT(delivered.receiver->counts().requests, 100'000U);
}

TEST(Courier, StopsAJobWhoseSourceFails) {
  Delivered delivered(1'000);
  delivered.source.fail_at = 500;
  ASSERT_TRUE(delivered.courier.add(1, delivered.job()));
  delivered.run_to_the_end();
  const JobStatus status = delivered.courier.status(1);
  EXPECT_EQ(status.state, JobState::stopped);
  EXPECT_EQ(status.stopped_because, "the file cannot be read");
  EXPECT_EQ(status.delivered, delivered.receiver->counts().answered_2xx);
}

TEST(Courier, SkipsRecordsThatAreTooLarge) {
  Delivered delivered(100);
  Job job = delivered.job();
  job.max_body_bytes = 40;
  ASSERT_TRUE(delivered.courier.add(1, job));
  delivered.run_to_the_end();
  const JobStatus status = delivered.courier.status(1);
  EXPECT_GT(status.skipped, 0U);
  EXPECT_EQ(status.delivered + status.skipped, 100U);
  EXPECT_EQ(delivered.receiver->counts().requests, status.delivered);
  EXPECT_EQ(delivered.ledger.outcomes().at(49).text,
            "the record takes 66 bytes; the receiver takes 40");
}

TEST(Courier, SendsNothingToAForbiddenAddress) {
  Delivered delivered(3);
  CourierSettings settings = Delivered::settings();
  settings.client.rules.allow_private = false;
  Courier courier(settings);
  ASSERT_TRUE(courier.add(1, delivered.job()));
  while (!courier.is_done(1)) courier.work(1s);
  EXPECT_EQ(courier.status(1).rejected, 3U);
  EXPECT_EQ(delivered.receiver->counts().requests, 0U);
  EXPECT_NE(delivered.ledger.outcomes().at(0).text.find("loopback"), std::string::npos);
}

TEST(Courier, RefusesAJobThatCannotBeSent) {
  Delivered delivered(1);
  Job job = delivered.job();
  job.plan.targets = {{"ftp://a.example/", std::nullopt}};
  EXPECT_FALSE(delivered.courier.add(1, job));
  job = delivered.job();
  job.secret = "whsec_???";
  EXPECT_FALSE(delivered.courier.add(1, job));
  job = delivered.job();
  job.headers = {"Host: a"};
  EXPECT_FALSE(delivered.courier.add(1, job));
  EXPECT_TRUE(delivered.courier.add(1, delivered.job()));
}

TEST(Courier, StopsSendingWhenTheJobIsCancelled) {
  Delivered delivered(100'000);
  ASSERT_TRUE(delivered.courier.add(1, delivered.job()));
  while (delivered.receiver->counts().requests < 100) delivered.courier.work(1s);
  delivered.courier.governor().cancel(1);
  delivered.run_to_the_end();
  EXPECT_EQ(delivered.courier.status(1).state, JobState::cancelled);
  EXPECT_EQ(delivered.courier.status(1).delivered, delivered.receiver->counts().answered_2xx);
  EXPECT_LT(delivered.receiver->counts().requests, 100'000U);
}

}  // namespace
}  // namespace csvm::deliver
