// csvm/store.h - what survives a restart: values, no JSON, no bytes. The only header of `store`.
//   api, jobs, deliver --> store::Store <-- SQLite or Redis
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csvm/base.h"

namespace csvm::store {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;
using Id = std::string_view;
using Text = std::string_view;
using Count = std::uint64_t;
template <class T>
using List = Result<std::vector<T>>;
struct Session {
  std::string id;  // public; all lookups go by it
  Time created_at, last_used_at, expires_at;
};
struct NewSession : Session {
  std::string token;  // 128 random bits; the store keeps only its SHA-256
};
struct Usage {
  Count files = 0, bytes = 0, active_jobs = 0;  // bytes: uploads (as reserved) and results
};
enum class FileState { receiving, complete };
struct SourceFile {
  std::string id, upload_id;  // the id is also its name in `files`
  std::string name;           // as the user called it; never a path
  FileState state = FileState::receiving;
  Count bytes = 0;    // size when complete; before that what is reserved or announced
  Count offset = 0;   // acknowledged bytes (tus)
  std::string facts;  // caller's document: records, headers, dialect, preview, warnings
  Time created_at, updated_at;
};
struct Upload {
  std::string id;
  Time created_at, expires_at;
  std::vector<SourceFile> files;  // in the order they were added
};
enum class TableType { people, company };
enum class Mode { download, webhook };
enum class JobState { queued, processing, sending, paused, completed, failed, cancelled };
enum class Stage { reading, mapping, cleaning, matching, writing, sending };
enum class Phase { merge, deliver };  // what a worker has to do when it gets the job
Text to_string(TableType value);
Text to_string(Mode value);
Text to_string(JobState value);
Text to_string(Stage value);
bool has_ended(JobState state);  // completed, failed or cancelled
struct Webhook {
  std::string url;
  double rate_per_second = 10;  // 0: no limit
  std::string headers;          // caller's document
  std::string secret;
  std::string options;  // caller's document: canary, failure threshold, roll-over, preset
};
struct NewJob {
  std::string upload_id, suppression_upload_id;  // the latter empty: none
  TableType table_type = TableType::people;
  Mode mode = Mode::download;
  Webhook webhook;     // meant only when mode is webhook
  std::string recipe;  // caller's document: match, threshold, survivor, mapping, record limit ...
};
struct Progress {
  Stage stage = Stage::reading;
  double percentage = 0;
  Count total_records = 0, processed = 0, successful_webhooks = 0, failed_webhooks = 0;
  double current_rate = 0, effective_rate_limit = 0;
  std::optional<Count> eta_seconds;
  Count retrying_webhooks = 0, duplicates_removed = 0, possible_duplicates = 0, fields_merged = 0;
  Count domains_cleaned = 0, rejected = 0, warnings = 0;
  std::string details;  // caller's document: anything else that a status shows
};
struct ResultFile {
  std::string part, name;  // "csv", "duplicates", "report" ..., and its name in `files`
  Count bytes = 0;
};
struct Job : NewJob {
  std::string id, session_id;
  JobState state = JobState::queued;
  Phase phase = Phase::merge;
  Time created_at, updated_at, expires_at;
  std::optional<Time> started_at, ended_at;
  std::string error;           // one sentence, when failed
  std::uint32_t attempts = 0;  // times it was begun since it last ended in order
  bool cancel_requested = false;
  Progress progress;
  std::vector<ResultFile> results;
  Count downloads = 0;
};
/// The right to work on a job. `token` rises with every claim: an earlier holder is refused.
struct Lease {
  std::string job_id;
  Count token = 0;
  Time expires_at;
};
struct Claim {
  Job job;
  Lease lease;
};
struct Signals {  // what the user wants of a running job
  bool cancel = false, pause = false;
  double rate_per_second = 0;
};
enum class DeliveryState { pending, delivered, rejected, failed, maybe, skipped };
struct Delivery {
  Count record = 0;                              // 0 is the first record of the result
  DeliveryState state = DeliveryState::pending;  // pending: tried, to be tried again
  std::uint16_t http_status = 0, attempts = 0;   // status 0: no answer
  Time at;                                       // of the outcome, or of the next try when pending
  std::string excerpt;  // of the answer or the reason; not kept when delivered
};
struct DeliveryCounts {
  Count pending = 0, delivered = 0, rejected = 0, failed = 0, maybe = 0, skipped = 0;
  bool operator==(const DeliveryCounts&) const = default;
};
struct RecordRange {
  Count first = 0, end = 0;  // [first, end)
  bool operator==(const RecordRange&) const = default;
};
struct Resumption {                   // where a sender has to go on
  std::vector<RecordRange> finished;  // rising, not touching
  std::vector<Delivery> pending;      // tried without success so far
};
struct FailureGroup {
  Delivery first;  // those alike share its state and status
  Count count = 0;
};
struct Taken {  // by a receiver, for its lifetime count
  std::string url;
  Count count = 0;
};
struct Destination {
  Count lifetime_count = 0;
  std::optional<double> learnt_rate;  // per second
};
struct Configuration {
  Count revision = 0;  // 0: never set
  std::string document;
};
struct StoredFile {
  std::string session_id, name;  // as in `files`
  Count bytes = 0;
};
struct Removed {                      // from the store; the caller removes the bytes from `files`
  std::vector<std::string> sessions;  // wholly gone
  std::vector<StoredFile> files;      // of sessions that remain
  Count uploads = 0, jobs = 0;
};
struct Totals {
  Count sessions = 0, uploads = 0, files = 0, bytes = 0, jobs = 0;
  Count active_jobs = 0, queued_jobs = 0, running_jobs = 0;
};
struct Limits {                                                // 0: no limit
  Count files_per_session = 50, jobs_at_once_per_session = 3;  // merges, and deliveries, each
  Count bytes_per_file = Count{512} << 20, bytes_per_session = Count{2} << 30;
  Count bytes_in_all = Count{10} << 30;
};
/// What a process would send to a URL, by the second; 0: no limit. Of all wishes of the last 2 s,
/// the highest limit and the lowest ceiling (learnt from refusals) count.
struct RateWish {
  Text url, process;
  double limit = 0, ceiling = 0;
  Duration burst{100};                         // of tokens that may be made up for at once
  std::chrono::microseconds unused_before{0};  // Tokens::next of the grant that `unused` are of
  Count most = 0, unused = 0;  // tokens wanted; the last ones of a grant that were not spent
};
/// By the bucket's clock: now, first (none: ask then), between (0: no limit), one after the last.
struct Tokens {
  Count count = 0, others = 0;  // others: processes that wish something, too
  std::chrono::microseconds clock{0}, first{0}, interval{0}, next{0};
};
struct Options {
  std::function<Time()> now;                         // system time
  std::function<void(std::span<std::byte>)> random;  // fills with unguessable bytes
  Limits limits;
  Duration session_ttl = std::chrono::hours(48), data_retention = session_ttl;  // since last use
  Duration lease = std::chrono::seconds(10);
  std::uint32_t max_crashes = 3;
  /// A job was changed or stands in line (Redis: through any process), or another process set the
  /// configuration: on any thread, when it is stored, under no lock. May be empty.
  std::function<void(Id session, Id job)> job_changed;
  std::function<void()> work_waiting, configuration_changed;
};

/// What returns success has been written to the disk (Redis: as it is set up), unless the comment
/// says "soon": that survives a killed process, but a power failure may take the last second of it.
/// Threads: every member from any thread at once; calls block. Errors: `io` (disk full, read-only,
/// damaged, Redis away: nothing was done), `timeout` (SQLite: another process held it; Redis: no
/// answer came, it may have been done), and what is named. What belongs to another session or has
/// expired is `not_found`; what a job's state forbids, `conflict`.
class Store {
 public:
  virtual ~Store() = default;
  virtual Result<NewSession> create_session() = 0;
  /// Counts as use (soon; once a minute at most; a store that cannot write still answers).
  virtual Result<Session> use_session(Text token) = 0;
  virtual Result<Session> find_session(Id session) = 0;  // no use
  virtual Result<Usage> session_usage(Id session) = 0;
  /// Removes all of it at once, running jobs too (their leases are then `not_found`).
  virtual Result<void> forget_session(Id session) = 0;
  virtual Result<Upload> create_upload(Id session) = 0;
  /// Enters a file to be received; reserves `bytes` (0: not known). May fail with `limit_exceeded`.
  virtual Result<SourceFile> add_file(Id session, Id upload, Text name, Count bytes) = 0;
  virtual Result<void> reserve_bytes(Id session, Id file, Count bytes) = 0;  // more of them; soon
  virtual Result<void> set_offset(Id session, Id file, Count offset) = 0;    // so many are on disk
  virtual Result<void> complete_file(Id session, Id file, Count bytes, Text facts) = 0;
  virtual Result<SourceFile> find_file(Id session, Id file) = 0;
  virtual Result<Upload> find_upload(Id session, Id upload) = 0;
  virtual List<Upload> list_uploads(Id session) = 0;          // oldest first
  virtual Result<void> remove_file(Id session, Id file) = 0;  // `conflict`: a job still needs it
  virtual Result<void> remove_upload(Id session, Id upload) = 0;  // likewise
  /// Fails with `invalid_input` when its upload has no file or one that is still being received.
  virtual Result<Job> create_job(Id session, const NewJob& job) = 0;
  virtual Result<Job> find_job(Id session, Id job) = 0;
  virtual List<Job> list_jobs(Id session) = 0;  // newest first
  /// A job without a worker is cancelled at once; a worker is told by `Signals`.
  virtual Result<JobState> cancel_job(Id session, Id job) = 0;
  virtual Result<void> pause_job(Id session, Id job) = 0;  // sending
  virtual Result<void> resume_job(Id session, Id job) = 0;
  /// Returns the rate before. A job that was not made for a webhook or has ended: `conflict`.
  virtual Result<double> set_rate(Id session, Id job, double rate) = 0;
  /// Queues the result of an ended job for a webhook, with a new ledger.
  virtual Result<void> deliver_job(Id session, Id job, const Webhook& webhook) = 0;
  /// Queues rejected, failed and maybe ones of an ended job again (empty: all); returns how many.
  virtual Result<Count> retry_deliveries(Id session, Id job, std::span<const Count> records) = 0;
  virtual Result<void> count_download(Id session, Id job) = 0;
  virtual List<StoredFile> remove_job(Id session, Id job) = 0;  // an ended one; names its bytes
  /// The next job of one of `phases`, or none: first those whose lease ran out, then by turns
  /// between the sessions, first come first served within one. A job whose worker was lost
  /// `max_crashes` times is parked as failed instead.
  virtual Result<std::optional<Claim>> claim(Text worker, std::span<const Phase> phases) = 0;
  /// Prolongs the lease from now and stores the progress. Soon. All that take a lease fail with
  /// `conflict` when it is no longer the current one.
  virtual Result<Signals> heartbeat(const Lease& lease, const Progress& progress) = 0;
  virtual Result<Signals> signals(const Lease& lease) = 0;  // reads only
  /// The phase is done. Download, or all delivered: completed. Merged for a webhook: sending, to be
  /// claimed with `Phase::deliver`. Cancelled, if that was asked before. Results replace by part.
  virtual Result<JobState> complete(const Lease& lease, const Progress& progress,
                                    std::span<const ResultFile> results) = 0;
  virtual Result<void> fail(const Lease& lease, const Progress& progress, Text error) = 0;
  virtual Result<void> cancelled(const Lease& lease, const Progress& progress) = 0;
  virtual Result<void> release(const Lease& lease) = 0;  // hands it back: counts as no crash
  /// Ends the leases of one worker, or of all ("") when their processes are known to be gone.
  virtual Result<Count> expire_leases(Text worker) = 0;
  /// Records outcomes, several a call (one disk write), replacing earlier ones of the same records.
  virtual Result<void> append_deliveries(const Lease& lease, std::span<const Delivery> deliveries,
                                         std::span<const Taken> taken) = 0;
  virtual Result<Resumption> resumption(const Lease& lease) = 0;
  virtual Result<DeliveryCounts> delivery_counts(Id session, Id job) = 0;
  /// Up to `max` records after `after` (nullopt: from the first), in their order.
  virtual List<Delivery> deliveries(Id session, Id job, std::optional<DeliveryState> state,
                                    std::optional<Count> after, std::size_t max) = 0;
  virtual List<FailureGroup> failure_groups(Id session, Id job) = 0;
  virtual Result<Destination> destination(Text url) = 0;  // kept by SHA-256 of the URL
  virtual Result<void> learn_rate(Text url, std::optional<double> rate) = 0;
  virtual Result<Configuration> configuration(Count known) = 0;  // `known`: without its document
  /// Fails with `conflict` unless `expected` is the current revision; returns the new one.
  virtual Result<Count> set_configuration(Count expected, Text document) = 0;
  virtual Result<void> add_backup(Text name, Text document) = 0;  // `conflict`: the name is taken
  virtual List<std::pair<std::string, Count>> backups() = 0;      // bytes; the 100 last names
  virtual Result<std::string> backup(Text name) = 0;
  // Headers lately seen, to try a configuration; forgotten with their session.
  virtual Result<void> note_headers(Id session, TableType type, Text document) = 0;
  virtual List<std::string> recent_headers(TableType type, std::size_t max) = 0;
  /// Removes what is past its time (never what a job that has not ended needs) and wipes it.
  virtual Result<Removed> remove_expired() = 0;
  virtual Result<Totals> totals() = 0;
  virtual List<std::string> session_ids() = 0;  // to find bytes that belong to nobody
  virtual List<StoredFile> files_of(Id session) = 0;
  virtual Result<void> check() = 0;  // whether it can be read and written right now
  /// Tokens of the bucket that all processes have for a URL, 100 ms ahead; of SQLite all wanted.
  virtual Result<Tokens> take_tokens(const RateWish& wish) = 0;
  /// Says that a process lives; returns name and version of all that said so in the last 15 s.
  virtual List<std::pair<std::string, std::string>> announce(Text name, Text version) = 0;
};

/// Opens or creates the database in a folder that exists, bringing an older one up to date. Fails
/// with `io`, `conflict` (a newer program wrote it), `invalid_input` (no database, or damaged).
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, Options options);

/// Opens the store in Redis (docs/settings.md: how `url` is written). `warnings` gets sentences for
/// the log: how acknowledged work could be lost. Fails with `invalid_input` (URL, Redis too old),
/// `io` (user, password and certificate, too), `conflict` (a newer program's data).
Result<std::unique_ptr<Store>> open_redis(Text url, Options options,
                                          std::vector<std::string>& warnings);

}  // namespace csvm::store
