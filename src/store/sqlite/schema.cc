#include "schema.h"

#include <fmt/format.h>

#include <array>

namespace csvm::store::sqlite {
namespace {

constexpr std::int64_t application_id = 0x4c454144;  // "LEAD"
constexpr std::int64_t largest_checked_at_start = 64 << 20;

// Times are milliseconds of the system clock; enumerations are their numbers in csvm/store.h.
//
// jobs.place: 0 none (paused or ended), 1 waits until its session may do one more, 2 in line
// (`turn` says where), 3 with a worker. A job has a worker while `lease_until` is set.
constexpr const char* version_1 = R"sql(
CREATE TABLE sessions(
  key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, token_digest BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL, used_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  files INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX sessions_by_expiry ON sessions(expires_at);
CREATE INDEX sessions_bytes ON sessions(bytes);

CREATE TABLE uploads(
  key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;
CREATE INDEX uploads_of_session ON uploads(session);
CREATE INDEX uploads_by_expiry ON uploads(expires_at);

CREATE TABLE files(
  key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
  upload INTEGER NOT NULL REFERENCES uploads ON DELETE CASCADE,
  name TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL,
  offset INTEGER NOT NULL DEFAULT 0, facts TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX files_of_session ON files(session);
CREATE INDEX files_of_upload ON files(upload);

CREATE TABLE jobs(
  key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
  upload_id TEXT NOT NULL, suppression_id TEXT NOT NULL,
  table_type INTEGER NOT NULL, mode INTEGER NOT NULL,
  url TEXT NOT NULL, rate REAL NOT NULL, headers TEXT NOT NULL, secret TEXT NOT NULL,
  options TEXT NOT NULL, recipe TEXT NOT NULL,
  state INTEGER NOT NULL, phase INTEGER NOT NULL DEFAULT 0,
  place INTEGER NOT NULL, turn INTEGER,
  token INTEGER NOT NULL DEFAULT 0, worker TEXT, lease_until INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0, cancel INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  started_at INTEGER, ended_at INTEGER,
  error TEXT NOT NULL DEFAULT '', downloads INTEGER NOT NULL DEFAULT 0, ledger INTEGER) STRICT;
CREATE INDEX jobs_of_session ON jobs(session, key);
CREATE INDEX jobs_active ON jobs(session) WHERE state < 4;
CREATE INDEX jobs_ended ON jobs(expires_at) WHERE state >= 4;
CREATE INDEX jobs_place ON jobs(session, place, key) WHERE place > 0;
CREATE INDEX jobs_in_line ON jobs(phase, turn) WHERE place = 2;
CREATE INDEX jobs_leased ON jobs(lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE progress(
  job INTEGER PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
  stage INTEGER NOT NULL, percentage REAL NOT NULL,
  total_records INTEGER NOT NULL, processed INTEGER NOT NULL,
  successful INTEGER NOT NULL, failed INTEGER NOT NULL, retrying INTEGER NOT NULL,
  current_rate REAL NOT NULL, effective_rate REAL NOT NULL, eta_seconds INTEGER,
  duplicates INTEGER NOT NULL, possible_duplicates INTEGER NOT NULL,
  fields_merged INTEGER NOT NULL, domains_cleaned INTEGER NOT NULL,
  rejected INTEGER NOT NULL, warnings INTEGER NOT NULL, details TEXT NOT NULL) STRICT;

CREATE TABLE results(
  job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE, part TEXT NOT NULL,
  name TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY(job, part)) STRICT, WITHOUT ROWID;

CREATE TABLE ledgers(
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
  pending INTEGER NOT NULL DEFAULT 0, delivered INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
  maybe INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX ledgers_of_job ON ledgers(job);

CREATE TABLE deliveries(
  ledger INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE, record INTEGER NOT NULL,
  state INTEGER NOT NULL, status INTEGER NOT NULL, attempts INTEGER NOT NULL,
  at INTEGER NOT NULL, excerpt TEXT, PRIMARY KEY(ledger, record)) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_to_look_at ON deliveries(ledger, state, record) WHERE state <> 1;

CREATE TABLE destinations(
  url_digest BLOB PRIMARY KEY, taken INTEGER NOT NULL DEFAULT 0, learnt_rate REAL)
  STRICT, WITHOUT ROWID;

CREATE TABLE configuration(
  only INTEGER PRIMARY KEY CHECK(only = 0), revision INTEGER NOT NULL, document TEXT NOT NULL)
  STRICT;

CREATE TABLE headers(
  session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, table_type INTEGER NOT NULL,
  document TEXT NOT NULL, seen_at INTEGER NOT NULL,
  PRIMARY KEY(session, table_type, document)) STRICT, WITHOUT ROWID;
CREATE INDEX headers_by_time ON headers(table_type, seen_at);

CREATE TABLE checks(only INTEGER PRIMARY KEY CHECK(only = 0), at INTEGER NOT NULL) STRICT;
)sql";

constexpr std::array steps_to_current = {version_1};

Result<std::int64_t> pragma(Connection& connection, const char* name) {
  return CSVM_TRY(connection.integer(name)).value_or(0);
}

Result<void> refuse_strangers(Connection& connection, const std::string& path,
                              std::int64_t current) {
  const auto owner = CSVM_TRY(pragma(connection, "PRAGMA application_id"));
  const auto version = CSVM_TRY(pragma(connection, "PRAGMA user_version"));
  const auto tables = CSVM_TRY(pragma(connection, "SELECT count(*) FROM sqlite_schema"));
  if (owner != application_id && (owner != 0 || version != 0 || tables != 0)) {
    return Error{Errc::invalid_input,
                 fmt::format("'{}' is the database of another program: choose another file", path)};
  }
  if (version > current) {
    return Error{Errc::conflict,
                 fmt::format("'{}' was written by a newer version (format {}, this one knows {}): "
                             "use that version",
                             path, version, current)};
  }
  return {};
}

Result<void> refuse_damaged(Connection& connection, const std::string& path) {
  const auto bytes = CSVM_TRY(pragma(connection, "PRAGMA page_count")) *
                     CSVM_TRY(pragma(connection, "PRAGMA page_size"));
  if (bytes > largest_checked_at_start) return {};
  auto rows = CSVM_TRY(connection.query("PRAGMA quick_check(1)"));
  if (CSVM_TRY(rows.next()) && rows.text(0) != "ok") {
    return Error{Errc::invalid_input,
                 fmt::format("the database '{}' is damaged ({}): restore a backup or move it away "
                             "to begin a new one",
                             path, rows.text(0))};
  }
  return {};
}

}  // namespace

std::span<const char* const> schema_steps() { return steps_to_current; }

Result<void> bring_up_to_date(Connection& connection, const std::string& path,
                              std::span<const char* const> steps) {
  const auto current = static_cast<std::int64_t>(steps.size());
  CSVM_CHECK(refuse_strangers(connection, path, current));
  CSVM_CHECK(refuse_damaged(connection, path));
  // Takes effect only before the first table is made.
  CSVM_CHECK(connection.script("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL"));
  if (CSVM_TRY(pragma(connection, "PRAGMA user_version")) == current) return {};

  CSVM_CHECK(connection.script("PRAGMA synchronous=FULL; BEGIN IMMEDIATE"));
  const auto change = [&]() -> Result<void> {
    // Another process may have been faster.
    const auto version = CSVM_TRY(pragma(connection, "PRAGMA user_version"));
    for (auto step = version; step < current; ++step) {
      CSVM_CHECK(connection.script(steps[static_cast<std::size_t>(step)]));
    }
    CSVM_CHECK(connection.script(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}",
                                             application_id, std::max(version, current))
                                     .c_str()));
    return connection.script("COMMIT");
  };
  auto changed = change();
  if (!changed) connection.roll_back();
  return changed;
}

}  // namespace csvm::store::sqlite
