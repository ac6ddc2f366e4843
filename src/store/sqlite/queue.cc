// Who may work on which job, and what a worker says of it.
#include <fmt/printf.h>

#include "sqlite_store.h"

namespace csvm::store::sqlite {
namespace {

Result<void> add_results(Writing& writing, const JobRow& job, std::span<const ResultFile> results) {
  std::int64_t more = 0;
  for (const ResultFile& result : results) {
    const auto before = CSVM_TRY(writing.db.integer(
        "SELECT bytes FROM results WHERE job=? AND part=?", job.key, result.part));
    CSVM_CHECK(writing.db.run("INSERT OR REPLACE INTO results VALUES(?,?,?,?)", job.key,
                              result.part, result.name, result.bytes));
    more += static_cast<std::int64_t>(result.bytes) - before.value_or(0);
  }
  CSVM_CHECK(writing.db.run("UPDATE sessions SET bytes=bytes+? WHERE key=?", more, job.session));
  return {};
}

Signals signals_of(const JobRow& job) {
  return {job.cancel_requested, job.state == JobState::paused, job.rate};
}

}  // namespace

// As many jobs of a session as it may run at once stand in the one line of all sessions; when one
// ends, the next of them goes to the end of the line. So a session with a thousand jobs delays a
// newcomer by `jobs_at_once_per_session` at most, and a claim looks at the head only. Merging and
// sending have places of their own: a slow receiver holds up no merge.
Result<void> SqliteStore::line_up(Writing& writing, std::int64_t session) {
  CSVM_CHECK(line_up(writing, session, Phase::merge));
  return line_up(writing, session, Phase::deliver);
}

Result<void> SqliteStore::line_up(Writing& writing, std::int64_t session, Phase phase) {
  const Count most = options_.limits.jobs_at_once_per_session;
  Connection& db = writing.db;
  auto busy = static_cast<Count>(
      CSVM_TRY(db.integer("SELECT count(*) FROM jobs WHERE session=? AND place>0 AND place>=2 "
                          "AND phase=?",
                          session, phase))
          .value_or(0));
  for (; most == 0 || busy < most; ++busy) {
    const auto next = CSVM_TRY(
        db.integer("SELECT min(key) FROM jobs WHERE session=? AND place>0 AND place=1 AND phase=?",
                   session, phase));
    if (!next) break;
    const auto turn =
        CSVM_TRY(db.integer("SELECT max(last) FROM ("
                            "SELECT max(turn) AS last FROM jobs WHERE place=2 AND phase=0 "
                            "UNION ALL SELECT max(turn) FROM jobs WHERE place=2 AND phase=1)"))
            .value_or(0);
    CSVM_CHECK(db.run("UPDATE jobs SET place=2,turn=? WHERE key=?", turn + 1, *next));
    writing.is_work = true;
  }
  return {};
}

Result<void> SqliteStore::line_up_all() {
  return write(Durability::soon, [&](Writing& writing) -> Result<void> {
    std::vector<std::int64_t> waiting;
    {
      auto rows =
          CSVM_TRY(writing.db.query("SELECT DISTINCT session FROM jobs WHERE place>0 AND place=1"));
      while (CSVM_TRY(rows.next())) waiting.push_back(rows.integer(0));
    }
    for (const auto session : waiting) CSVM_CHECK(line_up(writing, session));
    return {};
  });
}

Result<void> SqliteStore::enqueue(Writing& writing, const JobRow& job, JobState state,
                                  Phase phase) {
  CSVM_CHECK(writing.db.run(
      "UPDATE jobs SET state=?,phase=?,place=1,turn=NULL,lease_until=NULL,worker=NULL,attempts=0,"
      "cancel=0,error='',ended_at=NULL,expires_at=? WHERE key=?",
      state, phase, writing.now + options_.data_retention, job.key));
  CSVM_CHECK(touch_job(writing, job));
  return line_up(writing, job.session);
}

Result<void> SqliteStore::end_job(Writing& writing, const JobRow& job, JobState state, Text error) {
  CSVM_CHECK(writing.db.run(
      "UPDATE jobs SET state=?,error=?,place=0,turn=NULL,lease_until=NULL,worker=NULL,attempts=0,"
      "ended_at=?,expires_at=? WHERE key=?",
      state, error, writing.now, writing.now + options_.data_retention, job.key));
  CSVM_CHECK(touch_job(writing, job));
  return line_up(writing, job.session);
}

Result<std::optional<JobRow>> SqliteStore::next_in_turn(Writing& writing,
                                                        std::span<const Phase> phases) {
  Connection& db = writing.db;
  for (;;) {
    const auto lost =
        CSVM_TRY(db.integer("SELECT key FROM jobs WHERE lease_until<=? AND phase IN (?,?) "
                            "ORDER BY lease_until,key LIMIT 1",
                            writing.now, phases.front(), phases.back()));
    if (!lost) break;
    const auto job = CSVM_TRY(row_by_key(db, *lost));
    if (job.cancel_requested) {
      CSVM_CHECK(end_job(writing, job, JobState::cancelled, ""));
    } else if (job.state == JobState::paused) {
      CSVM_CHECK(db.run("UPDATE jobs SET lease_until=NULL,worker=NULL WHERE key=?", job.key));
    } else if (job.attempts >= options_.max_crashes) {
      CSVM_CHECK(
          end_job(writing, job, JobState::failed, fmt::sprintf(set_aside_format, job.attempts)));
    } else {
      return std::optional(job);
    }
  }
  std::optional<std::int64_t> first;
  std::int64_t first_turn = 0;
  for (const Phase phase : phases) {
    auto rows = CSVM_TRY(db.query(
        "SELECT key,turn FROM jobs WHERE place=2 AND phase=? ORDER BY turn LIMIT 1", phase));
    if (CSVM_TRY(rows.next()) && (!first || rows.integer(1) < first_turn)) {
      first = rows.integer(0);
      first_turn = rows.integer(1);
    }
  }
  if (!first) return std::optional<JobRow>();
  return std::optional(CSVM_TRY(row_by_key(db, *first)));
}

Result<std::optional<Claim>> SqliteStore::claim(Text worker, std::span<const Phase> phases) {
  if (phases.empty()) return std::optional<Claim>();
  // A claim that a power failure takes back leaves no worker behind that could notice.
  return write(Durability::soon, [&](Writing& writing) -> Result<std::optional<Claim>> {
    const auto job = CSVM_TRY(next_in_turn(writing, phases));
    if (!job) return std::optional<Claim>();
    Claim claim;
    claim.lease = {job->id, job->token + 1, writing.now + options_.lease};
    CSVM_CHECK(
        writing.db.run("UPDATE jobs SET state=?,place=3,turn=NULL,token=?,worker=?,lease_until=?,"
                       "attempts=attempts+1,started_at=coalesce(started_at,?) WHERE key=?",
                       job->phase == Phase::merge ? JobState::processing : JobState::sending,
                       claim.lease.token, worker, claim.lease.expires_at, writing.now, job->key));
    CSVM_CHECK(touch_job(writing, *job));
    claim.job = CSVM_TRY(load_job(writing.db, job->key));
    return std::optional(std::move(claim));
  });
}

Result<Signals> SqliteStore::heartbeat(const Lease& lease, const Progress& progress) {
  return write(Durability::soon, [&](Writing& writing) -> Result<Signals> {
    const auto job = CSVM_TRY(leased_row(writing.db, lease));
    CSVM_CHECK(writing.db.run("UPDATE jobs SET lease_until=? WHERE key=?",
                              writing.now + options_.lease, job.key));
    CSVM_CHECK(store_progress(writing.db, job.key, progress));
    CSVM_CHECK(touch_job(writing, job));
    return signals_of(job);
  });
}

Result<Signals> SqliteStore::signals(const Lease& lease) {
  return read([&](Reading& reading) -> Result<Signals> {
    return signals_of(CSVM_TRY(leased_row(reading.db, lease)));
  });
}

Result<JobState> SqliteStore::complete(const Lease& lease, const Progress& progress,
                                       std::span<const ResultFile> results) {
  return write(Durability::now, [&](Writing& writing) -> Result<JobState> {
    const auto job = CSVM_TRY(leased_row(writing.db, lease));
    CSVM_CHECK(store_progress(writing.db, job.key, progress));
    CSVM_CHECK(add_results(writing, job, results));
    if (job.cancel_requested) {
      CSVM_CHECK(end_job(writing, job, JobState::cancelled, ""));
      return JobState::cancelled;
    }
    if (job.phase == Phase::merge && job.mode == Mode::webhook) {
      CSVM_CHECK(enqueue(writing, job, JobState::sending, Phase::deliver));
      return JobState::sending;
    }
    CSVM_CHECK(end_job(writing, job, JobState::completed, ""));
    return JobState::completed;
  });
}

Result<void> SqliteStore::fail(const Lease& lease, const Progress& progress, Text error) {
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    const auto job = CSVM_TRY(leased_row(writing.db, lease));
    CSVM_CHECK(store_progress(writing.db, job.key, progress));
    return end_job(writing, job, JobState::failed, error);
  });
}

