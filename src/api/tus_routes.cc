// Resumable uploads: tus 1.0, core with creation and termination (tus.io).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <mutex>
#include <vector>

#include "answers.h"
#include "receive.h"

namespace csvm::api {
namespace {

constexpr std::string_view version = "1.0.0";
constexpr std::size_t piece_bytes = std::size_t{256} << 10;

Response with_version(Response response) {
  response.headers.set("Tus-Resumable", std::string(version));
  return response;
}

Response empty(unsigned status) {
  Response response;
  response.status = status;
  response.headers.set("Tus-Resumable", std::string(version));
  return response;
}

std::optional<Response> refuse_version(const Request& request) {
  if (request.header("Tus-Resumable") == version) return std::nullopt;
  Response response = with_version(server::problem(
      412, fmt::format("this server speaks tus {}; say so in Tus-Resumable", version)));
  response.headers.set("Tus-Version", std::string(version));
  return response;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || text.empty())
    return std::nullopt;
  return number;
}

// Base64 (RFC 4648, section 4) up to the first character that is none.
std::string decoded(std::string_view coded) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : coded) {
    const auto value = letters.find(c);
    if (value == std::string_view::npos) break;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    text += static_cast<char>(bits >> count & 0xFF);
  }
  return text;
}

// The decoded value of a key of `Upload-Metadata: key base64,key base64`.
std::string metadata(std::string_view header, std::string_view key) {
  while (!header.empty()) {
    const auto comma = header.find(',');
    std::string_view pair = header.substr(0, comma);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const auto blank = pair.find(' ');
    if (pair.substr(0, blank) == key && blank != std::string_view::npos) {
      const std::string_view coded = pair.substr(blank + 1);
      return decoded(coded);
    }
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
  }
  return {};
}

Task<Response> post_tus(Context& context, Request& request) {
  if (auto refusal = refuse_version(request)) co_return *std::move(refusal);
  const auto length = number_in(request.header("Upload-Length"));
  if (!length || *length == 0) {
    co_return with_version(server::problem(400, "Upload-Length must say how long the file is"));
  }
  const std::uint64_t most = context.settings.limits.bytes_per_file;
  if (most != 0 && *length > most) {
    co_return with_version(server::problem(
        413,
        fmt::format("the file has {} bytes; the limit is {} (MAX_FILE_SIZE_MB)", *length, most)));
  }
  std::string name = metadata(request.header("Upload-Metadata"), "filename");
  std::string upload = metadata(request.header("Upload-Metadata"), "upload_id");
  SessionWork work = [&context, length = *length, name = std::move(name),
                      upload = std::move(upload)](const store::Session& session) {
    std::string upload_id = upload;
    if (upload_id.empty()) {
      const auto made = context.store().create_upload(session.id);
      if (!made) return with_version(failure(made.error()));
      upload_id = made->id;
    }
    const auto file = context.store().add_file(session.id, upload_id, display_name(name), length);
    if (!file) return with_version(failure(file.error()));
    Response response = empty(201);
    response.headers.set("Location", "/api/tus/" + file->id);
    response.headers.set("Upload-Id", upload_id);
    return response;
  };
  co_return co_await for_session(context, request, NoSession::create, std::move(work));
}

// Declared early: a HEAD, too, tells that the sender is here again.
void supersede(Context& context, const std::string& file, const std::shared_ptr<Continuation>& by);

Task<Response> head_tus(Context& context, Request& request) {
  if (auto refusal = refuse_version(request)) co_return *std::move(refusal);
  std::string id(request.parameter("file_id"));
  SessionWork work = [&context, id = std::move(id)](const store::Session& session) {
    auto file = context.store().find_file(session.id, id);
    if (file && file->state == store::FileState::receiving) {
      supersede(context, id, nullptr);
      file = context.store().find_file(session.id, id);
    }
    if (!file) return with_version(failure(file.error()));
    const bool is_whole = file->state == store::FileState::complete;
    Response response = empty(200);
    response.headers.set("Upload-Offset", fmt::format("{}", is_whole ? file->bytes : file->offset));
    response.headers.set("Upload-Length", fmt::format("{}", file->bytes));
    response.headers.set("Upload-Id", file->upload_id);
    response.headers.set("Cache-Control", "no-store");
    return response;
  };
  co_return co_await for_session(context, request, NoSession::refuse, std::move(work));
}

