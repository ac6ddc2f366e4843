#include "merge_job.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cluster_index.h"
#include "csvm/output.h"
#include "patience.h"

namespace csvm::jobs {
namespace {

store::Stage stage_of(pipeline::Stage stage) {
  switch (stage) {
    case pipeline::Stage::reading:
      return store::Stage::reading;
    case pipeline::Stage::mapping:
      return store::Stage::mapping;
    case pipeline::Stage::matching:
      return store::Stage::matching;
    case pipeline::Stage::writing:
      return store::Stage::writing;
  }
  return store::Stage::reading;
}

// Puts the parts of one result into `files`; those that were put are taken back unless kept.
class Parts {
 public:
  Parts(const Environment& environment, const store::Claim& claim)
      : environment_(environment), claim_(claim) {}
  ~Parts() {
    if (!kept_) discard(environment_, claim_, results_);
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  /// Room for a part, to be written by path. Call `adopt` when it is written.
  Result<std::string> room_for(std::string_view part) {
    auto scratch = CSVM_TRY(environment_.files.scratch(place(part)));
    std::string path = scratch->path();
    open_.emplace_back(std::string(part), std::move(scratch));
    return path;
  }
  Result<void> adopt_all(const std::stop_token& stop) {
    for (auto& [part, scratch] : open_) {
      // Each may be long on its way to a bucket.
      if (stop.stop_requested()) return Error{Errc::cancelled, "cancelled"};
      const files::Place where = place(part);
      const std::uint64_t bytes =
          CSVM_TRY(environment_.files.adopt(where, std::move(scratch), stop));
      results_.push_back({part, where.name, bytes});
    }
    open_.clear();
    return {};
  }
  std::vector<store::ResultFile> keep() {
    kept_ = true;
    return std::move(results_);
  }

 private:
  files::Place place(std::string_view part) const {
    return {claim_.job.session_id,
            fmt::format("{}-{}-{}", claim_.job.id, claim_.lease.token, part)};
  }

  const Environment& environment_;
  const store::Claim& claim_;
  std::vector<std::pair<std::string, std::unique_ptr<files::LocalFile>>> open_;
  std::vector<store::ResultFile> results_;
  bool kept_ = false;
};

void take_counts(const pipeline::Summary& summary, store::Progress& progress) {
  progress.stage = store::Stage::writing;
  progress.percentage = 100;
  progress.total_records = summary.total.read;
  progress.processed = summary.total.read;
  progress.duplicates_removed = summary.total.merged;
  progress.possible_duplicates = summary.possible.size();
  progress.fields_merged = summary.fields_merged;
  progress.domains_cleaned = summary.cleaned[clean::Rule::domains];
  progress.rejected = summary.total.rejected;
  progress.warnings = summary.total.warnings;
  progress.eta_seconds = 0;
}

}  // namespace

std::string reason_for_user(const Error& error) {
  if (!is_away(error)) return error.message;
  return "the server could not read or write its data (its disk may be full); nothing of the "
         "result was kept; begin the job again later";
}

std::string_view reason_for_log(const Error& error) {
  return is_away(error) ? std::string_view(error.message) : to_string(error.code);
}

void discard(const Environment& environment, const store::Claim& claim,
             const std::vector<store::ResultFile>& results) {
  for (const store::ResultFile& result : results) {
    // What stays is an orphan, and retention finds it.
    static_cast<void>(environment.files.remove({claim.job.session_id, result.name}));
  }
}

Result<Outcome> run_merge(const Environment& environment, const store::Claim& claim,
                          const WorkerSettings& settings, std::stop_token stop,
                          const std::function<void(const store::Progress&)>& report) {
  const store::Job& job = claim.job;
  const double started = environment.seconds();
  recipe::Recipe recipe = CSVM_TRY(recipe::parse_recipe(job.recipe, "the recipe of this job"));
  recipe.type = job.table_type == store::TableType::company ? columns::TableType::company
                                                            : columns::TableType::people;
  OpenUpload upload =
      CSVM_TRY(open_upload(environment, job.session_id, job.upload_id, recipe, stop));
  const double indexed = environment.seconds();
  OpenUpload suppression;
  if (!job.suppression_upload_id.empty()) {
    recipe::Recipe lists;  // wishes are meant for the leads
    lists.type = recipe.type;
    suppression =
        CSVM_TRY(open_upload(environment, job.session_id, job.suppression_upload_id, lists, stop));
  }

  store::Progress progress;
  pipeline::Settings& run = upload.settings;
  run.threads = settings.threads_per_job;
  run.memory_bytes = settings.memory_bytes;
  run.clock = environment.seconds;
  run.list_first_rows = true;
  run.progress = [&](const pipeline::Progress& now) {
    progress.stage = stage_of(now.stage);
    progress.percentage = 100 * now.done;
    progress.processed = now.rows;
    progress.total_records = now.total_rows;
    const double passed = environment.seconds() - started;
    if (now.done > 0.05) {
      progress.eta_seconds = static_cast<std::uint64_t>(passed / now.done - passed + 0.5);
    }
    report(progress);
  };

  Parts parts(environment, claim);
  output::Paths paths;
  paths.records = CSVM_TRY(parts.room_for(part_records));
  paths.duplicates = CSVM_TRY(parts.room_for(part_duplicates));
  if (recipe.provenance) paths.provenance = CSVM_TRY(parts.room_for(part_provenance));
  auto sink = CSVM_TRY(output::CsvSink::create(paths, recipe.excel_safe));
  auto summary = CSVM_TRY(pipeline::run(upload.sources, suppression.sources, run, *sink));
  summary.index_seconds = indexed - started;
  CSVM_CHECK(sink->commit());
  const std::string rejected_path = CSVM_TRY(parts.room_for(part_rejected));
  CSVM_CHECK(output::write_rejected(rejected_path, upload.sources));
  const auto began = job.started_at.value_or(job.created_at);
  const output::RunFacts facts{
      environment.version,
      fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(began))),
      environment.seconds() - started};
  const std::string report_path = CSVM_TRY(parts.room_for(part_report));
  CSVM_CHECK(
      output::write_file(report_path, output::report_json(summary, upload.sources, run, facts)));
  const std::string possible_path = CSVM_TRY(parts.room_for(part_possible));
  CSVM_CHECK(write_possible(possible_path, summary, upload.sources));
  const std::string index_path = CSVM_TRY(parts.room_for(part_cluster_index));
  CSVM_CHECK(write_cluster_index(index_path, paths.records, paths.duplicates, summary,
                                 upload.sources, stop));
  const std::string pair_index_path = CSVM_TRY(parts.room_for(part_pair_index));
  CSVM_CHECK(write_pair_index(pair_index_path, paths.records, possible_path, summary, stop));
  CSVM_CHECK(parts.adopt_all(stop));
  take_counts(summary, progress);
  return Outcome{progress, parts.keep()};
}

}  // namespace csvm::jobs
