// The store in Redis. Each change is one Lua script there (scripts/), which Redis runs whole or not
// at all. Members are defined by subject: sessions.cc, jobs.cc, queue.cc, deliveries.cc,
// service.cc.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "client.h"
#include "csvm/store.h"
#include "listener.h"
#include "refusals.h"

namespace csvm::store::redis {

inline constexpr std::string_view changed_channel = "csvm:changed";
inline constexpr std::string_view work_channel = "csvm:work";
inline constexpr std::string_view configured_channel = "csvm:configured";

// Values as arguments of scripts.
inline std::string word(Text text) { return std::string(text); }
inline std::string word(const std::string& text) { return text; }
inline std::string word(const char* text) { return text; }
inline std::string word(Time time) { return fmt::format("{}", time.time_since_epoch().count()); }
inline std::string word(Duration duration) { return fmt::format("{}", duration.count()); }
template <class Number>
  requires std::is_arithmetic_v<Number>
std::string word(Number number) {
  return fmt::format("{}", number);
}
template <class Enum>
  requires std::is_enum_v<Enum>
std::string word(Enum value) {
  return fmt::format("{}", static_cast<int>(value));
}

inline Time time_of(Node node) { return Time(Duration(static_cast<Duration::rep>(node.count()))); }

/// What a script answered after "done": parts from 0.
class Answer {
 public:
  explicit Answer(Reply reply) : reply_(std::move(reply)) {}
  Node operator[](std::size_t part) const { return reply_.root()[first_part + part]; }

 private:
  static constexpr std::size_t first_part = 3;  // "done", what changed, whether there is work
  Reply reply_;
};

class RedisStore final : public Store {
 public:
  RedisStore(Target target, Options options);
  ~RedisStore() override;

  /// Checks the server, notes what is to be warned of, begins to listen for others.
  Result<void> begin(std::vector<std::string>& warnings);

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
  Result<Configuration> configuration(Count known) override;
  Result<Count> set_configuration(Count expected, Text document) override;
  Result<void> add_backup(Text name, Text document) override;
  List<std::pair<std::string, Count>> backups() override;
  Result<std::string> backup(Text name) override;
  Result<void> note_headers(Id session, TableType type, Text document) override;
  List<std::string> recent_headers(TableType type, std::size_t max) override;

  Result<Removed> remove_expired() override;
  Result<Totals> totals() override;
  List<std::string> session_ids() override;
  List<StoredFile> files_of(Id session) override;
  Result<void> check() override;
  Result<Tokens> take_tokens(const RateWish& wish) override;
  List<std::pair<std::string, std::string>> announce(Text name, Text version) override;

 private:
  /// Runs a script that only reads; it is asked again when no answer came.
  template <class... Parts>
  Result<Answer> read(Script script, const Parts&... parts) {
    return run(script, {word(parts)...}, Again::yes);
  }
  /// Runs a script that changes something and tells what it changed.
  template <class... Parts>
  Result<Answer> write(Script script, const Parts&... parts) {
    return run(script, {word(parts)...}, Again::no);
  }
  Result<Answer> run(Script script, std::vector<std::string> words, Again again);
  Error refusal(Node reply) const;
  /// What was published by another process.
  void hear(Node message);
  void tell_missed();

  Result<void> check_server(std::vector<std::string>& warnings);
  Result<void> receive_file(Id session, Id file, Text step, Count bytes, Text facts);
  List<Upload> find_uploads(Id session, Text upload);
  std::vector<std::string> lease_words(const Lease& lease, Text verb, const Progress& progress,
                                       Text error) const;
  /// Chunks of a ledger that hold one of `states` (bits), from `chunk` on; `use(first, entries)`.
  template <class Use>
  Result<void> scan(Id session, Id job, Count token, unsigned states, Count chunk,
                    std::size_t enough, bool skim, Use use);

  const Options options_;
  const std::string origin_;  // names this object to the others
  // When Redis was last away for us. Nobody could prolong a lease then.
  std::atomic<Time::rep> away_at_ = std::numeric_limits<Time::rep>::min();
  Client client_;
  std::unique_ptr<Listener> listener_;
};

Job job_of(Node reply);
std::string progress_text(const Progress& progress);

}  // namespace csvm::store::redis
