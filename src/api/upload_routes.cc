// Uploads as multipart/form-data, streamed to disk while they come; listing and removing.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "answers.h"
#include "job_json.h"
#include "receive.h"

namespace csvm::api {
namespace {

namespace json = boost::json;

constexpr std::size_t form_piece_bytes = std::size_t{256} << 10;
constexpr std::size_t max_head_bytes = std::size_t{1} << 20;

struct Refused {
  std::string name;
  Error why;
};

/// What one request has brought so far.
struct Received {
  std::string upload_id;
  bool is_new_upload = false;  // made for this request
  std::vector<store::SourceFile> files;
  std::vector<Refused> refused;
};

// Takes back what a request brought that was cut off: its sender does not know of it.
void take_back(Context& context, const std::string& session, const Received& received) {
  for (const store::SourceFile& file : received.files) {
    static_cast<void>(context.store().remove_file(session, file.id));
    static_cast<void>(context.files().remove({session, file.id}));
  }
  if (received.is_new_upload) {
    static_cast<void>(context.store().remove_upload(session, received.upload_id));
  }
}

// Too large or too many: 413; else 422.
Response refuse_all(const std::vector<Refused>& refused) {
  std::vector<server::FieldError> errors;
  for (const Refused& one : refused) errors.push_back({one.name, one.why.message});
  const bool is_too_much = std::ranges::all_of(
      refused, [](const Refused& one) { return one.why.code == Errc::limit_exceeded; });
  return server::problem(
      is_too_much ? 413 : 422,
      errors.size() == 1 ? errors.front().detail : "none of these files can be used", errors);
}

Response answer(Context& context, const std::string& session, Received received) {
  if (received.files.empty() && received.refused.empty()) {
    return server::problem(422, "there is no file in this request; send at least one");
  }
  if (received.files.empty()) {
    take_back(context, session, received);
    return refuse_all(received.refused);
  }
  json::object body;
  body["status"] = received.refused.empty() ? "success" : "partial";
  body["upload_id"] = received.upload_id;
  json::array& files = body["files"].emplace_array();
  for (const store::SourceFile& file : received.files) files.push_back(file_json(file));
  json::array& refused_files = body["refused"].emplace_array();
  for (const Refused& refused : received.refused) {
    refused_files.push_back(
        json::object{{"filename", refused.name}, {"reason", refused.why.message}});
  }
  return ok(body);
}

/// Reads the parts of one request; every step that blocks is one closure for the pool.
class Reception {
 public:
  Reception(Context& context, store::Session session, std::string upload)
      : context_(context), session_(std::move(session)) {
    received_.upload_id = std::move(upload);
  }

  /// Hands an event of the multipart reader on; true when `step` has to run on the pool.
  bool needs_pool(const server::MultipartReader::Event& event) {
    using What = server::MultipartReader::What;
    switch (event.what) {
      case What::part:
        is_file_ = event.file_name.has_value();
        name_ = event.file_name.value_or("");
        pending_ = is_file_ ? Step::begin : Step::none;
        return is_file_;
      case What::data:
        if (!is_file_ || !receipt_) return false;  // a refused file, or a plain field
        data_.append(event.data);
        pending_ = Step::write;
        return data_.size() >= form_piece_bytes;
      case What::part_end:
        pending_ = receipt_ ? Step::finish : Step::none;
        return receipt_ != nullptr;
      default:
        return false;
    }
  }

  /// Whether that step reads a whole file through.
  bool is_long() const { return pending_ == Step::finish; }

