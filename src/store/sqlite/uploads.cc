#include "identity.h"
#include "sqlite_store.h"

namespace csvm::store::sqlite {
namespace {

constexpr const char* file_by_id =
    "SELECT f.id,u.id,f.name,f.state,f.bytes,f.offset,f.facts,f.created_at,f.updated_at "
    "FROM files f JOIN uploads u ON u.key=f.upload WHERE f.session=? AND f.id=?";
constexpr const char* files_by_upload =
    "SELECT f.id,u.id,f.name,f.state,f.bytes,f.offset,f.facts,f.created_at,f.updated_at "
    "FROM files f JOIN uploads u ON u.key=f.upload WHERE f.upload=? ORDER BY f.key";

SourceFile file_of(const Rows& rows) {
  SourceFile file;
  file.id = rows.text(0);
  file.upload_id = rows.text(1);
  file.name = rows.text(2);
  file.state = rows.as<FileState>(3);
  file.bytes = rows.count(4);
  file.offset = rows.count(5);
  file.facts = rows.text(6);
  file.created_at = rows.time(7);
  file.updated_at = rows.time(8);
  return file;
}

Result<SourceFile> load_file(Connection& db, std::int64_t session, Id file) {
  auto rows = CSVM_TRY(db.query(file_by_id, session, file));
  if (!CSVM_TRY(rows.next())) return no_such("file");
  return file_of(rows);
}

Result<std::int64_t> upload_key(Connection& db, std::int64_t session, Time now, Id upload) {
  const auto key = CSVM_TRY(db.integer(
      "SELECT key FROM uploads WHERE session=? AND id=? AND expires_at>?", session, upload, now));
  if (!key) return no_such("upload");
  return *key;
}

Result<void> load_files(Connection& db, std::int64_t key, Upload& upload) {
  auto rows = CSVM_TRY(db.query(files_by_upload, key));
  while (CSVM_TRY(rows.next())) upload.files.push_back(file_of(rows));
  return {};
}

}  // namespace

Result<Upload> SqliteStore::create_upload(Id session) {
  return write(Durability::now, [&](Writing& writing) -> Result<Upload> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    Upload upload;
    upload.id = new_id(options_.random);
    upload.created_at = writing.now;
    upload.expires_at = writing.now + options_.data_retention;
    CSVM_CHECK(
        writing.db.run("INSERT INTO uploads(id,session,created_at,expires_at) VALUES(?,?,?,?)",
                       upload.id, owner, upload.created_at, upload.expires_at));
    return upload;
  });
}

Result<SourceFile> SqliteStore::add_file(Id session, Id upload, Text name, Count bytes) {
  return write(Durability::now, [&](Writing& writing) -> Result<SourceFile> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    const auto parent = CSVM_TRY(upload_key(writing.db, owner, writing.now, upload));
    const auto files =
        CSVM_TRY(writing.db.integer("SELECT files FROM sessions WHERE key=?", owner)).value_or(0);
    const Count most = options_.limits.files_per_session;
    if (most != 0 && static_cast<Count>(files) >= most) {
      return too_many_files(most);
    }
    const std::string id = new_id(options_.random);
    CSVM_CHECK(
        writing.db.run("INSERT INTO files(id,session,upload,name,bytes,created_at,updated_at) "
                       "VALUES(?,?,?,?,0,?,?)",
                       id, owner, parent, name, writing.now, writing.now));
    CSVM_CHECK(writing.db.run("UPDATE sessions SET files=files+1 WHERE key=?", owner));
    CSVM_CHECK(writing.db.run("UPDATE uploads SET expires_at=? WHERE key=?",
                              writing.now + options_.data_retention, parent));
    CSVM_CHECK(reserve(writing, owner, id, bytes));
    return load_file(writing.db, owner, id);
  });
}

// Raises what is set aside for a file to `bytes`, within all limits.
Result<void> SqliteStore::reserve(Writing& writing, std::int64_t session, Id file, Count bytes) {
  const auto held = CSVM_TRY(writing.db.integer(
      "SELECT bytes FROM files WHERE session=? AND id=? AND state=0", session, file));
  if (!held) return no_such("unfinished file");
  const auto before = static_cast<Count>(*held);
  if (bytes <= before) return {};
  const Count more = bytes - before;
  const Limits& limits = options_.limits;
  if (limits.bytes_per_file != 0 && bytes > limits.bytes_per_file) {
    return file_too_large(limits.bytes_per_file);
  }
  const auto exceeds = [more](Count used, Count limit) {
    return limit != 0 && (used > limit || more > limit - used);
  };
  const auto mine = static_cast<Count>(
      CSVM_TRY(writing.db.integer("SELECT bytes FROM sessions WHERE key=?", session)).value_or(0));
  if (exceeds(mine, limits.bytes_per_session)) {
    return session_full(limits.bytes_per_session);
  }
  if (limits.bytes_in_all != 0) {
    const auto all = static_cast<Count>(
        CSVM_TRY(writing.db.integer("SELECT sum(bytes) FROM sessions")).value_or(0));
    if (exceeds(all, limits.bytes_in_all)) {
      return service_full(limits.bytes_in_all);
    }
  }
  CSVM_CHECK(writing.db.run("UPDATE files SET bytes=?,updated_at=? WHERE session=? AND id=?", bytes,
                            writing.now, session, file));
  CSVM_CHECK(writing.db.run("UPDATE sessions SET bytes=bytes+? WHERE key=?", more, session));
  return {};
}

