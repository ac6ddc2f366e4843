// What is past its time, and how much there is.
#include "sqlite_store.h"

namespace csvm::store::sqlite {
namespace {

Result<std::vector<std::int64_t>> keys(Connection& db, const char* sql, Time now) {
  std::vector<std::int64_t> found;
  auto rows = CSVM_TRY(db.query(sql, now));
  while (CSVM_TRY(rows.next())) found.push_back(rows.integer(0));
  return found;
}

// Names and bytes of what is to be deleted, added to `files`; returns their bytes.
Result<Count> collect(Connection& db, const char* sql, std::int64_t key,
                      std::vector<StoredFile>& files) {
  Count bytes = 0;
  auto rows = CSVM_TRY(db.query(sql, key));
  while (CSVM_TRY(rows.next())) {
    files.push_back({rows.text(0), rows.text(1), rows.count(2)});
    bytes += files.back().bytes;
  }
  return bytes;
}

}  // namespace

// One transaction each, so that nobody waits long. Whether it is still past its time is asked
// again inside, as it may have been used meanwhile.
Result<Removed> SqliteStore::remove_expired() {
  Removed removed;
  const auto now = options_.now();
  const auto sessions = CSVM_TRY(read([&](Reading& reading) {
    return keys(reading.db, "SELECT key FROM sessions WHERE expires_at<=?", now);
  }));
  for (const auto key : sessions) {
    auto gone = write(Durability::now, [&](Writing& writing) -> Result<void> {
      auto rows = CSVM_TRY(writing.db.query(
          "DELETE FROM sessions WHERE key=? AND expires_at<=? AND NOT EXISTS(SELECT 1 FROM jobs "
          "WHERE session=sessions.key AND state<4) RETURNING id",
          key, now));
      if (!CSVM_TRY(rows.next())) return {};
      removed.sessions.push_back(rows.text(0));
      CSVM_CHECK(rows.next());
      return {};
    });
    CSVM_CHECK(std::move(gone));
  }

  const auto jobs = CSVM_TRY(read([&](Reading& reading) {
    return keys(reading.db, "SELECT key FROM jobs WHERE expires_at<=? AND state>=4", now);
  }));
  for (const auto key : jobs) {
    auto gone = write(Durability::now, [&](Writing& writing) -> Result<void> {
      const auto session = CSVM_TRY(writing.db.integer(
          "SELECT session FROM jobs WHERE key=? AND expires_at<=? AND state>=4", key, now));
      if (!session) return {};
      const auto bytes =
          CSVM_TRY(collect(writing.db,
                           "SELECT s.id,r.name,r.bytes FROM results r JOIN jobs j ON j.key=r.job "
                           "JOIN sessions s ON s.key=j.session WHERE r.job=?",
                           key, removed.files));
      CSVM_CHECK(writing.db.run("DELETE FROM jobs WHERE key=?", key));
      CSVM_CHECK(writing.db.run("UPDATE sessions SET bytes=bytes-? WHERE key=?", bytes, *session));
      ++removed.jobs;
      return {};
    });
    CSVM_CHECK(std::move(gone));
  }

  const auto uploads = CSVM_TRY(read([&](Reading& reading) {
    return keys(reading.db, "SELECT key FROM uploads WHERE expires_at<=?", now);
  }));
  for (const auto key : uploads) {
    auto gone = write(Durability::now, [&](Writing& writing) -> Result<void> {
      const auto session = CSVM_TRY(writing.db.integer(
          "SELECT session FROM uploads u WHERE key=? AND expires_at<=? AND NOT EXISTS("
          "SELECT 1 FROM jobs WHERE session=u.session AND state<4 AND "
          "(upload_id=u.id OR suppression_id=u.id))",
          key, now));
      if (!session) return {};
      const auto files_before = removed.files.size();
      const auto bytes = CSVM_TRY(collect(writing.db,
                                          "SELECT s.id,f.id,f.bytes FROM files f "
                                          "JOIN sessions s ON s.key=f.session WHERE f.upload=?",
                                          key, removed.files));
      CSVM_CHECK(writing.db.run("DELETE FROM uploads WHERE key=?", key));
      CSVM_CHECK(writing.db.run("UPDATE sessions SET files=files-?,bytes=bytes-? WHERE key=?",
                                removed.files.size() - files_before, bytes, *session));
      ++removed.uploads;
      return {};
    });
    CSVM_CHECK(std::move(gone));
  }
  if (!removed.sessions.empty() || removed.jobs + removed.uploads > 0) wipe();
  return removed;
}

// Deleted rows were overwritten (secure_delete) in the log; now in the file too. Not done at once
// when somebody reads: the next wipe or the next checkpoint does it.
void SqliteStore::wipe() {
  writer_.with([](std::unique_ptr<Connection>& db) {
    const auto given_back = db->script("PRAGMA incremental_vacuum");
    if (given_back) db->empty_log();
  });
}

Result<Totals> SqliteStore::totals() {
  return read([&](Reading& reading) -> Result<Totals> {
    Totals totals;
    auto rows = CSVM_TRY(reading.db.query(
        "SELECT (SELECT count(*) FROM sessions),(SELECT count(*) FROM uploads),"
        "(SELECT count(*) FROM files),(SELECT coalesce(sum(bytes),0) FROM sessions),"
        "(SELECT count(*) FROM jobs),(SELECT count(*) FROM jobs WHERE state<4),"
        "(SELECT count(*) FROM jobs WHERE place>0 AND place<3),"
        "(SELECT count(*) FROM jobs WHERE lease_until IS NOT NULL)"));
    if (!CSVM_TRY(rows.next())) return totals;
    totals.sessions = rows.count(0);
    totals.uploads = rows.count(1);
    totals.files = rows.count(2);
    totals.bytes = rows.count(3);
    totals.jobs = rows.count(4);
    totals.active_jobs = rows.count(5);
    totals.queued_jobs = rows.count(6);
    totals.running_jobs = rows.count(7);
    return totals;
  });
}

List<std::string> SqliteStore::session_ids() {
  return read([&](Reading& reading) -> List<std::string> {
    std::vector<std::string> ids;
    auto rows = CSVM_TRY(reading.db.query("SELECT id FROM sessions ORDER BY key"));
    while (CSVM_TRY(rows.next())) ids.push_back(rows.text(0));
    return ids;
  });
}

List<StoredFile> SqliteStore::files_of(Id session) {
  return read([&](Reading& reading) -> List<StoredFile> {
    // Also of a session whose time is over but whose job still runs.
    const auto key = CSVM_TRY(reading.db.integer("SELECT key FROM sessions WHERE id=?", session));
    if (!key) return no_such("session");
    std::vector<StoredFile> files;
    CSVM_CHECK(collect(reading.db,
                       "SELECT s.id,f.id,f.bytes FROM files f JOIN sessions s ON s.key=f.session "
                       "WHERE f.session=?",
                       *key, files));
    CSVM_CHECK(collect(reading.db,
                       "SELECT s.id,r.name,r.bytes FROM results r JOIN jobs j ON j.key=r.job "
                       "JOIN sessions s ON s.key=j.session WHERE j.session=?",
                       *key, files));
    return files;
  });
}

}  // namespace csvm::store::sqlite