  /// The blocking step that `needs_pool` announced. Only what ends the whole request fails.
  Result<void> step() {
    switch (pending_) {
      case Step::none:
        return {};
      case Step::begin: {
        if (received_.upload_id.empty()) {
          received_.upload_id = CSVM_TRY(context_.store().create_upload(session_.id)).id;
          received_.is_new_upload = true;
        }
        auto begun = Receipt::begin(context_, session_, received_.upload_id, name_);
        if (!begun) return refuse_file(begun.error());
        receipt_ = *std::move(begun);
        return {};
      }
      case Step::write:
        return write();
      case Step::finish: {
        CSVM_CHECK(write());
        if (!receipt_) return {};
        auto finished = receipt_->finish({});
        receipt_.reset();
        if (!finished) return refuse_file(finished.error());
        received_.files.push_back(*std::move(finished));
        return {};
      }
    }
    return {};
  }

  Response end() { return answer(context_, session_.id, std::move(received_)); }
  void cut_off() {
    receipt_.reset();
    take_back(context_, session_.id, received_);
  }

 private:
  enum class Step { none, begin, write, finish };

  Result<void> write() {
    if (receipt_ && !data_.empty()) {
      const auto written = receipt_->write(data_);
      if (!written) {
        receipt_.reset();
        data_.clear();
        return refuse_file(written.error());
      }
    }
    data_.clear();
    return {};
  }

  // What is wrong with one file leaves the others alone; a full disk concerns all.
  Result<void> refuse_file(const Error& error) {
    if (error.code != Errc::invalid_input && error.code != Errc::limit_exceeded) return error;
    received_.refused.push_back({display_name(name_), error});
    return {};
  }

