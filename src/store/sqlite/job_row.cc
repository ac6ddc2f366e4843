// Jobs between their rows and the values of the interface.
#include "sqlite_store.h"

namespace csvm::store::sqlite {
namespace {

JobRow row_of(const Rows& rows) {
  JobRow job;
  job.key = rows.integer(0);
  job.session = rows.integer(1);
  job.id = rows.text(2);
  job.session_id = rows.text(3);
  job.state = rows.as<JobState>(4);
  job.phase = rows.as<Phase>(5);
  job.mode = rows.as<Mode>(6);
  job.has_worker = !rows.is_null(7);
  job.cancel_requested = rows.integer(8) != 0;
  if (!rows.is_null(9)) job.ledger = rows.integer(9);
  job.rate = rows.real(10);
  job.token = rows.count(11);
  job.attempts = static_cast<std::uint32_t>(rows.integer(12));
  return job;
}

#define CSVM_SELECT_JOB_ROW                                                                  \
  "SELECT "                                                                                  \
  "j.key,j.session,j.id,s.id,j.state,j.phase,j.mode,j.lease_until,j.cancel,j.ledger,j.rate," \
  "j.token,j.attempts FROM jobs j JOIN sessions s ON s.key=j.session WHERE "
constexpr const char* row_of_id = CSVM_SELECT_JOB_ROW "j.id=?";
constexpr const char* row_of_key = CSVM_SELECT_JOB_ROW "j.key=?";
#undef CSVM_SELECT_JOB_ROW

std::optional<Time> maybe_time(const Rows& rows, int column) {
  if (rows.is_null(column)) return std::nullopt;
  return rows.time(column);
}

Progress progress_of(const Rows& rows, int first) {
  Progress progress;
  if (rows.is_null(first)) return progress;
  progress.stage = rows.as<Stage>(first);
  progress.percentage = rows.real(first + 1);
  progress.total_records = rows.count(first + 2);
  progress.processed = rows.count(first + 3);
  progress.successful_webhooks = rows.count(first + 4);
  progress.failed_webhooks = rows.count(first + 5);
  progress.retrying_webhooks = rows.count(first + 6);
  progress.current_rate = rows.real(first + 7);
  progress.effective_rate_limit = rows.real(first + 8);
  if (!rows.is_null(first + 9)) progress.eta_seconds = rows.count(first + 9);
  progress.duplicates_removed = rows.count(first + 10);
  progress.possible_duplicates = rows.count(first + 11);
  progress.fields_merged = rows.count(first + 12);
  progress.domains_cleaned = rows.count(first + 13);
  progress.rejected = rows.count(first + 14);
  progress.warnings = rows.count(first + 15);
  progress.details = rows.text(first + 16);
  return progress;
}

}  // namespace

Result<JobRow> find_row(Connection& db, std::int64_t session, Id job) {
  auto rows = CSVM_TRY(db.query(row_of_id, job));
  if (!CSVM_TRY(rows.next()) || rows.integer(1) != session) return no_such("job");
  return row_of(rows);
}

Result<JobRow> row_by_key(Connection& db, std::int64_t key) {
  auto rows = CSVM_TRY(db.query(row_of_key, key));
  if (!CSVM_TRY(rows.next())) return no_such("job");
  return row_of(rows);
}

Result<JobRow> leased_row(Connection& db, const Lease& lease) {
  auto rows = CSVM_TRY(db.query(row_of_id, lease.job_id));
  if (!CSVM_TRY(rows.next())) return no_such("job");
  JobRow job = row_of(rows);
  if (job.token != lease.token || !job.has_worker) {
    return taken_over(lease.job_id);
  }
  return job;
}

Result<Job> load_job(Connection& db, std::int64_t key) {
  Job job;
  {
    auto rows = CSVM_TRY(db.query(
        "SELECT j.id,s.id,j.upload_id,j.suppression_id,j.table_type,j.mode,j.url,j.rate,j.headers,"
        "j.secret,j.options,j.recipe,j.state,j.phase,j.created_at,j.updated_at,j.expires_at,"
        "j.started_at,j.ended_at,j.error,j.attempts,j.cancel,j.downloads,p.stage,p.percentage,"
        "p.total_records,p.processed,p.successful,p.failed,p.retrying,p.current_rate,"
        "p.effective_rate,p.eta_seconds,p.duplicates,p.possible_duplicates,p.fields_merged,"
        "p.domains_cleaned,p.rejected,p.warnings,p.details "
        "FROM jobs j JOIN sessions s ON s.key=j.session LEFT JOIN progress p ON p.job=j.key "
        "WHERE j.key=?",
        key));
    if (!CSVM_TRY(rows.next())) return no_such("job");
    job.id = rows.text(0);
    job.session_id = rows.text(1);
    job.upload_id = rows.text(2);
    job.suppression_upload_id = rows.text(3);
    job.table_type = rows.as<TableType>(4);
    job.mode = rows.as<Mode>(5);
    job.webhook = {rows.text(6), rows.real(7), rows.text(8), rows.text(9), rows.text(10)};
    job.recipe = rows.text(11);
    job.state = rows.as<JobState>(12);
    job.phase = rows.as<Phase>(13);
    job.created_at = rows.time(14);
    job.updated_at = rows.time(15);
    job.expires_at = rows.time(16);
    job.started_at = maybe_time(rows, 17);
    job.ended_at = maybe_time(rows, 18);
    job.error = rows.text(19);
    job.attempts = static_cast<std::uint32_t>(rows.integer(20));
    job.cancel_requested = rows.integer(21) != 0;
    job.downloads = rows.count(22);
    job.progress = progress_of(rows, 23);
  }
  auto rows =
      CSVM_TRY(db.query("SELECT part,name,bytes FROM results WHERE job=? ORDER BY part", key));
  while (CSVM_TRY(rows.next())) {
    job.results.push_back({rows.text(0), rows.text(1), rows.count(2)});
  }
  return job;
}

Result<void> store_progress(Connection& db, std::int64_t job, const Progress& progress) {
  CSVM_CHECK(
      db.run("INSERT OR REPLACE INTO progress VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", job,
             progress.stage, progress.percentage, progress.total_records, progress.processed,
             progress.successful_webhooks, progress.failed_webhooks, progress.retrying_webhooks,
             progress.current_rate, progress.effective_rate_limit, progress.eta_seconds,
             progress.duplicates_removed, progress.possible_duplicates, progress.fields_merged,
             progress.domains_cleaned, progress.rejected, progress.warnings, progress.details));
  return {};
}

Result<void> touch_job(Writing& writing, const JobRow& job) {
  CSVM_CHECK(writing.db.run("UPDATE jobs SET updated_at=? WHERE key=?", writing.now, job.key));
  writing.changed_jobs.emplace_back(job.session_id, job.id);
  return {};
}

}  // namespace csvm::store::sqlite
