// csvm/jobs.h - claims a job, runs it, reports it; looks into uploads; keeps to the retention time.
// The only public header of module `jobs`.
//
//   store (queue) --> Workers --> pipeline, output --> files (results) --> store (outcome)
//                             \-> LeadRecords --> deliver --> receivers, store (deliveries)
//   api (uploads) --> inspect, open_upload
// The only place where the data (bytes ... output) and the service (store, files) meet. No HTTP.
#pragma once

#include <spdlog/fwd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"
#include "csvm/columns.h"
#include "csvm/deliver.h"
#include "csvm/fetch.h"
#include "csvm/files.h"
#include "csvm/pipeline.h"
#include "csvm/recipe.h"
#include "csvm/store.h"

namespace csvm::jobs {

/// How requests to webhooks leave this machine. Nothing is sent without both clocks.
struct Outgoing {
  fetch::AddressRules rules;
  std::string ca_file;  // PEM; empty: the system's authorities
  std::string user_agent = "csv-merger";
  std::function<deliver::Time()> clock;
  std::function<deliver::WallTime()> wall_clock;
  std::uint64_t seed = 1;
  std::string process;  // our name, when other processes send, too; then the store has the rates
};

/// What this module is given from outside; everything outlives what is made with it.
struct Environment {
  store::Store& store;
  files::Files& files;
  /// The mapping configuration in force; a job keeps the one it began with. Any thread.
  std::function<std::shared_ptr<const recipe::MappingConfiguration>()> configuration;
  std::function<double()> seconds;      // since any point, never going back. Any thread
  std::shared_ptr<spdlog::logger> log;  // null: no log. Names no values of leads
  std::string version;                  // of the program, for reports
  Outgoing outgoing = {};
  std::chrono::seconds store_patience{0};  // so long a worker waits for a store that is away
};

// ---- Uploads
/// What a received file holds, found by our own reader.
struct FileFacts {
  std::uint64_t records = 0;
  std::vector<std::string> headers;
  std::string delimiter, encoding;
  std::string platform;  // "Apollo" ...; empty if not known
  columns::TableType suggested_type = columns::TableType::people;  // company: no column of a person
  std::vector<std::string> warnings;                               // sentences, at most 20
  std::vector<std::vector<std::string>> preview;  // up to 10 records, as they stand
};

/// Reads a committed file through, as a job would. `name` is the user's and stands in messages.
/// Blocking and long: not for io threads. Fails as reading does; `invalid_input` for no CSV.
/// `reading` says what need not be found (its `file` does not count).
Result<FileFacts> inspect(const Environment& environment, const files::Place& place,
                          const std::string& name, std::stop_token stop,
                          const recipe::FileReading& reading = {});
/// What the first bytes of a file tell, without the record they break off in. `scratch` is where
/// they may lie meanwhile. Blocking. Fails as `inspect` does.
Result<FileFacts> inspect_head(const Environment& environment, const files::Place& scratch,
                               const std::string& name, std::string_view head);

/// The files of an upload, opened and mapped under a recipe whose `reading`, `mapping` and `rank`
/// name files by id or by name.
struct OpenUpload {
  std::vector<std::unique_ptr<files::LocalFile>> local;  // keeps the paths of `sources` valid
  std::vector<store::SourceFile> files;                  // as `sources`
  std::vector<pipeline::Source> sources;
  pipeline::Settings settings;
};
/// Blocking and long. Fails with `not_found`, `conflict` (a file is still being received), and as
/// reading, mapping and recipe::apply do.
Result<OpenUpload> open_upload(const Environment& environment, std::string_view session,
                               std::string_view upload, const recipe::Recipe& recipe,
                               std::stop_token stop);

/// The first rows of what a merge would give, found in the heads of the files only: quick and near.
struct Preview {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // long cells are cut
  std::uint64_t read = 0, merged = 0;          // rows of the heads
};
/// Cuts the sources of `upload` down to their heads. Blocking. Fails as pipeline::run does.
Result<Preview> preview(OpenUpload& upload, std::size_t max_rows);

// ---- Results
/// Parts of a result, as store::ResultFile::part has them.
inline constexpr std::string_view part_records = "csv";
inline constexpr std::string_view part_duplicates = "duplicates";
inline constexpr std::string_view part_rejected = "rejected";
inline constexpr std::string_view part_report = "report";
inline constexpr std::string_view part_possible = "possible";
inline constexpr std::string_view part_provenance = "provenance";  // when the recipe wants it
/// Made when they are asked for (write_receipt); no job's results have them.
inline constexpr std::string_view part_failed = "failed";
inline constexpr std::string_view part_receipt = "receipt";

/// A download's name: "people_leads_2024-01-15_10-30_duplicates.csv", by the job's making (UTC).
std::string download_name(const store::Job& job, std::string_view part);

/// One record in a cluster: the survivor, or a row that was merged into it.
struct ClusterMember {
  std::string file;                 // empty for the survivor
  std::uint64_t line = 0;           // 0 for the survivor
  std::string reason;               // why it was joined; empty for the survivor
  std::vector<std::string> values;  // one per column of the result
};
struct Cluster {
  std::uint64_t row = 0;   // of the survivor in the result, counted from 1
  std::string first_file;  // where the row stood that the others were joined to
  std::uint64_t first_line = 0;
  std::vector<ClusterMember> members;  // the survivor first
};
struct ClusterPage {
  std::vector<std::string> columns;
  std::vector<Cluster> clusters;
  std::optional<std::uint64_t> next;  // pass as `after` for the next page
};
/// The clusters of a completed merge whose survivor's row is after `after`, in the order of the
/// result. Blocking. Fails with `not_found` when the job has no result (yet).
Result<ClusterPage> clusters(const Environment& environment, std::string_view session,
                             std::string_view job, std::uint64_t after, std::size_t max_clusters);

/// Pairs that stayed apart, best first by input order.
struct PossiblePair {
  std::string file_a, file_b;
  std::uint64_t line_a = 0, line_b = 0;
  double score = 0;
  std::string reason;
  std::uint64_t row_a = 0, row_b = 0;  // of the result, into which they went; 0: suppressed
  std::vector<std::string> values_a, values_b;  // of these rows
};
struct PossiblePage {
  std::vector<std::string> columns;
  std::vector<PossiblePair> pairs;
  std::optional<std::uint64_t> next;
};
Result<PossiblePage> possible_duplicates(const Environment& environment, std::string_view session,
                                         std::string_view job, std::uint64_t after,
                                         std::size_t max_pairs);

// ---- Deliveries
/// A CSV file with a header, indexed. Record 0 is the first after the header. Threads: any, const.
class LeadFile {
 public:
  /// Fails as bytes::open_text and csv::sniff do, and with `invalid_input` without a header.
  static Result<std::unique_ptr<LeadFile>> open(const std::string& path);
  /// A result of ours: nothing about it is guessed.
  static Result<std::unique_ptr<LeadFile>> open_result(const std::string& path);
  virtual ~LeadFile() = default;

