// The session of a browser: what it has, what it may, and an end at once.
#include "answers.h"
#include "job_json.h"
#include "live.h"

namespace csvm::api {
namespace {

namespace json = boost::json;

Response describe(Context& context, const store::Session& session) {
  const auto usage = context.store().session_usage(session.id);
  if (!usage) return failure(usage.error());
  const auto uploads = context.store().list_uploads(session.id);
  if (!uploads) return failure(uploads.error());
  const auto job_list = context.store().list_jobs(session.id);
  if (!job_list) return failure(job_list.error());

  const store::Limits& limits = context.settings.limits;
  json::object body;
  body["session_id"] = session.id;
  body["created_at"] = iso_time(session.created_at);
  body["expires_at"] = iso_time(session.expires_at);
  body["active_jobs"] = usage->active_jobs;
  body["storage_used_mb"] = megabytes(usage->bytes);
  body["storage_limit_mb"] = megabytes(limits.bytes_per_session);
  body["limits"] = json::object{{"max_file_size_mb", megabytes(limits.bytes_per_file)},
                                {"max_files", limits.files_per_session},
                                {"max_concurrent_jobs", limits.jobs_at_once_per_session}};
  json::array& upload_array = body["uploads"].emplace_array();
  for (const auto& upload : *uploads) upload_array.push_back(upload_json(upload));
  json::array& job_array = body["jobs"].emplace_array();
  for (const auto& job : *job_list) job_array.push_back(job_json(job));
  return ok(body);
}

Response forget(Context& context, const store::Session& session) {
  const auto forgotten = context.store().forget_session(session.id);
  if (!forgotten) return failure(forgotten.error());
  // Bytes that cannot be removed now belong to nobody, and the clean-up finds them.
  static_cast<void>(context.files().remove_session(session.id));
  context.live->end_session(session.id);
  Response response = ok({{"status", "success"}});
  response.headers.add("Set-Cookie", std::string(context.cookie_name()) +
                                         "=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0" +
                                         (context.settings.behind_tls ? "; Secure" : ""));
  return response;
}

Task<Response> get_session(Context& context, Request& request) {
  SessionWork work = [&context](const store::Session& session) {
    return describe(context, session);
  };
  co_return co_await for_session(context, request, NoSession::create, std::move(work));
}

Task<Response> delete_session(Context& context, Request& request) {
  SessionWork work = [&context](const store::Session& session) { return forget(context, session); };
  co_return co_await for_session(context, request, NoSession::refuse, std::move(work));
}

}  // namespace

void add_session_routes(server::Router& router, Context& context) {
  add(router, context, "GET", "/api/session", get_session);
  add(router, context, "DELETE", "/api/session", delete_session);
}

}  // namespace csvm::api
