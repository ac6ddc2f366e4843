// What a user does with jobs.
#include "identity.h"
#include "sqlite_store.h"

namespace csvm::store::sqlite {
namespace {

Result<void> check_upload(Connection& db, std::int64_t session, Time now, Id upload) {
  auto rows = CSVM_TRY(db.query(
      "SELECT count(f.key),coalesce(sum(f.state=0),0),u.key FROM uploads u "
      "LEFT JOIN files f ON f.upload=u.key WHERE u.session=? AND u.id=? AND u.expires_at>? "
      "GROUP BY u.key",
      session, upload, now));
  if (!CSVM_TRY(rows.next())) return no_such("upload");
  if (rows.integer(0) == 0) return upload_empty();
  if (rows.integer(1) != 0) {
    return upload_unfinished();
  }
  return {};
}

Result<void> set_webhook(Connection& db, std::int64_t job, const Webhook& webhook) {
  CSVM_CHECK(db.run("UPDATE jobs SET mode=?,url=?,rate=?,headers=?,secret=?,options=? WHERE key=?",
                    Mode::webhook, webhook.url, webhook.rate_per_second, webhook.headers,
                    webhook.secret, webhook.options, job));
  return {};
}

// The deliveries that could be tried again: counted, and pending from now on.
Result<Count> reopen_all(Writing& writing, std::int64_t ledger) {
  const auto reopened =
      CSVM_TRY(writing.db.run("UPDATE deliveries SET state=0,attempts=0,at=?,excerpt=NULL "
                              "WHERE ledger=? AND state<>1 AND state IN (2,3,4)",
                              writing.now, ledger));
  CSVM_CHECK(
      writing.db.run("UPDATE ledgers SET pending=pending+rejected+failed+maybe,rejected=0,"
                     "failed=0,maybe=0 WHERE key=?",
                     ledger));
  return reopened;
}

Result<Count> reopen_one(Writing& writing, std::int64_t ledger, Count record) {
  const auto state = CSVM_TRY(writing.db.integer(
      "SELECT state FROM deliveries WHERE ledger=? AND record=? AND state IN (2,3,4)", ledger,
      record));
  if (!state) return Count{0};
  CSVM_CHECK(
      writing.db.run("UPDATE deliveries SET state=0,attempts=0,at=?,excerpt=NULL "
                     "WHERE ledger=? AND record=?",
                     writing.now, ledger, record));
  CSVM_CHECK(
      writing.db.run("UPDATE ledgers SET pending=pending+1,rejected=rejected-(?=2),"
                     "failed=failed-(?=3),maybe=maybe-(?=4) WHERE key=?",
                     *state, *state, *state, ledger));
  return Count{1};
}

Result<std::int64_t> new_ledger(Writing& writing, std::int64_t job) {
  CSVM_CHECK(writing.db.run("INSERT INTO ledgers(job) VALUES(?)", job));
  const auto ledger = writing.db.last_row();
  CSVM_CHECK(writing.db.run("UPDATE jobs SET ledger=? WHERE key=?", ledger, job));
  return ledger;
}

}  // namespace

Result<Job> SqliteStore::create_job(Id session, const NewJob& job) {
  return write(Durability::now, [&](Writing& writing) -> Result<Job> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    CSVM_CHECK(check_upload(writing.db, owner, writing.now, job.upload_id));
    if (!job.suppression_upload_id.empty()) {
      CSVM_CHECK(check_upload(writing.db, owner, writing.now, job.suppression_upload_id));
    }
    if (job.mode == Mode::webhook) CSVM_CHECK(check_rate(job.webhook.rate_per_second));
    const std::string id = new_id(options_.random);
    CSVM_CHECK(writing.db.run(
        "INSERT INTO jobs(id,session,upload_id,suppression_id,table_type,mode,url,rate,headers,"
        "secret,options,recipe,state,place,created_at,updated_at,expires_at) "
        "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,0,1,?,?,?)",
        id, owner, job.upload_id, job.suppression_upload_id, job.table_type, job.mode,
        job.webhook.url, job.webhook.rate_per_second, job.webhook.headers, job.webhook.secret,
        job.webhook.options, job.recipe, writing.now, writing.now,
        writing.now + options_.data_retention));
    const auto key = writing.db.last_row();
    CSVM_CHECK(writing.db.run("UPDATE uploads SET expires_at=? WHERE session=? AND id IN (?,?)",
                              writing.now + options_.data_retention, owner, job.upload_id,
                              job.suppression_upload_id));
    if (job.mode == Mode::webhook) CSVM_CHECK(new_ledger(writing, key));
    CSVM_CHECK(line_up(writing, owner));
    writing.changed_jobs.emplace_back(session, id);
    return load_job(writing.db, key);
  });
}

Result<Job> SqliteStore::find_job(Id session, Id job) {
  return read([&](Reading& reading) -> Result<Job> {
    const auto owner = CSVM_TRY(session_key(reading.db, reading.now, session));
    return load_job(reading.db, CSVM_TRY(find_row(reading.db, owner, job)).key);
  });
}

List<Job> SqliteStore::list_jobs(Id session) {
  return read([&](Reading& reading) -> List<Job> {
    const auto owner = CSVM_TRY(session_key(reading.db, reading.now, session));
    std::vector<Job> jobs;
    auto keys =
        CSVM_TRY(reading.db.query("SELECT key FROM jobs WHERE session=? ORDER BY key DESC", owner));
    while (CSVM_TRY(keys.next())) {
      jobs.push_back(CSVM_TRY(load_job(reading.db, keys.integer(0))));
    }
    return jobs;
  });
}