Result<void> SqliteStore::cancelled(const Lease& lease, const Progress& progress) {
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    const auto job = CSVM_TRY(leased_row(writing.db, lease));
    if (!job.cancel_requested) {
      return nobody_asked_to_cancel();
    }
    CSVM_CHECK(store_progress(writing.db, job.key, progress));
    return end_job(writing, job, JobState::cancelled, "");
  });
}

Result<void> SqliteStore::release(const Lease& lease) {
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    const auto job = CSVM_TRY(leased_row(writing.db, lease));
    if (job.cancel_requested) return end_job(writing, job, JobState::cancelled, "");
    if (job.state == JobState::paused) {
      CSVM_CHECK(writing.db.run(
          "UPDATE jobs SET lease_until=NULL,worker=NULL,attempts=0 WHERE key=?", job.key));
      return touch_job(writing, job);
    }
    return enqueue(writing, job, job.phase == Phase::merge ? JobState::queued : JobState::sending,
                   job.phase);
  });
}

Result<Count> SqliteStore::expire_leases(Text worker) {
  return write(Durability::soon, [&](Writing& writing) -> Result<Count> {
    return writing.db.run(
        "UPDATE jobs SET lease_until=? WHERE lease_until>? AND (?='' OR worker=?)", writing.now,
        writing.now, worker, worker);
  });
}

}  // namespace csvm::store::sqlite
