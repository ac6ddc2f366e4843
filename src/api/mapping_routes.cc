// The mapping of an upload, before anything is run.
#include <span>

#include "answers.h"
#include "csvm/output.h"
#include "wishes.h"

namespace csvm::api {
namespace {

namespace json = boost::json;

Response preview(Context& context, const store::Session& session, const std::string& upload,
                 const recipe::Recipe& recipe) {
  const auto opened = jobs::open_upload(context.parts.environment, session.id, upload, recipe, {});
  if (!opened) return failure(opened.error());
  json::object body;
  body["upload_id"] = upload;
  json::array& files = body["files"].emplace_array();
  for (std::size_t f = 0; f < opened->sources.size(); ++f) {
    const std::span one(&opened->sources[f], 1);
    json::value file = json::parse(output::mapping_json(one, opened->settings.fields));
    file.as_object()["file_id"] = opened->files[f].id;
    files.push_back(std::move(file));
  }
  json::array& fields = body["fields"].emplace_array();
  for (const columns::Field& field : opened->settings.fields.fields) {
    fields.emplace_back(field.name);
  }
  return ok(body);
}

Task<Response> post_preview(Context& context, Request& request) {
  JsonBody body = co_await read_json(request);
  if (body.refusal) co_return *std::move(body.refusal);
  auto wishes = std::make_shared<Wishes>(read_wishes(body.object, context.settings));
  if (!wishes->mistakes.empty()) {
    co_return invalid("the mapping cannot be shown like this", wishes->mistakes);
  }
  SessionWork work = [&context, wishes](const store::Session& session) {
    return preview(context, session, wishes->job.upload_id, wishes->recipe);
  };
  co_return co_await for_session_long(context, request, NoSession::refuse, std::move(work));
}

}  // namespace

void add_mapping_routes(server::Router& router, Context& context) {
  add(router, context, "POST", "/api/mapping/preview", post_preview);
}

}  // namespace csvm::api
