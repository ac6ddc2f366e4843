#include "connection.h"

#include <fmt/format.h>

#include <cerrno>

namespace csvm::store::sqlite {
namespace {

constexpr int wait_for_others_ms = 5000;

// `system_error` is errno after the call: SQLite itself keeps it for some calls only.
Error error_of(sqlite3* handle, int code, const std::string& path, int system_error) {
  const int extended = handle == nullptr ? code : sqlite3_extended_errcode(handle);
  const char* reason = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {Errc::io, fmt::format("the disk is full: cannot write '{}'; free some space", path)};
    case SQLITE_READONLY:
      return {Errc::io, fmt::format("'{}' is read-only: make it and its folder writable", path)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::timeout, fmt::format("another process holds '{}': try again", path)};
    case SQLITE_NOTADB:
      return {Errc::invalid_input,
              fmt::format("'{}' is not a database: move it away to begin a new one", path)};
    case SQLITE_CORRUPT:
      return {Errc::io, fmt::format("the database '{}' is damaged ({}): restore a backup or move "
                                    "it away to begin a new one",
                                    path, reason)};
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      if (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG) {
        return {Errc::io,
                fmt::format("the disk is full: cannot write '{}'; free some space", path)};
      }
      if (system_error != 0) {
        return {Errc::io, io_error("use the database", path, system_error).message};
      }
      return {Errc::io,
              fmt::format("cannot use the database '{}': {} (SQLite {})", path, reason, extended)};
    default:
      return {Errc::internal, fmt::format("the database '{}': {}", path, reason)};
  }
}

}  // namespace

Rows::~Rows() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Result<bool> Rows::next() {
  errno = 0;
  const int code = sqlite3_step(statement_);
  const int system_error = errno;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(sqlite3_db_handle(statement_), code, *path_, system_error);
}

std::string Rows::text(int column) const {
  // The pointer first: it may convert the value, which changes its length.
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Access access) {
  sqlite3* handle = nullptr;
  const int flags = (access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                             : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  errno = 0;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  const int system_error = errno;
  std::unique_ptr<Connection> connection(new Connection(handle, path));
  if (code != SQLITE_OK) return error_of(handle, code, path, system_error);
  sqlite3_busy_timeout(handle, wait_for_others_ms);
  // secure_delete: what is deleted is overwritten. temp_store: no temporary files with its data.
  CSVM_CHECK(
      connection->script("PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
                         "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
                         "PRAGMA cell_size_check=ON"));
  if (access == Access::read) CSVM_CHECK(connection->script("PRAGMA query_only=ON"));
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

Result<sqlite3_stmt*> Connection::prepared(const char* sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return known->second;
  sqlite3_stmt* statement = nullptr;
  errno = 0;
  const int code =
      sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return error_of(handle_, code, path_, errno);
  statements_.emplace(sql, statement);
  return statement;
}

Result<void> Connection::script(const char* sql) {
  errno = 0;
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(handle_, code, path_, errno);
  return {};
}

void Connection::roll_back() {
  // Some failures have rolled back already.
  if (sqlite3_get_autocommit(handle_) == 0) {
    sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Connection::empty_log() {
  sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

}  // namespace csvm::store::sqlite
