// The store in one SQLite file. Its members are defined by subject: sessions.cc, uploads.cc,
// jobs.cc, queue.cc, deliveries.cc, service.cc, retention.cc.
//
// Threads: one connection writes, under its lock, because SQLite has one writer anyway; readers
// take a connection of their own from a pool and never wait for the writer (WAL).
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connection.h"
#include "csvm/store.h"
#include "refusals.h"

namespace csvm::store::sqlite {

/// When a change has to be on disk: before the call returns, or with the next one that must.
enum class Durability { now, soon };

/// A running transaction.
struct Writing {
  Connection& db;
  Time now;
  std::vector<std::pair<std::string, std::string>> changed_jobs = {};  // session id, job id
  bool is_work = false;  // a job came to stand in line
};

/// A snapshot.
struct Reading {
  Connection& db;
  Time now;
};

/// A job as far as its changes need it.
struct JobRow {
  std::int64_t key = 0;
  std::int64_t session = 0;
  std::string id, session_id;
  JobState state = JobState::queued;
  Phase phase = Phase::merge;
  Mode mode = Mode::download;
  bool has_worker = false;
  bool cancel_requested = false;
  std::optional<std::int64_t> ledger;
  double rate = 0;
  Count token = 0;
  std::uint32_t attempts = 0;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(std::string path, Options options, std::unique_ptr<Connection> writer)
      : path_(std::move(path)), options_(std::move(options)), writer_(std::move(writer)) {}

  /// Lets as many jobs wait in line as the limits of now allow; they may have been others.
  Result<void> line_up_all();

  Result<NewSession> create_session() override;
  Result<Session> use_session(Text token) override;
  Result<Session> find_session(Id session) override;
  Result<Usage> session_usage(Id session) override;
  Result<void> forget_session(Id session) override;

  Result<Upload> create_upload(Id session) override;
  Result<SourceFile> add_file(Id session, Id upload, Text name, Count bytes) override;
  Result<void> reserve_bytes(Id session, Id file, Count bytes) override;
  Result<void> set_offset(Id session, Id file, Count offset) override;
  Result<void> complete_file(Id session, Id file, Count bytes, Text facts) override;
  Result<SourceFile> find_file(Id session, Id file) override;
  Result<Upload> find_upload(Id session, Id upload) override;
  List<Upload> list_uploads(Id session) override;
  Result<void> remove_file(Id session, Id file) override;
  Result<void> remove_upload(Id session, Id upload) override;

  Result<Job> create_job(Id session, const NewJob& job) override;
  Result<Job> find_job(Id session, Id job) override;
  List<Job> list_jobs(Id session) override;
  Result<JobState> cancel_job(Id session, Id job) override;
  Result<void> pause_job(Id session, Id job) override;
  Result<void> resume_job(Id session, Id job) override;
  Result<double> set_rate(Id session, Id job, double rate) override;
  Result<void> deliver_job(Id session, Id job, const Webhook& webhook) override;
  Result<Count> retry_deliveries(Id session, Id job, std::span<const Count> records) override;
  Result<void> count_download(Id session, Id job) override;
  List<StoredFile> remove_job(Id session, Id job) override;

  Result<std::optional<Claim>> claim(Text worker, std::span<const Phase> phases) override;
  Result<Signals> heartbeat(const Lease& lease, const Progress& progress) override;
  Result<Signals> signals(const Lease& lease) override;
  Result<JobState> complete(const Lease& lease, const Progress& progress,
                            std::span<const ResultFile> results) override;
  Result<void> fail(const Lease& lease, const Progress& progress, Text error) override;
  Result<void> cancelled(const Lease& lease, const Progress& progress) override;
  Result<void> release(const Lease& lease) override;
  Result<Count> expire_leases(Text worker) override;

  Result<void> append_deliveries(const Lease& lease, std::span<const Delivery> deliveries,
                                 std::span<const Taken> taken) override;
  Result<Resumption> resumption(const Lease& lease) override;
  Result<DeliveryCounts> delivery_counts(Id session, Id job) override;
  List<Delivery> deliveries(Id session, Id job, std::optional<DeliveryState> state,
                            std::optional<Count> after, std::size_t max) override;
  List<FailureGroup> failure_groups(Id session, Id job) override;