Task<Response> delete_tus(Context& context, Request& request) {
  if (auto refusal = refuse_version(request)) co_return *std::move(refusal);
  std::string id(request.parameter("file_id"));
  SessionWork work = [&context, id = std::move(id)](const store::Session& session) {
    const auto removed = context.store().remove_file(session.id, id);
    if (!removed) return with_version(failure(removed.error()));
    static_cast<void>(context.files().remove({session.id, id}));
    return empty(204);
  };
  co_return co_await for_session(context, request, NoSession::refuse, std::move(work));
}

}  // namespace

/// One PATCH: goes on where the file ends, and acknowledges what is on disk when the sender is cut
/// off. All members but the constructor block. Threads: every member from any thread.
class Continuation {
 public:
  Continuation(Context& context, std::string session, std::string file, std::uint64_t offset)
      : context_(context),
        session_(std::move(session)),
        file_id_(std::move(file)),
        offset_(offset) {}

  Result<void> begin() {
    const std::lock_guard lock(mutex_);
    file_ = CSVM_TRY(context_.store().find_file(session_, file_id_));
    if (file_.state == store::FileState::complete || file_.offset != offset_) {
      return Error{
          Errc::conflict,
          fmt::format("the file is at byte {}, not {}; ask with HEAD and go on from there",
                      file_.state == store::FileState::complete ? file_.bytes : file_.offset,
                      offset_)};
    }
    if (offset_ == 0) {
      writer_ = CSVM_TRY(context_.files().create({session_, file_id_}));
      return {};
    }
    auto resumed = context_.files().resume({session_, file_id_}, offset_);
    if (!resumed && resumed.error().code == Errc::not_found) return complete_committed();
    writer_ = CSVM_TRY(std::move(resumed));
    return {};
  }
  Result<void> write() {
    const std::lock_guard lock(mutex_);
    return write_received();
  }
  /// What came is on disk and acknowledged; when it is all, the file is looked into.
  Result<std::uint64_t> end() {
    const std::lock_guard lock(mutex_);
    CSVM_CHECK(write_received());
    const auto writer = std::move(writer_);
    const std::uint64_t bytes = writer->bytes();
    if (bytes < file_.bytes) {
      CSVM_CHECK(writer->keep());
      CSVM_CHECK(context_.store().set_offset(session_, file_id_, bytes));
      return bytes;
    }
    CSVM_CHECK(writer->commit());
    CSVM_TRY(look_and_complete(context_, session_, file_, bytes, {}));
    return bytes;
  }
  /// The request was cut off by ourselves, who stop: keeps all that came.
  void cut() {
    {
      const std::lock_guard lock(mutex_);
      if (!writer_ || !write_received()) return;
    }
    give_way();
  }
  /// Another request wants to go on: keeps what was written; this one can write no more.
  void give_way() {
    const std::lock_guard lock(mutex_);
    if (!writer_) return;
    const auto writer = std::move(writer_);
    const std::uint64_t bytes = writer->bytes();
    if (bytes > offset_ && writer->keep()) {
      static_cast<void>(context_.store().set_offset(session_, file_id_, bytes));
    }
  }

  std::string data;  // received, not yet written; of the request's coroutine alone

 private:
  Result<void> write_received() {
    if (!writer_) {
      return Error{Errc::conflict, "another request goes on with this file; ask with HEAD"};
    }
    if (writer_->bytes() + data.size() > file_.bytes) {
      return Error{Errc::limit_exceeded,
                   fmt::format("more bytes than the {} that were announced", file_.bytes)};
    }
    CSVM_CHECK(writer_->write(data));
    data.clear();
    return {};
  }
  // All bytes came, and the program died before it could say so.
  Result<void> complete_committed() {
    const auto reader = CSVM_TRY(context_.files().open({session_, file_id_}));
    if (reader->bytes() != file_.bytes) return Error{Errc::not_found, "the file is gone"};
    CSVM_TRY(look_and_complete(context_, session_, file_, file_.bytes, {}));
    return Error{Errc::conflict, "the file is whole already; ask with HEAD"};
  }

  Context& context_;
  std::string session_;
  std::string file_id_;
  std::uint64_t offset_;
  store::SourceFile file_;
  std::mutex mutex_;
  std::unique_ptr<files::Writer> writer_;  // null before `begin` and when it has ended
};