Result<void> SqliteStore::reserve_bytes(Id session, Id file, Count bytes) {
  return write(Durability::soon, [&](Writing& writing) -> Result<void> {
    return reserve(writing, CSVM_TRY(session_key(writing.db, writing.now, session)), file, bytes);
  });
}

Result<void> SqliteStore::set_offset(Id session, Id file, Count offset) {
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    CSVM_CHECK(reserve(writing, owner, file, offset));
    CSVM_CHECK(writing.db.run("UPDATE files SET offset=?,updated_at=? WHERE session=? AND id=?",
                              offset, writing.now, owner, file));
    return {};
  });
}

Result<void> SqliteStore::complete_file(Id session, Id file, Count bytes, Text facts) {
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    CSVM_CHECK(reserve(writing, owner, file, bytes));
    // What was reserved and not needed is free again.
    CSVM_CHECK(writing.db.run(
        "UPDATE sessions SET bytes=bytes+?-(SELECT bytes FROM files WHERE id=?) WHERE key=?", bytes,
        file, owner));
    CSVM_CHECK(writing.db.run(
        "UPDATE files SET state=1,bytes=?,offset=?,facts=?,updated_at=? WHERE session=? AND id=?",
        bytes, bytes, facts, writing.now, owner, file));
    CSVM_CHECK(writing.db.run(
        "UPDATE uploads SET expires_at=? WHERE key=(SELECT upload FROM files WHERE id=?)",
        writing.now + options_.data_retention, file));
    return {};
  });
}

Result<SourceFile> SqliteStore::find_file(Id session, Id file) {
  return read([&](Reading& reading) -> Result<SourceFile> {
    const auto owner = CSVM_TRY(session_key(reading.db, reading.now, session));
    auto found = CSVM_TRY(load_file(reading.db, owner, file));
    CSVM_CHECK(upload_key(reading.db, owner, reading.now, found.upload_id));
    return found;
  });
}

Result<Upload> SqliteStore::find_upload(Id session, Id upload) {
  return read([&](Reading& reading) -> Result<Upload> {
    const auto owner = CSVM_TRY(session_key(reading.db, reading.now, session));
    const auto key = CSVM_TRY(upload_key(reading.db, owner, reading.now, upload));
    Upload found;
    {
      auto rows = CSVM_TRY(
          reading.db.query("SELECT id,created_at,expires_at FROM uploads WHERE key=?", key));
      if (!CSVM_TRY(rows.next())) return no_such("upload");
      found = {rows.text(0), rows.time(1), rows.time(2), {}};
    }
    CSVM_CHECK(load_files(reading.db, key, found));
    return found;
  });
}

List<Upload> SqliteStore::list_uploads(Id session) {
  return read([&](Reading& reading) -> List<Upload> {
    const auto owner = CSVM_TRY(session_key(reading.db, reading.now, session));
    std::vector<Upload> found;
    auto rows = CSVM_TRY(reading.db.query(
        "SELECT id,created_at,expires_at,key FROM uploads WHERE session=? AND expires_at>? "
        "ORDER BY key",
        owner, reading.now));
    while (CSVM_TRY(rows.next())) {
      found.push_back({rows.text(0), rows.time(1), rows.time(2), {}});
      CSVM_CHECK(load_files(reading.db, rows.integer(3), found.back()));
    }
    return found;
  });
}

Result<bool> needed_by_a_job(Connection& db, std::int64_t session, Id upload) {
  return CSVM_TRY(db.integer("SELECT 1 FROM jobs WHERE session=? AND state<4 AND "
                             "(upload_id=? OR suppression_id=?) LIMIT 1",
                             session, upload, upload))
      .has_value();
}

Result<void> SqliteStore::remove_file(Id session, Id file) {
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    const auto found = CSVM_TRY(load_file(writing.db, owner, file));
    if (CSVM_TRY(needed_by_a_job(writing.db, owner, found.upload_id))) {
      return file_needed(found.name);
    }
    CSVM_CHECK(writing.db.run("DELETE FROM files WHERE session=? AND id=?", owner, file));
    CSVM_CHECK(writing.db.run("UPDATE sessions SET files=files-1,bytes=bytes-? WHERE key=?",
                              found.bytes, owner));
    return {};
  });
}

Result<void> SqliteStore::remove_upload(Id session, Id upload) {
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    const auto owner = CSVM_TRY(session_key(writing.db, writing.now, session));
    const auto key = CSVM_TRY(upload_key(writing.db, owner, writing.now, upload));
    if (CSVM_TRY(needed_by_a_job(writing.db, owner, upload))) {
      return upload_needed();
    }
    CSVM_CHECK(writing.db.run(
        "UPDATE sessions SET files=files-(SELECT count(*) FROM files WHERE upload=?),"
        "bytes=bytes-(SELECT coalesce(sum(bytes),0) FROM files WHERE upload=?) WHERE key=?",
        key, key, owner));
    CSVM_CHECK(writing.db.run("DELETE FROM uploads WHERE key=?", key));
    return {};
  });
}

}  // namespace csvm::store::sqlite