  Context& context_;
  store::Session session_;
  Received received_;
  bool is_file_ = false;
  std::string name_;
  std::string data_;
  Step pending_ = Step::none;
  std::unique_ptr<Receipt> receipt_;
};

/// Reads the body to its end, or answers what stopped it.
Task<std::optional<Response>> read_parts(Context& context, Request& request,
                                         server::MultipartReader reader,
                                         std::shared_ptr<Reception> reception) {
  std::vector<char> buffer(form_piece_bytes);
  for (;;) {
    const auto read = co_await request.read_some(buffer);
    if (!read) co_return refused_body(read.error());
    if (*read == 0) break;
    reader.feed({buffer.data(), *read});
    for (;;) {
      const auto event = reader.next();
      if (!event) co_return refused_body(event.error());
      if (event->what == server::MultipartReader::What::need_more ||
          event->what == server::MultipartReader::What::finished) {
        break;
      }
      if (!reception->needs_pool(*event)) continue;
      auto step = [reception] { return reception->step(); };
      boost::asio::thread_pool& pool =
          reception->is_long() ? context.parts.long_pool : context.parts.pool;
      const auto done = co_await server::offload(pool, std::move(step));
      if (!done) co_return failure(done.error());
    }
  }
  const auto ended = reader.end();
  if (!ended) co_return refused_body(ended.error());
  co_return std::nullopt;
}

Task<Response> post_upload(Context& context, Request& request) {
  auto reader = server::MultipartReader::make(request.header("Content-Type"));
  if (!reader) {
    co_return server::problem(415,
                              "send files as multipart/form-data, or resumably by tus at /api/tus");
  }
  Admission admission = co_await admit(context, request, NoSession::create);
  if (admission.refusal) co_return *std::move(admission.refusal);
  std::string upload(request.query("upload_id").value_or(""));
  auto reception =
      std::make_shared<Reception>(context, std::move(admission.session), std::move(upload));
  auto stopped = co_await read_parts(context, request, *std::move(reader), reception);
  auto end = [reception, stopped = std::move(stopped)]() mutable -> Response {
    if (!stopped) return reception->end();
    reception->cut_off();
    return *std::move(stopped);
  };
  Response response = co_await server::offload(context.parts.pool, std::move(end));
  if (!admission.set_cookie.empty()) response.headers.add("Set-Cookie", admission.set_cookie);
  co_return response;
}

Task<Response> get_upload(Context& context, Request& request) {
  std::string id(request.parameter("upload_id"));
  SessionWork work = [&context, id = std::move(id)](const store::Session& session) {
    const auto upload = context.store().find_upload(session.id, id);
    return upload ? ok(upload_json(*upload)) : failure(upload.error());
  };
  co_return co_await for_session(context, request, NoSession::refuse, std::move(work));
}

Task<Response> delete_file(Context& context, Request& request) {
  std::string upload(request.parameter("upload_id"));
  std::string file(request.parameter("file_id"));
  SessionWork work = [&context, upload = std::move(upload),
                      file = std::move(file)](const store::Session& session) {
    const auto found = context.store().find_file(session.id, file);
    if (!found) return failure(found.error());
    if (found->upload_id != upload) return server::problem(404, "this upload has no such file");
    const auto removed = context.store().remove_file(session.id, file);
    if (!removed) return failure(removed.error());
    static_cast<void>(context.files().remove({session.id, file}));
    return ok({{"status", "success"}});
  };
  co_return co_await for_session(context, request, NoSession::refuse, std::move(work));
}

/// A file looked into anew, read in another way than it was found to be. Changes nothing: the
/// same way is named in `reading` of a request to preview or process.
Task<Response> post_look(Context& context, Request& request) {
  JsonBody body = co_await read_json(request);
  if (body.refusal) co_return *std::move(body.refusal);
  std::string upload(request.parameter("upload_id"));
  std::string id(request.parameter("file_id"));
  std::vector<server::FieldError> mistakes;
  recipe::FileReading reading;
  reading.encoding = text_member(body.object, "encoding", mistakes);
  if (const auto sign = text_member(body.object, "delimiter", mistakes)) {
    reading.delimiter = recipe::delimiter_named(*sign);
    if (!reading.delimiter) mistakes.push_back({"delimiter", "must be one sign such as ; or tab"});
  }
  if (!mistakes.empty()) co_return invalid("the file cannot be read like this", mistakes);
  SessionWork work = [&context, upload = std::move(upload), id = std::move(id),
                      reading = std::move(reading)](const store::Session& session) {
    const auto file = context.store().find_file(session.id, id);
    if (!file) return failure(file.error());
    if (file->upload_id != upload) return server::problem(404, "this upload has no such file");
    const auto facts =
        jobs::inspect(context.parts.environment, {session.id, id}, file->name, {}, reading);
    if (!facts) return failure(facts.error());
    store::SourceFile described = *file;
    described.facts = facts_document(*facts);
    return ok(file_json(described));
  };
  co_return co_await for_session_long(context, request, NoSession::refuse, std::move(work));
}

/// The first bytes of a file that is still on its way, so that its sender sees what it holds before
/// it is there. Changes nothing.
Task<Response> post_look_at_head(Context& context, Request& request) {
  const auto body = co_await request.read_all(max_head_bytes);
  if (!body) co_return refused_body(body.error());
  std::string name = display_name(request.query("filename").value_or(""));
  SessionWork work = [&context, head = *body,
                      name = std::move(name)](const store::Session& session) {
    const files::Place scratch{session.id, fmt::format("head-{}", context.next_number())};
    const auto facts = jobs::inspect_head(context.parts.environment, scratch, name, head);
    if (!facts) return failure(facts.error());
    json::object answer = json::parse(facts_document(*facts)).as_object();
    answer["filename"] = name;
    return ok(answer);
  };
  co_return co_await for_session(context, request, NoSession::refuse, std::move(work));
}

}  // namespace

void add_upload_routes(server::Router& router, Context& context) {
  // The store counts the bytes of each file; the request may hold as many as the session may.
  server::RouteOptions options;
  options.max_body_bytes = context.settings.limits.bytes_per_session + (std::uint64_t{1} << 20);
  add(router, context, "POST", "/api/upload", post_upload, options);
  add(router, context, "POST", "/api/look", post_look_at_head);
  add(router, context, "GET", "/api/uploads/{upload_id}", get_upload);
  add(router, context, "DELETE", "/api/uploads/{upload_id}/files/{file_id}", delete_file);
  add(router, context, "POST", "/api/uploads/{upload_id}/files/{file_id}/look", post_look);
}

}  // namespace csvm::api
