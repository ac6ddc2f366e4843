// Jobs: beginning, watching, steering, and their results.
#include <fmt/format.h>

#include <algorithm>

#include "answers.h"
#include "job_json.h"
#include "job_requests.h"
#include "wishes.h"

namespace csvm::api {
namespace {

namespace json = boost::json;

// Of rows that are read, mapped, cleaned, matched and written; on the slow side.
constexpr double rows_per_second = 150'000;

// Files that the recipe names, by id or name, and that the upload does not have.
std::vector<server::FieldError> unknown_files(const recipe::Recipe& recipe,
                                              const store::Upload& upload) {
  std::vector<server::FieldError> mistakes;
  const auto check = [&](std::string_view member, const std::string& name) {
    const bool is_there = std::ranges::any_of(upload.files, [&](const store::SourceFile& file) {
      return file.id == name || file.name == name;
    });
    if (is_there) return;
    mistakes.push_back({fmt::format("{}.{}", member, name), "the upload has no such file"});
  };
  for (const recipe::FileReading& reading : recipe.reading) check("reading", reading.file);
  for (const recipe::FileWishes& wishes : recipe.mapping) check("mapping", wishes.file);
  for (const std::string& name : recipe.rank) check("rank", name);
  for (const recipe::Decision& decision : recipe.decisions) {
    for (const std::string& name : {decision.a.file, decision.b.file}) check("decisions", name);
  }
  return mistakes;
}

Response begin(Context& context, const store::Session& session, const Wishes& wishes) {
  const bool sends = wishes.job.mode == store::Mode::webhook;
  if (sends) {
    const auto refused = refused_destinations(context.parts.environment.outgoing, wishes.webhook);
    if (!refused.empty()) return invalid("nothing can be sent there", refused);
  }
  std::uint64_t records = 0;
  for (const std::string& id : {wishes.job.upload_id, wishes.job.suppression_upload_id}) {
    if (id.empty()) continue;
    const auto upload = context.store().find_upload(session.id, id);
    if (!upload) return failure(upload.error());
    if (id == wishes.job.upload_id) {
      const auto mistakes = unknown_files(wishes.recipe, *upload);
      if (!mistakes.empty()) return invalid("the job cannot be begun like this", mistakes);
    }
    for (const store::SourceFile& file : upload->files) {
      if (file.facts.empty()) continue;
      records += json::parse(file.facts).as_object().at("records").to_number<std::uint64_t>();
    }
  }
  const auto job = context.store().create_job(session.id, wishes.job);
  if (!job) return failure(job.error());
  context.parts.workers.wake();
  json::value delivery;
  double sending = 0;
  if (sends) {
    delivery = forecast(context.store(), wishes.webhook, records, true);
    if (delivery.at("seconds").is_number()) sending = delivery.at("seconds").to_number<double>();
  }
  return ok({{"status", "success"},
             {"job_id", job->id},
             {"estimated_duration", 1 + static_cast<double>(records) / rows_per_second + sending},
             {"delivery", std::move(delivery)}},
            202);
}

Task<Response> post_process(Context& context, Request& request) {
  JsonBody body = co_await read_json(request);
  if (body.refusal) co_return *std::move(body.refusal);
  auto wishes = std::make_shared<Wishes>(
      read_wishes(body.object, context.settings, new_series(context.parts.now())));
  if (!wishes->mistakes.empty()) {
    co_return invalid("the job cannot be begun like this", wishes->mistakes);
  }
  SessionWork work = [&context, wishes](const store::Session& session) {
    return begin(context, session, *wishes);
  };
  if (wishes->job.mode == store::Mode::webhook) {
    co_return co_await for_session_outside(context, request, NoSession::refuse, std::move(work));
  }
  co_return co_await for_session(context, request, NoSession::refuse, std::move(work));
}

Task<Response> get_jobs(Context& context, Request& request) {
  SessionWork work = [&context](const store::Session& session) {
    const auto found = context.store().list_jobs(session.id);
    if (!found) return failure(found.error());
    json::array jobs;
    for (const store::Job& job : *found) jobs.push_back(job_json(job));
    return ok({{"jobs", std::move(jobs)}});
  };
  co_return co_await for_session(context, request, NoSession::create, std::move(work));
}

Task<Response> get_status(Context& context, Request& request) {
  JobWork work = [&context](const store::Session& session, const std::string& id) {
    const auto job = context.store().find_job(session.id, id);
    return job ? ok(job_json(*job)) : failure(job.error());
  };
  co_return co_await for_job(context, request, std::move(work));
}

// The job as it is after `change`.
template <class Change>
Task<Response> steer(Context& context, Request& request, Change change) {
  JobWork work = [&context, change](const store::Session& session, const std::string& id) {
    const auto changed = change(context.store(), session.id, id);
    if (!changed) return failure(changed.error());
    context.parts.workers.wake();
    const auto job = context.store().find_job(session.id, id);
    return job ? ok(job_json(*job)) : failure(job.error());
  };
  co_return co_await for_job(context, request, std::move(work));
}

Task<Response> post_cancel(Context& context, Request& request) {
  auto change = [](store::Store& store, const std::string& session, const std::string& job) {
    return store.cancel_job(session, job);
  };
  co_return co_await steer(context, request, change);
}
Task<Response> post_pause(Context& context, Request& request) {
  auto change = [](store::Store& store, const std::string& session, const std::string& job) {
    return store.pause_job(session, job);
  };
  co_return co_await steer(context, request, change);
}
Task<Response> post_resume(Context& context, Request& request) {
  auto change = [](store::Store& store, const std::string& session, const std::string& job) {
    return store.resume_job(session, job);
  };
  co_return co_await steer(context, request, change);
}

Task<Response> put_rate(Context& context, Request& request) {
  JsonBody body = co_await read_json(request);
  if (body.refusal) co_return *std::move(body.refusal);
  const json::value* rate = body.object.if_contains("rate_limit");
  const double limit = rate != nullptr && rate->is_number() ? rate->to_number<double>() : -1;
  if (!(limit >= 0 && limit <= 100'000)) {
    co_return invalid("the rate cannot be set like this",
                      {{"rate_limit", "must be a number of records a second, 0 for no limit"}});
  }
  JobWork work = [&context, limit](const store::Session& session, const std::string& id) {
    const auto before = context.store().set_rate(session.id, id, limit);
    if (!before) return failure(before.error());
    context.parts.workers.wake();
    return ok({{"status", "success"}, {"new_rate_limit", limit}, {"previous_rate_limit", *before}});
  };
  co_return co_await for_job(context, request, std::move(work));
}

Task<Response> delete_job(Context& context, Request& request) {
  JobWork work = [&context](const store::Session& session, const std::string& id) {
    const auto files = context.store().remove_job(session.id, id);
    if (!files) return failure(files.error());
    for (const store::StoredFile& file : *files) {
      static_cast<void>(context.files().remove({file.session_id, file.name}));
    }
    return ok({{"status", "success"}});
  };
  co_return co_await for_job(context, request, std::move(work));
}

std::string_view content_type_of(std::string_view part) {
  return part == jobs::part_report ? "application/json" : "text/csv; charset=utf-8";
}

/// A part of a result, opened; blocking.
struct Download {
  server::Content content;
  server::ContentOptions options;
};
// The file is made for this answer and goes with it.
Result<Download> open_receipt(Context& context, const store::Job& job, const std::string& part) {
  const std::shared_ptr<files::LocalFile> made =
      CSVM_TRY(jobs::receipt_of(context.parts.environment, job, part,
                                fmt::format("{}-{}-{}", job.id, part, context.next_number())));
  Download download;
  download.content = CSVM_TRY(server::open_content(made->path()));
  download.content.read_at = [made, read = std::move(download.content.read_at)](
                                 std::uint64_t offset, std::span<char> into) {
    return read(offset, into);
  };
  download.options.content_type = content_type_of(part);
  download.options.download_name = jobs::download_name(job, part);
  return download;
}

Result<Download> open_part(Context& context, const std::string& session, const std::string& id,
                           const std::string& part) {
  const store::Job job = CSVM_TRY(context.store().find_job(session, id));
  if (is_made_on_demand(part)) return open_receipt(context, job, part);
  const auto result = std::ranges::find(job.results, part, &store::ResultFile::part);
  if (result == job.results.end()) {
    return Error{Errc::not_found, "this job has no such result (yet)"};
  }
  std::shared_ptr<files::Reader> reader = CSVM_TRY(context.files().open({session, result->name}));
  Download download;
  download.content.size_bytes = reader->bytes();
  download.content.read_at = [reader](std::uint64_t offset, std::span<char> into) {
    return reader->read_at(offset, into);
  };
  download.options.content_type = content_type_of(part);
  download.options.etag = fmt::format("\"{}\"", result->name);
  download.options.download_name = jobs::download_name(job, part);
  return download;
}

Task<Response> get_download(Context& context, Request& request) {
  std::string part(request.query("part").value_or(jobs::part_records));
  if (!is_part(part)) {
    co_return server::problem(
        404,
        "there is no such part; known are csv, duplicates, rejected, report, possible, "
        "provenance, failed and receipt");
  }
  Admission admission = co_await admit(context, request, NoSession::refuse);
  if (admission.refusal) co_return *std::move(admission.refusal);
  // A range that goes on, a look at the header, or a question whether it changed is no further
  // download.
  const bool counts = part == jobs::part_records && request.method() == "GET" &&
                      request.header("Range").empty() && request.header("If-None-Match").empty();
  auto open = [&context, session = admission.session.id, id = std::string(request.parameter("id")),
               part, counts] {
    auto opened = open_part(context, session, id, part);
    if (opened && counts) static_cast<void>(context.store().count_download(session, id));
    return opened;
  };
  boost::asio::thread_pool& pool =
      is_made_on_demand(part) ? context.parts.long_pool : context.parts.pool;
  auto opened = co_await server::offload(pool, std::move(open));
  if (!opened) co_return failure(opened.error());
  co_return server::content_response(request, std::move(opened->content),
                                     std::move(opened->options));
}

json::object cluster_json(const jobs::Cluster& cluster) {
  json::array members;
  for (const jobs::ClusterMember& member : cluster.members) {
    const bool is_survivor = member.line == 0;
    members.push_back(
        json::object{{"file", is_survivor ? json::value(nullptr) : json::value(member.file)},
                     {"line", is_survivor ? json::value(nullptr) : json::value(member.line)},
                     {"reason", is_survivor ? json::value(nullptr) : json::value(member.reason)},
                     {"values", json::value_from(member.values)}});
  }
  return {{"row", cluster.row},
          {"first", {{"file", cluster.first_file}, {"line", cluster.first_line}}},
          {"members", std::move(members)}};
}

Task<Response> get_clusters(Context& context, Request& request) {
  const Page page = page_of(request);
  if (!page.mistakes.empty()) co_return invalid("there is no such page", page.mistakes);
  JobWork work = [&context, page](const store::Session& session, const std::string& id) {
    const auto found =
        jobs::clusters(context.parts.environment, session.id, id, page.after, page.size);
    if (!found) return failure(found.error());
    json::array clusters;
    for (const jobs::Cluster& cluster : found->clusters) clusters.push_back(cluster_json(cluster));
    return ok({{"columns", json::value_from(found->columns)},
               {"clusters", std::move(clusters)},
               {"next", cursor(found->next)}});
  };
  co_return co_await for_job(context, request, std::move(work));
}

json::object side_json(const std::string& file, std::uint64_t line, std::uint64_t row,
                       const std::vector<std::string>& values) {
  return {{"file", file},
          {"line", line},
          {"row", row == 0 ? json::value(nullptr) : json::value(row)},
          {"values", row == 0 ? json::value(nullptr) : json::value_from(values)}};
}

Task<Response> get_possible(Context& context, Request& request) {
  const Page page = page_of(request);
  if (!page.mistakes.empty()) co_return invalid("there is no such page", page.mistakes);
  JobWork work = [&context, page](const store::Session& session, const std::string& id) {
    const auto found =
        jobs::possible_duplicates(context.parts.environment, session.id, id, page.after, page.size);
    if (!found) return failure(found.error());
    json::array pairs;
    for (const jobs::PossiblePair& pair : found->pairs) {
      pairs.push_back(
          json::object{{"a", side_json(pair.file_a, pair.line_a, pair.row_a, pair.values_a)},
                       {"b", side_json(pair.file_b, pair.line_b, pair.row_b, pair.values_b)},
                       {"score", pair.score},
                       {"reason", pair.reason}});
    }
    return ok({{"columns", json::value_from(found->columns)},
               {"pairs", std::move(pairs)},
               {"next", cursor(found->next)}});
  };
  co_return co_await for_job(context, request, std::move(work));
}

Task<Response> get_recipe(Context& context, Request& request) {
  JobWork work = [&context](const store::Session& session, const std::string& id) {
    const auto job = context.store().find_job(session.id, id);
    if (!job) return failure(job.error());
    const auto upload = context.store().find_upload(session.id, job->upload_id);
    if (!upload) return failure(upload.error());
    auto recipe = recipe::parse_recipe(job->recipe, "the recipe of this job");
    if (!recipe) return failure(recipe.error());
    std::vector<std::string> names;
    for (const store::SourceFile& file : upload->files) names.push_back(file.name);
    recipe->destination = destination_of(*job);
    recipe::rename_files(*recipe, [&](std::string& wish) {
      const auto file = std::ranges::find(upload->files, wish, &store::SourceFile::id);
      if (file != upload->files.end()) wish = file->name;
    });
    return ok({{"recipe", json::parse(recipe::to_json(*recipe))},
               {"command", recipe::to_command(*recipe, names)}});
  };
  co_return co_await for_job(context, request, std::move(work));
}

}  // namespace

void add_job_routes(server::Router& router, Context& context) {
  add(router, context, "POST", "/api/process", post_process);
  add(router, context, "GET", "/api/jobs", get_jobs);
  add(router, context, "GET", "/api/jobs/{id}/status", get_status);
  add(router, context, "DELETE", "/api/jobs/{id}", delete_job);
  add(router, context, "POST", "/api/jobs/{id}/cancel", post_cancel);
  add(router, context, "POST", "/api/jobs/{id}/pause", post_pause);
  add(router, context, "POST", "/api/jobs/{id}/resume", post_resume);
  add(router, context, "PUT", "/api/jobs/{id}/rate", put_rate);
  add(router, context, "GET", "/api/jobs/{id}/download", get_download);
  add(router, context, "GET", "/api/jobs/{id}/clusters", get_clusters);
  add(router, context, "GET", "/api/jobs/{id}/possible", get_possible);
  add(router, context, "GET", "/api/jobs/{id}/recipe", get_recipe);
}

}  // namespace csvm::api
