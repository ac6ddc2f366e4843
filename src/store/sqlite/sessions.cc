#include "identity.h"
#include "sqlite_store.h"

namespace csvm::store::sqlite {
namespace {

constexpr Duration least_time_between_touches = std::chrono::minutes(1);

Session session_of(const Rows& rows) {
  return {rows.text(0), rows.time(1), rows.time(2), rows.time(3)};
}

}  // namespace

Result<std::int64_t> session_key(Connection& db, Time now, Id session) {
  const auto key =
      CSVM_TRY(db.integer("SELECT key FROM sessions WHERE id=? AND expires_at>?", session, now));
  if (!key) return no_such("session");
  return *key;
}

Result<NewSession> SqliteStore::create_session() {
  return write(Durability::now, [&](Writing& writing) -> Result<NewSession> {
    NewSession made;
    made.id = new_id(options_.random);
    made.token = new_id(options_.random);
    made.created_at = made.last_used_at = writing.now;
    made.expires_at = writing.now + options_.session_ttl;
    const std::string token_digest = digest(made.token);
    CSVM_CHECK(writing.db.run(
        "INSERT INTO sessions(id,token_digest,created_at,used_at,expires_at) VALUES(?,?,?,?,?)",
        made.id, Blob{token_digest}, made.created_at, made.last_used_at, made.expires_at));
    return made;
  });
}

Result<Session> SqliteStore::use_session(Text token) {
  const std::string token_digest = digest(token);
  auto found_now = read([&](Reading& reading) -> Result<Session> {
    auto rows = CSVM_TRY(reading.db.query(
        "SELECT id,created_at,used_at,expires_at FROM sessions WHERE token_digest=? AND "
        "expires_at>?",
        Blob{token_digest}, reading.now));
    if (!CSVM_TRY(rows.next())) return no_such("session");
    return session_of(rows);
  });
  const Session found = CSVM_TRY(std::move(found_now));
  const Time now = options_.now();
  if (now - found.last_used_at < least_time_between_touches) return found;
  const auto touched = write(Durability::soon, [&](Writing& writing) -> Result<Session> {
    auto rows = CSVM_TRY(
        writing.db.query("UPDATE sessions SET used_at=?,expires_at=? WHERE id=? AND expires_at>? "
                         "RETURNING id,created_at,used_at,expires_at",
                         writing.now, writing.now + options_.session_ttl, found.id, writing.now));
    if (!CSVM_TRY(rows.next())) return no_such("session");
    Session session = session_of(rows);
    CSVM_CHECK(rows.next());
    return session;
  });
  // Unwritten, the session keeps the time it has; it is as good to its user.
  if (!touched && touched.error().code != Errc::not_found) return found;
  return touched;
}

Result<Session> SqliteStore::find_session(Id session) {
  return read([&](Reading& reading) -> Result<Session> {
    auto rows = CSVM_TRY(reading.db.query(
        "SELECT id,created_at,used_at,expires_at FROM sessions WHERE id=? AND expires_at>?",
        session, reading.now));
    if (!CSVM_TRY(rows.next())) return no_such("session");
    return session_of(rows);
  });
}

Result<Usage> SqliteStore::session_usage(Id session) {
  return read([&](Reading& reading) -> Result<Usage> {
    auto rows = CSVM_TRY(reading.db.query(
        "SELECT files,bytes,(SELECT count(*) FROM jobs WHERE session=s.key AND state<4) "
        "FROM sessions s WHERE id=? AND expires_at>?",
        session, reading.now));
    if (!CSVM_TRY(rows.next())) return no_such("session");
    return Usage{rows.count(0), rows.count(1), rows.count(2)};
  });
}

Result<void> SqliteStore::forget_session(Id session) {
  auto forgotten = write(Durability::now, [&](Writing& writing) -> Result<void> {
    const auto key = CSVM_TRY(session_key(writing.db, writing.now, session));
    CSVM_CHECK(writing.db.run("DELETE FROM sessions WHERE key=?", key));
    return {};
  });
  if (forgotten) wipe();
  return forgotten;
}

}  // namespace csvm::store::sqlite
