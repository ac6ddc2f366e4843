// One SQLite connection with its prepared statements, and errors in our words.
#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "csvm/store.h"

namespace csvm::store::sqlite {

/// The rows of a running statement. The statement is free for its next use when this goes.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement, const std::string* path)
      : statement_(statement), path_(path) {}
  Rows(Rows&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)), path_(other.path_) {}
  Rows& operator=(Rows&&) = delete;
  ~Rows();

  /// Steps to the next row; false after the last one.
  Result<bool> next();

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  Count count(int column) const { return static_cast<Count>(integer(column)); }
  double real(int column) const { return sqlite3_column_double(statement_, column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::string text(int column) const;
  Time time(int column) const { return Time(Duration(integer(column))); }
  template <class Enum>
  Enum as(int column) const {
    return static_cast<Enum>(integer(column));
  }

 private:
  sqlite3_stmt* statement_;
  const std::string* path_;
};

/// Bytes that are bound as a BLOB.
struct Blob {
  std::string_view bytes;
};

/// Threads: one at a time.
class Connection {
 public:
  enum class Access { read, write };

  static Result<std::unique_ptr<Connection>> open(const std::string& path, Access access);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Starts `sql` with its parameters bound in order. Text must outlive the rows.
  template <class... Values>
  Result<Rows> query(const char* sql, const Values&... values) {
    Rows rows(CSVM_TRY(prepared(sql)), &path_);
    [[maybe_unused]] int position = 0;
    (bind(sql, ++position, values), ...);
    return rows;
  }

  /// Runs `sql` to its end and returns the number of changed rows.
  template <class... Values>
  Result<Count> run(const char* sql, const Values&... values) {
    auto rows = CSVM_TRY(query(sql, values...));
    while (CSVM_TRY(rows.next())) {
    }
    return static_cast<Count>(sqlite3_changes64(handle_));
  }

  /// The first column of the first row, or nullopt when there is no row or the value is NULL.
  template <class... Values>
  Result<std::optional<std::int64_t>> integer(const char* sql, const Values&... values) {
    auto rows = CSVM_TRY(query(sql, values...));
    if (!CSVM_TRY(rows.next()) || rows.is_null(0)) return std::optional<std::int64_t>();
    return std::optional<std::int64_t>(rows.integer(0));
  }

  /// Runs a script of several statements; nothing is cached.
  Result<void> script(const char* sql);
  /// Ends a transaction without effect, if one is open.
  void roll_back();
  /// Copies the write-ahead log into the database and empties it, unless somebody reads just now.
  void empty_log();
  std::int64_t last_row() const { return sqlite3_last_insert_rowid(handle_); }

 private:
  Connection(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  Result<sqlite3_stmt*> prepared(const char* sql);

  template <class Value>
  void bind(const char* sql, int position, const Value& value) {
    sqlite3_stmt* statement = statements_.find(sql)->second;
    if constexpr (std::is_same_v<Value, std::nullopt_t>) {
      sqlite3_bind_null(statement, position);
    } else if constexpr (std::is_same_v<Value, Blob>) {
      sqlite3_bind_blob64(statement, position, value.bytes.data(), value.bytes.size(),
                          SQLITE_STATIC);
    } else if constexpr (std::is_same_v<Value, Time>) {
      sqlite3_bind_int64(statement, position, value.time_since_epoch().count());
    } else if constexpr (std::is_enum_v<Value> || std::integral<Value>) {
      sqlite3_bind_int64(statement, position, static_cast<std::int64_t>(value));
    } else if constexpr (std::floating_point<Value>) {
      sqlite3_bind_double(statement, position, value);
    } else if constexpr (std::convertible_to<Value, std::string_view>) {
      const std::string_view text = value;
      // A null pointer would become NULL.
      sqlite3_bind_text64(statement, position, text.empty() ? "" : text.data(), text.size(),
                          SQLITE_STATIC, SQLITE_UTF8);
    } else if (value) {
      bind(sql, position, *value);
    } else {
      sqlite3_bind_null(statement, position);
    }
  }

  sqlite3* handle_;
  std::string path_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;  // by address: the texts are literals
};

}  // namespace csvm::store::sqlite
