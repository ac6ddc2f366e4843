// For those who run the service: health, figures, storage, and what the interface is.
#include <fmt/format.h>

#include <limits>

#include "answers.h"
#include "metrics.h"

namespace csvm::api {
namespace {

namespace json = boost::json;

constexpr std::uint64_t least_free_bytes = std::uint64_t{64} << 20;

json::object check(const Result<void>& result) {
  if (result) return {{"status", "ok"}};
  return {{"status", "failed"}, {"detail", result.error().message}};
}

json::object check_space(Context& context) {
  const auto space = context.files().space();
  if (!space) return check(space.error());
  json::object object{{"status", "ok"}};
  const bool has_an_end = space->free_bytes != std::numeric_limits<std::uint64_t>::max();
  if (has_an_end) object["free_mb"] = megabytes(space->free_bytes);  // a bucket has none
  if (space->free_bytes < least_free_bytes) {
    object["status"] = "failed";
    object["detail"] = "the disk is nearly full: free some space";
  }
  return object;
}

// Several versions are no illness: one process after the other is renewed.
json::object check_processes(Context& context) {
  json::array all;
  std::size_t others = 0;
  for (const auto& [name, version] : context.parts.processes()) {
    all.push_back(json::object{{"name", name}, {"version", version}});
    if (version != context.settings.version) ++others;
  }
  json::object object{{"status", "ok"}};
  if (others > 0) {
    object["detail"] = fmt::format("{} of {} processes are of another version than {}", others,
                                   all.size(), context.settings.version);
  }
  object["processes"] = std::move(all);
  return object;
}

// Jobs that run in any process, and how many processes could run one.
json::object check_workers(Context& context) {
  const std::size_t here = context.parts.workers.running();
  json::object object{{"status", "ok"}, {"running_jobs", here}};
  if (!context.parts.processes) return object;
  const auto totals = context.store().totals();
  if (!totals) return object;  // "store" says why
  const std::size_t working = context.worker_processes();
  object["running_jobs"] = std::max<std::uint64_t>(here, totals->running_jobs);
  object["queued_jobs"] = totals->queued_jobs;
  object["processes"] = working;
  // No illness of this process: without it nobody could look.
  if (working == 0) object["detail"] = "no process works on jobs: start \"csv-merger worker\"";
  return object;
}

Response describe_health(Context& context) {
  json::object checks;
  checks["store"] = check(context.store().check());
  checks["files"] = check(context.files_check.fresh());
  checks["disk"] = check_space(context);
  checks["workers"] = check_workers(context);
  if (context.parts.processes) checks["processes"] = check_processes(context);
  bool is_healthy = true;
  for (const auto& [name, result] : checks) {
    is_healthy = is_healthy && result.as_object().at("status") == "ok";
  }
  json::object body;
  body["status"] = is_healthy ? "healthy" : "unhealthy";
  body["version"] = context.settings.version;
  body["uptime_s"] =
      static_cast<std::int64_t>(context.parts.environment.seconds() - context.started);
  body["checks"] = std::move(checks);
  return ok(body, is_healthy ? 200 : 503);
}

Task<Response> get_health(Context& context, Request&) {
  auto work = [&context] { return describe_health(context); };
  co_return co_await server::offload(context.parts.pool, work);
}

Task<Response> get_liveness(Context&, Request&) { co_return ok({{"status", "alive"}}); }

Task<Response> get_metrics(Context& context, Request&) {
  auto work = [&context] {
    Response response = server::text_response(200, context.metrics->text());
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return response;
  };
  co_return co_await server::offload(context.parts.pool, work);
}

Task<Response> get_openapi(Context&, Request&) {
  co_return server::json_response(200, std::string(Api::openapi()));
}

Response describe_storage(Context& context) {
  const auto totals = context.store().totals();
  if (!totals) return failure(totals.error());
  const CleanUpRecord clean_up = context.clean_up.with([](auto& record) { return record; });
  const auto time = [](store::Time at) {
    return at == store::Time() ? json::value(nullptr) : json::value(iso_time(at));
  };
  json::object body;
  body["total_storage_used_mb"] = megabytes(totals->bytes);
  body["total_storage_limit_mb"] = megabytes(context.settings.limits.bytes_in_all);
  body["session_count"] = totals->sessions;
  body["active_jobs"] = totals->active_jobs;
  body["last_cleanup"] = time(clean_up.last);
  body["next_cleanup"] = time(clean_up.next);
  body["files_cleaned_last_run"] = clean_up.files;
  return ok(body);
}

Task<Response> get_storage(Context& context, Request& request) {
  std::function<Response()> work = [&context] { return describe_storage(context); };
  co_return co_await for_anyone(context, request, std::move(work));
}

}  // namespace

void add_operation_routes(server::Router& router, Context& context) {
  add(router, context, "GET", "/health", get_health);
  add(router, context, "GET", "/health/live", get_liveness);
  add(router, context, "GET", "/metrics", get_metrics);
  add(router, context, "GET", "/api/openapi.json", get_openapi);
  add(router, context, "GET", "/api/storage/status", get_storage);
}

}  // namespace csvm::api
