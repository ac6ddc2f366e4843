// Sessions, uploads and files.
#include "identity.h"
#include "redis_store.h"

namespace csvm::store::redis {
namespace {

constexpr Duration least_time_between_touches = std::chrono::minutes(1);

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

Session session_of(const Answer& answer) {
  const Node times = answer[1];
  return {std::string(answer[0].text()), time_of(times[0]), time_of(times[1]), time_of(times[2])};
}

SourceFile file_of(Node reply) {
  SourceFile file;
  file.id = reply[0].text();
  file.upload_id = reply[1].text();
  file.name = reply[2].text();
  file.state = static_cast<FileState>(reply[3].count());
  file.bytes = reply[4].count();
  file.offset = reply[5].count();
  file.facts = reply[6].text();
  file.created_at = time_of(reply[7]);
  file.updated_at = time_of(reply[8]);
  return file;
}

}  // namespace

Result<NewSession> RedisStore::create_session() {
  NewSession made;
  made.id = new_id(options_.random);
  made.token = new_id(options_.random);
  made.created_at = made.last_used_at = options_.now();
  made.expires_at = made.created_at + options_.session_ttl;
  CSVM_CHECK(write(Script::create_session, made.id, hex(digest(made.token))));
  return made;
}

Result<Session> RedisStore::use_session(Text token) {
  return session_of(
      CSVM_TRY(read(Script::use_session, hex(digest(token)), least_time_between_touches)));
}

Result<Session> RedisStore::find_session(Id session) {
  return session_of(CSVM_TRY(read(Script::find_session, session)));
}

Result<Usage> RedisStore::session_usage(Id session) {
  const auto answer = CSVM_TRY(read(Script::find_session, session));
  return Usage{answer[2][0].count(), answer[2][1].count(), answer[2][2].count()};
}

Result<void> RedisStore::forget_session(Id session) {
  CSVM_CHECK(write(Script::forget_session, session));
  return {};
}

Result<Upload> RedisStore::create_upload(Id session) {
  Upload upload;
  upload.id = new_id(options_.random);
  upload.created_at = options_.now();
  upload.expires_at = upload.created_at + options_.data_retention;
  CSVM_CHECK(write(Script::create_upload, session, upload.id));
  return upload;
}

Result<SourceFile> RedisStore::add_file(Id session, Id upload, Text name, Count bytes) {
  const Limits& limits = options_.limits;
  const auto answer = CSVM_TRY(write(Script::add_file, session, upload, new_id(options_.random),
                                     name, bytes, limits.files_per_session, limits.bytes_per_file,
                                     limits.bytes_per_session, limits.bytes_in_all));
  return file_of(answer[0]);
}

Result<void> RedisStore::receive_file(Id session, Id file, Text step, Count bytes, Text facts) {
  const Limits& limits = options_.limits;
  CSVM_CHECK(write(Script::receive_file, session, file, step, bytes, facts, limits.bytes_per_file,
                   limits.bytes_per_session, limits.bytes_in_all));
  return {};
}

Result<void> RedisStore::reserve_bytes(Id session, Id file, Count bytes) {
  return receive_file(session, file, "reserve", bytes, "");
}

Result<void> RedisStore::set_offset(Id session, Id file, Count offset) {
  return receive_file(session, file, "offset", offset, "");
}

Result<void> RedisStore::complete_file(Id session, Id file, Count bytes, Text facts) {
  return receive_file(session, file, "complete", bytes, facts);
}

Result<SourceFile> RedisStore::find_file(Id session, Id file) {
  return file_of(CSVM_TRY(read(Script::find_file, session, file))[0]);
}

List<Upload> RedisStore::find_uploads(Id session, Text upload) {
  const auto answer = CSVM_TRY(read(Script::find_uploads, session, upload));
  std::vector<Upload> uploads;
  for (std::size_t i = 0; i < answer[0].size(); ++i) {
    const Node one = answer[0][i];
    uploads.push_back({std::string(one[0].text()), time_of(one[1]), time_of(one[2]), {}});
    for (std::size_t f = 0; f < one[3].size(); ++f) {
      uploads.back().files.push_back(file_of(one[3][f]));
    }
  }
  return uploads;
}

Result<Upload> RedisStore::find_upload(Id session, Id upload) {
  if (upload.empty()) return no_such("upload");
  return CSVM_TRY(find_uploads(session, upload)).at(0);
}

List<Upload> RedisStore::list_uploads(Id session) { return find_uploads(session, ""); }

Result<void> RedisStore::remove_file(Id session, Id file) {
  CSVM_CHECK(write(Script::remove_file, session, file));
  return {};
}

Result<void> RedisStore::remove_upload(Id session, Id upload) {
  CSVM_CHECK(write(Script::remove_upload, session, upload));
  return {};
}

}  // namespace csvm::store::redis