  virtual std::uint64_t records() const = 0;
  virtual std::uint64_t unreadable() const = 0;
  /// Unique, one for every cell that a record has.
  virtual const std::vector<std::string>& headers() const = 0;
  /// Tells this content from another.
  virtual Result<std::string> digest() const = 0;
};

struct LeadOptions {
  std::uint64_t limit = 0;  // of the file's first records; 0: all
  bool excel_safe = false;  // the file was written so: what was put before formulas is not sent
};
/// The records that an earlier run has not finished, as payloads. Borrows the file.
std::unique_ptr<deliver::RecordSource> lead_records(const LeadFile& file,
                                                    const columns::FieldSet& fields,
                                                    store::Resumption resumption,
                                                    LeadOptions options = {});

/// How many records the result of a job has. Blocking and long. `not_found` when there is none.
Result<std::uint64_t> count_records(const Environment& environment, const store::Job& job);

/// Text of a stranger, fit to be shown: UTF-8 on one line.
std::string printable(std::string_view text);
/// "delivered", "rejected" ... and back.
std::string_view delivery_word(store::DeliveryState state);
std::optional<store::DeliveryState> delivery_state(std::string_view word);

/// Puts outcomes into the store's ledger of a job. `urls` are those behind Entry::target.
Result<void> record_outcomes(store::Store& store, const store::Lease& lease,
                             std::span<const deliver::Entry> entries,
                             const std::vector<std::string>& urls);

/// What stands before the number of a record (from 0) in its webhook-id.
std::string webhook_id_prefix(const store::Job& job);

/// Writes the file's records with what became of each (columns delivery_status ... webhook_id),
/// whole or not at all. `page` gives up to so many deliveries after a record.
using DeliveryPages = std::function<store::List<store::Delivery>(std::optional<store::Count> after,
                                                                 std::size_t most)>;
struct ReceiptOptions {
  std::string id_prefix;
  bool only_undelivered = false;  // those that ended otherwise, and why in a column `reason`
};
Result<void> write_receipt(const std::string& path, const LeadFile& file, const DeliveryPages& page,
                           const ReceiptOptions& options);
/// The receipt of a job (part_failed, part_receipt) as a file of this machine. Blocking and long.
Result<std::unique_ptr<files::LocalFile>> receipt_of(const Environment& environment,
                                                     const store::Job& job, std::string_view part,
                                                     std::string_view unique_name);

/// How fast a delivery went at a time; of a long one, on average around it.
struct PacePoint {
  std::int64_t at = 0;               // seconds since 1970
  double rate = 0, latency_p50 = 0;  // a second; milliseconds, 0: no answer yet
};
/// What the Progress::details of a job that sends (or sent) say.
struct SendingDetails {
  std::string series;           // of the delivery that they are of: DeliveryWishes::series
  std::uint64_t rows_read = 0;  // by the merge
  std::uint64_t delivered = 0, rejected = 0, failed = 0, maybe = 0, skipped = 0, in_flight = 0;
  double latency_p50 = 0, latency_p90 = 0, latency_p99 = 0;  // milliseconds
  bool waits_for_go_on = false, receiver_is_down = false;    // the canary is sent; only probes are
  std::string held_by;
  std::uint32_t crashes = 0;  // workers lost in a row without an outcome
  std::optional<store::Delivery> last_failure;
  std::vector<PacePoint> pace;  // since it began, at most a few hundred
};
std::string to_text(const SendingDetails& details);
/// Nothing when `text` is none of ours: the job has not begun to send.
std::optional<SendingDetails> sending_details(std::string_view text);

/// The body for a record of a result, or for the first of an upload. Blocking; `not_found`: none.
Result<std::string> payload_of(const Environment&, const store::Job& job, store::Count record);
Result<std::string> first_payload(const Environment& environment, std::string_view session,
                                  std::string_view upload, const recipe::Recipe& recipe);
/// ... and of a record that is made up.
Result<std::string> sample_payload(const Environment& environment, store::TableType type);

/// One request, sent now and once. Blocking for as long as `timeout`.
struct Trial {
  deliver::Answer answer;
  std::string detail;  // what came of it, in a sentence
};
struct TrialRequest {
  std::string url, secret, body;
  std::vector<std::string> headers;  // as deliver::check_header returned them
  std::chrono::milliseconds timeout{30'000};
};
/// Fails as fetch::parse_url and deliver::check_secret do.
Result<Trial> try_webhook(const Environment& environment, const TrialRequest& request);

// ---- Workers
struct WorkerSettings {
  std::string name;                // unique among the processes that share the store
  unsigned concurrency = 1;        // merges at once
  unsigned sending = 64;           // deliveries at once
  unsigned threads_per_job = 1;    // of the pipeline
  std::uint64_t memory_bytes = 0;  // bound of one job; 0: none
  std::chrono::seconds job_timeout{3600};
  std::chrono::milliseconds lease{10'000};   // as the store has it
  std::chrono::milliseconds heartbeat{200};  // at least so often; also the pace of progress
  std::chrono::milliseconds poll{1000};      // looks for work that nobody announced
};

/// Threads that claim jobs and run them. Every job ends completed, failed or cancelled, or goes
/// back to the queue when its worker stops or is lost.
/// Threads: every member from any thread.
class Workers {
 public:
  static std::unique_ptr<Workers> start(Environment environment, WorkerSettings settings);
  virtual ~Workers() = default;  // stop(0)

  /// A job may be waiting, or a signal for a running one.
  virtual void wake() = 0;
  /// Claims nothing more and hands running jobs back to the queue; they are given `limit` to end.
  /// True when none was left running. Idempotent.
  virtual bool stop(std::chrono::milliseconds limit) = 0;
  virtual std::size_t running() const = 0;
};

// ---- Retention
struct CleanUp {
  std::uint64_t sessions = 0, uploads = 0, jobs = 0;  // gone from the store
  std::uint64_t files = 0;                            // gone from disk, orphans too
};
/// Removes what is past its time from store and files, and bytes that belong to nobody and are
/// older than an hour by `now`. Never what a running job needs. What could not be removed is
/// logged and tried again the next time. Blocking.
Result<CleanUp> clean_up(const Environment& environment, store::Time now);

}  // namespace csvm::jobs