  Result<Destination> destination(Text url) override;
  Result<void> learn_rate(Text url, std::optional<double> rate) override;
  Result<Configuration> configuration() override;
  Result<Count> set_configuration(Count expected, Text document) override;
  Result<void> note_headers(Id session, TableType type, Text document) override;
  List<std::string> recent_headers(TableType type, std::size_t max) override;

  Result<Removed> remove_expired() override;
  Result<Totals> totals() override;
  List<std::string> session_ids() override;
  List<StoredFile> files_of(Id session) override;
  Result<void> check() override;
  /// One process has the data folder: the bucket is its own, and so is the list.
  Result<Tokens> take_tokens(const RateWish& wish) override { return Tokens{wish.most}; }
  List<std::pair<std::string, std::string>> announce(Text name, Text version) override {
    return std::vector{std::pair(std::string(name), std::string(version))};
  }

 private:
  /// Runs `use(Writing&)` as one transaction; what fails has changed nothing.
  template <class Use>
  auto write(Durability durability, Use&& use) {
    using Outcome = decltype(use(std::declval<Writing&>()));
    std::vector<std::pair<std::string, std::string>> changed;
    bool is_work = false;
    Outcome outcome = writer_.with([&](std::unique_ptr<Connection>& db) -> Outcome {
      CSVM_CHECK(db->run(durability == Durability::now ? "PRAGMA synchronous=FULL"
                                                       : "PRAGMA synchronous=NORMAL"));
      CSVM_CHECK(db->run("BEGIN IMMEDIATE"));
      Writing writing{*db, options_.now()};
      Outcome result = use(writing);
      if (result) {
        auto committed = db->run("COMMIT");
        if (!committed) result = std::move(committed).error();
      }
      if (result) {
        changed = std::move(writing.changed_jobs);
        is_work = writing.is_work;
      } else {
        db->roll_back();
      }
      return result;
    });
    if (options_.job_changed) {
      for (const auto& [session, job] : changed) options_.job_changed(session, job);
    }
    if (is_work && options_.work_waiting) options_.work_waiting();
    return outcome;
  }

  /// Runs `use(Reading&)` on one snapshot.
  template <class Use>
  auto read(Use&& use) {
    using Outcome = decltype(use(std::declval<Reading&>()));
    auto taken = take_reader();
    if (!taken) return Outcome(std::move(taken).error());
    std::unique_ptr<Connection> db = *std::move(taken);
    Outcome outcome = [&]() -> Outcome {
      CSVM_CHECK(db->run("BEGIN"));
      Reading reading{*db, options_.now()};
      return use(reading);
    }();
    db->roll_back();
    readers_.with([&](auto& idle) { idle.push_back(std::move(db)); });
    return outcome;
  }

  Result<std::unique_ptr<Connection>> take_reader();
  /// Overwrites what the log still holds of deleted rows and gives pages back.
  void wipe();

  // Uploads
  Result<void> reserve(Writing& writing, std::int64_t session, Id file, Count bytes);

  // Jobs and queue
  Result<void> line_up(Writing& writing, std::int64_t session);
  Result<void> line_up(Writing& writing, std::int64_t session, Phase phase);
  Result<void> end_job(Writing& writing, const JobRow& job, JobState state, Text error);
  Result<void> enqueue(Writing& writing, const JobRow& job, JobState state, Phase phase);
  /// The next one to be worked on; ends those on the way that are not to be.
  Result<std::optional<JobRow>> next_in_turn(Writing& writing, std::span<const Phase> phases);

  std::string path_;
  Options options_;
  Guarded<std::unique_ptr<Connection>> writer_;
  Guarded<std::vector<std::unique_ptr<Connection>>> readers_;
};

// What several subjects need.

/// The key of a session that has not expired.
Result<std::int64_t> session_key(Connection& db, Time now, Id session);
Result<JobRow> find_row(Connection& db, std::int64_t session, Id job);
/// The row of a job whose current lease this is.
Result<JobRow> leased_row(Connection& db, const Lease& lease);
Result<JobRow> row_by_key(Connection& db, std::int64_t key);
/// Notes that the job was changed now.
Result<void> touch_job(Writing& writing, const JobRow& job);
Result<Job> load_job(Connection& db, std::int64_t key);
Result<void> store_progress(Connection& db, std::int64_t job, const Progress& progress);
Result<bool> needed_by_a_job(Connection& db, std::int64_t session, Id upload);

}  // namespace csvm::store::sqlite