namespace {

// A sender that lost its connection comes again before we notice: it goes on, the old request
// ends. Blocking.
void supersede(Context& context, const std::string& file, const std::shared_ptr<Continuation>& by) {
  const auto before = context.continuations.with([&](auto& all) {
    std::erase_if(all, [](const auto& entry) { return entry.second.expired(); });
    const auto found = all.find(file);
    auto old = found == all.end() ? nullptr : found->second.lock();
    if (by) all.insert_or_assign(file, by);
    return old;
  });
  if (before) before->give_way();
}

// Keeps what came when the coroutine that has it ends before its time: by an exception, with the
// server. Not on its thread.
class KeptAtACut {
 public:
  KeptAtACut(Context& context, std::shared_ptr<Continuation> part)
      : context_(context), part_(std::move(part)) {}
  ~KeptAtACut() {
    if (part_) boost::asio::post(context_.parts.pool, [part = part_] { part->cut(); });
  }
  KeptAtACut(const KeptAtACut&) = delete;
  KeptAtACut& operator=(const KeptAtACut&) = delete;
  void has_ended() { part_.reset(); }

 private:
  Context& context_;
  std::shared_ptr<Continuation> part_;
};

Response conflict_or_failure(const Error& error) {
  return with_version(error.code == Errc::conflict ? server::problem(409, error.message)
                                                   : failure(error));
}

Task<Response> patch_tus(Context& context, Request& request) {
  if (auto refusal = refuse_version(request)) co_return *std::move(refusal);
  if (request.header("Content-Type") != "application/offset+octet-stream") {
    co_return with_version(
        server::problem(415, "the body must be application/offset+octet-stream"));
  }
  const auto offset = number_in(request.header("Upload-Offset"));
  if (!offset) co_return with_version(server::problem(400, "Upload-Offset must be a number"));
  Admission admission = co_await admit(context, request, NoSession::refuse);
  if (admission.refusal) co_return with_version(*std::move(admission.refusal));

  std::string id(request.parameter("file_id"));
  auto part = std::make_shared<Continuation>(context, admission.session.id, id, *offset);
  auto begin = [&context, part, session = admission.session.id,
                id = std::move(id)]() -> Result<void> {
    CSVM_TRY(context.store().find_file(session, id));  // only the owner may interrupt
    supersede(context, id, part);
    return part->begin();
  };
  const auto begun = co_await server::offload(context.parts.pool, std::move(begin));
  if (!begun) co_return conflict_or_failure(begun.error());

  KeptAtACut kept(context, part);
  std::vector<char> buffer(piece_bytes);
  for (;;) {
    const auto read = co_await request.read_some(buffer);
    if (!read || *read == 0) break;  // a sender that was cut off goes on from what is kept
    part->data.append(buffer.data(), *read);
    if (part->data.size() < piece_bytes) continue;
    auto write = [part] { return part->write(); };
    const auto written = co_await server::offload(context.parts.pool, std::move(write));
    if (!written) {
      kept.has_ended();
      co_return conflict_or_failure(written.error());
    }
  }
  auto end = [part] { return part->end(); };
  const auto ended = co_await server::offload(context.parts.long_pool, std::move(end));
  kept.has_ended();
  if (!ended) co_return conflict_or_failure(ended.error());
  Response response = empty(204);
  response.headers.set("Upload-Offset", fmt::format("{}", *ended));
  co_return response;
}

Task<Response> options_tus(Context& context, Request&) {
  Response response = empty(204);
  response.headers.set("Tus-Version", std::string(version));
  response.headers.set("Tus-Extension", "creation,termination");
  if (context.settings.limits.bytes_per_file != 0) {
    response.headers.set("Tus-Max-Size", fmt::format("{}", context.settings.limits.bytes_per_file));
  }
  co_return response;
}

}  // namespace

void add_tus_routes(server::Router& router, Context& context) {
  server::RouteOptions body;
  body.max_body_bytes = context.settings.limits.bytes_per_file == 0
                            ? std::uint64_t{1} << 40
                            : context.settings.limits.bytes_per_file;
  add(router, context, "OPTIONS", "/api/tus", options_tus);
  add(router, context, "POST", "/api/tus", post_tus);
  add(router, context, "HEAD", "/api/tus/{file_id}", head_tus);
  add(router, context, "PATCH", "/api/tus/{file_id}", patch_tus, body);
  add(router, context, "DELETE", "/api/tus/{file_id}", delete_tus);
}

}  // namespace csvm::api