Result<JobState> SqliteStore::cancel_job(Id session, Id job) {
  return write(Durability::now, [&](Writing& writing) -> Result<JobState> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    const auto row = CSVM_TRY(find_row(writing.db, owner, job));
    if (has_ended(row.state)) return not_now(row.state, Why::cancel);
    const bool worker_lives =
        CSVM_TRY(writing.db.integer("SELECT 1 FROM jobs WHERE key=? AND lease_until>?", row.key,
                                    writing.now))
            .has_value();
    if (!worker_lives) {
      CSVM_CHECK(end_job(writing, row, JobState::cancelled, ""));
      return JobState::cancelled;
    }
    CSVM_CHECK(writing.db.run("UPDATE jobs SET cancel=1 WHERE key=?", row.key));
    CSVM_CHECK(touch_job(writing, row));
    return row.state;
  });
}

Result<void> SqliteStore::pause_job(Id session, Id job) {
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    const auto row = CSVM_TRY(find_row(writing.db, owner, job));
    if (row.phase != Phase::deliver ||
        (row.state != JobState::sending && row.state != JobState::queued)) {
      return not_now(row.state, Why::pause);
    }
    // A paused job takes no place from the others of its session.
    CSVM_CHECK(writing.db.run("UPDATE jobs SET state=?,place=0,turn=NULL WHERE key=?",
                              JobState::paused, row.key));
    CSVM_CHECK(touch_job(writing, row));
    return line_up(writing, owner);
  });
}

Result<void> SqliteStore::resume_job(Id session, Id job) {
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    const auto row = CSVM_TRY(find_row(writing.db, owner, job));
    if (row.state != JobState::paused) return not_now(row.state, Why::resume);
    if (!row.has_worker) return enqueue(writing, row, JobState::sending, Phase::deliver);
    CSVM_CHECK(
        writing.db.run("UPDATE jobs SET state=?,place=3 WHERE key=?", JobState::sending, row.key));
    return touch_job(writing, row);
  });
}

Result<double> SqliteStore::set_rate(Id session, Id job, double rate) {
  CSVM_CHECK(check_rate(rate));
  return write(Durability::now, [&](Writing& writing) -> Result<double> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    const auto row = CSVM_TRY(find_row(writing.db, owner, job));
    if (row.mode != Mode::webhook) return not_now(row.state, Why::rate);
    if (has_ended(row.state)) return not_now(row.state, Why::late_rate);
    CSVM_CHECK(writing.db.run("UPDATE jobs SET rate=? WHERE key=?", rate, row.key));
    CSVM_CHECK(touch_job(writing, row));
    return row.rate;
  });
}

Result<void> SqliteStore::deliver_job(Id session, Id job, const Webhook& webhook) {
  CSVM_CHECK(check_rate(webhook.rate_per_second));
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    const auto row = CSVM_TRY(find_row(writing.db, owner, job));
    if (!has_ended(row.state)) return not_now(row.state, Why::deliver);
    const auto result =
        CSVM_TRY(writing.db.integer("SELECT 1 FROM results WHERE job=? AND part='csv'", row.key));
    if (!result) return not_now(row.state, Why::no_result);
    CSVM_CHECK(set_webhook(writing.db, row.key, webhook));
    CSVM_CHECK(new_ledger(writing, row.key));
    return enqueue(writing, row, JobState::queued, Phase::deliver);
  });
}

Result<Count> SqliteStore::retry_deliveries(Id session, Id job, std::span<const Count> records) {
  return write(Durability::now, [&](Writing& writing) -> Result<Count> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    const auto row = CSVM_TRY(find_row(writing.db, owner, job));
    if (row.state != JobState::completed && row.state != JobState::failed) {
      return not_now(row.state, Why::retry);
    }
    if (!row.ledger || row.phase != Phase::deliver) return not_now(row.state, Why::nothing_sent);
    Count reopened = 0;
    if (records.empty()) reopened = CSVM_TRY(reopen_all(writing, *row.ledger));
    for (const Count record : records) {
      reopened += CSVM_TRY(reopen_one(writing, *row.ledger, record));
    }
    if (reopened > 0) CSVM_CHECK(enqueue(writing, row, JobState::queued, Phase::deliver));
    return reopened;
  });
}

Result<void> SqliteStore::count_download(Id session, Id job) {
  return write(Durability::soon, [&](Writing& writing) -> Result<void> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    const auto row = CSVM_TRY(find_row(writing.db, owner, job));
    CSVM_CHECK(writing.db.run("UPDATE jobs SET downloads=downloads+1,expires_at=? WHERE key=?",
                              writing.now + options_.data_retention, row.key));
    return touch_job(writing, row);
  });
}

List<StoredFile> SqliteStore::remove_job(Id session, Id job) {
  return write(Durability::now, [&](Writing& writing) -> List<StoredFile> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    const auto row = CSVM_TRY(find_row(writing.db, owner, job));
    if (!has_ended(row.state)) return not_now(row.state, Why::remove);
    std::vector<StoredFile> files;
    Count bytes = 0;
    {
      auto rows = CSVM_TRY(writing.db.query("SELECT name,bytes FROM results WHERE job=?", row.key));
      while (CSVM_TRY(rows.next())) {
        files.push_back({row.session_id, rows.text(0), rows.count(1)});
        bytes += files.back().bytes;
      }
    }
    CSVM_CHECK(writing.db.run("DELETE FROM jobs WHERE key=?", row.key));
    CSVM_CHECK(writing.db.run("UPDATE sessions SET bytes=bytes-? WHERE key=?", bytes, owner));
    writing.changed_jobs.emplace_back(row.session_id, row.id);
    return files;
  });
}

}  // namespace csvm::store::sqlite
