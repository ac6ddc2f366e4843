// What belongs to no session: destinations, the configuration, headers lately seen.
#include "identity.h"
#include "sqlite_store.h"

namespace csvm::store::sqlite {
namespace {

constexpr int headers_kept = 500;  // of each table type

}

Result<Destination> SqliteStore::destination(Text url) {
  const std::string url_digest = digest(url);
  return read([&](Reading& reading) -> Result<Destination> {
    auto rows = CSVM_TRY(reading.db.query(
        "SELECT taken,learnt_rate FROM destinations WHERE url_digest=?", Blob{url_digest}));
    Destination found;
    if (!CSVM_TRY(rows.next())) return found;
    found.lifetime_count = rows.count(0);
    if (!rows.is_null(1)) found.learnt_rate = rows.real(1);
    return found;
  });
}

Result<void> SqliteStore::learn_rate(Text url, std::optional<double> rate) {
  const std::string url_digest = digest(url);
  return write(Durability::soon, [&](Writing& writing) -> Result<void> {
    CSVM_CHECK(
        writing.db.run("INSERT INTO destinations(url_digest,learnt_rate) VALUES(?,?) "
                       "ON CONFLICT DO UPDATE SET learnt_rate=excluded.learnt_rate",
                       Blob{url_digest}, rate));
    return {};
  });
}

Result<Configuration> SqliteStore::configuration(Count known) {
  return read([&](Reading& reading) -> Result<Configuration> {
    auto rows = CSVM_TRY(reading.db.query("SELECT revision,document FROM configuration"));
    if (!CSVM_TRY(rows.next())) return Configuration{};
    return Configuration{rows.count(0), rows.count(0) == known ? "" : rows.text(1)};
  });
}

Result<Count> SqliteStore::set_configuration(Count expected, Text document) {
  return write(Durability::now, [&](Writing& writing) -> Result<Count> {
    const auto current = static_cast<Count>(
        CSVM_TRY(writing.db.integer("SELECT revision FROM configuration")).value_or(0));
    if (current != expected) {
      return other_revision(current, expected);
    }
    CSVM_CHECK(writing.db.run("INSERT OR REPLACE INTO configuration VALUES(0,?,?)", current + 1,
                              document));
    return current + 1;
  });
}

Result<void> SqliteStore::add_backup(Text name, Text document) {
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    auto rows = CSVM_TRY(writing.db.query("SELECT 1 FROM backups WHERE name=?", name));
    if (CSVM_TRY(rows.next())) return backup_exists(name);
    CSVM_CHECK(writing.db.run("INSERT INTO backups VALUES(?,?)", name, document));
    CSVM_CHECK(writing.db.run(
        "DELETE FROM backups WHERE name NOT IN (SELECT name FROM backups ORDER BY name DESC "
        "LIMIT ?)",
        backups_kept));
    return {};
  });
}

List<std::pair<std::string, Count>> SqliteStore::backups() {
  return read([&](Reading& reading) -> List<std::pair<std::string, Count>> {
    auto rows = CSVM_TRY(reading.db.query(
        "SELECT name,length(CAST(document AS BLOB)) FROM backups ORDER BY name DESC"));
    std::vector<std::pair<std::string, Count>> found;
    while (CSVM_TRY(rows.next())) found.emplace_back(rows.text(0), rows.count(1));
    return found;
  });
}

Result<std::string> SqliteStore::backup(Text name) {
  return read([&](Reading& reading) -> Result<std::string> {
    auto rows = CSVM_TRY(reading.db.query("SELECT document FROM backups WHERE name=?", name));
    if (!CSVM_TRY(rows.next())) return no_such("backup");
    return std::string(rows.text(0));
  });
}

Result<void> SqliteStore::note_headers(Id session, TableType type, Text document) {
  return write(Durability::soon, [&](Writing& writing) -> Result<void> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    CSVM_CHECK(writing.db.run("INSERT OR REPLACE INTO headers VALUES(?,?,?,?)", owner, type,
                              document, writing.now));
    CSVM_CHECK(writing.db.run(
        "DELETE FROM headers WHERE table_type=? AND seen_at<(SELECT seen_at FROM headers WHERE "
        "table_type=? ORDER BY seen_at DESC LIMIT 1 OFFSET ?)",
        type, type, headers_kept - 1));
    return {};
  });
}

List<std::string> SqliteStore::recent_headers(TableType type, std::size_t max) {
  return read([&](Reading& reading) -> List<std::string> {
    std::vector<std::string> found;
    auto rows = CSVM_TRY(
        reading.db.query("SELECT document FROM headers WHERE table_type=? GROUP BY document "
                         "ORDER BY max(seen_at) DESC,document LIMIT ?",
                         type, max));
    while (CSVM_TRY(rows.next())) found.push_back(rows.text(0));
    return found;
  });
}

Result<void> SqliteStore::check() {
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    CSVM_CHECK(writing.db.run("INSERT OR REPLACE INTO checks VALUES(0,?)", writing.now));
    return {};
  });
}

}  // namespace csvm::store::sqlite
