// csvm/jobs.h - claims a job, runs it, reports it; looks into uploads; keeps to the retention time.
// The only public header of module `jobs`.
//
//   store (queue) --> Workers --> pipeline, output --> files (results) --> store (outcome)
//   api (uploads) --> inspect, open_upload
//
// The only place where the data (bytes ... output) and the service (store, files) meet. Knows no
// HTTP and no JSON.
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
#include "csvm/files.h"
#include "csvm/pipeline.h"
#include "csvm/recipe.h"
#include "csvm/store.h"

namespace csvm::jobs {

/// What this module is given from outside; everything outlives what is made with it.
struct Environment {
  store::Store& store;
  files::Files& files;
  /// The mapping configuration in force; a job keeps the one it began with. Any thread.
  std::function<std::shared_ptr<const recipe::MappingConfiguration>()> configuration;
  std::function<double()> seconds;      // since any point, never going back. Any thread
  std::shared_ptr<spdlog::logger> log;  // null: no log. Names no values of leads
  std::string version;                  // of the program, for reports
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

/// The first rows of what a merge would give, found in the heads of the files only: quick, and
/// near to the result, not the same.
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

/// The name under which a part is downloaded: "people_leads_2024-01-15_10-30_duplicates.csv", by
/// the time (UTC) at which the job was made.
std::string download_name(const store::Job& job, std::string_view part);

/// One record in a cluster: the survivor, or a row that was merged into it.
struct ClusterMember {
  std::string file;                 // empty for the survivor
  std::uint64_t line = 0;           // 0 for the survivor
  std::string reason;               // why it was joined; empty for the survivor
  std::vector<std::string> values;  // one per column of the result
};
struct Cluster {
  std::uint64_t row = 0;               // of the survivor in the result, counted from 1
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
};
struct PossiblePage {
  std::vector<PossiblePair> pairs;
  std::optional<std::uint64_t> next;
};
Result<PossiblePage> possible_duplicates(const Environment& environment, std::string_view session,
                                         std::string_view job, std::uint64_t after,
                                         std::size_t max_pairs);

// ---- Workers

struct WorkerSettings {
  std::string name;                // unique among the processes that share the store
  unsigned concurrency = 1;        // jobs at once
  unsigned threads_per_job = 1;    // of the pipeline
  std::uint64_t memory_bytes = 0;  // bound of one job; 0: none
  std::chrono::seconds job_timeout{3600};
  std::chrono::milliseconds heartbeat{200};  // at least so often; also the pace of progress
  std::chrono::milliseconds poll{1000};      // looks for work that nobody announced
};

/// Threads that claim jobs and run them. Every job ends completed, failed or cancelled, or goes
/// back to the queue when its worker stops or is lost.
///
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
