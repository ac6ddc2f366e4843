// Deliveries: sending a result, what became of its records, trying a webhook.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "answers.h"
#include "job_json.h"
#include "job_requests.h"
#include "wishes.h"

namespace csvm::api {
namespace {

namespace json = boost::json;

constexpr std::array offered_rates = {1, 5, 10, 30, 60, 0};
constexpr std::size_t rows_at_once = 10'000;
constexpr auto longest_trial = std::chrono::seconds(30);

json::object counts_json(const store::DeliveryCounts& counts) {
  return {{"delivered", counts.delivered}, {"rejected", counts.rejected},
          {"failed", counts.failed},       {"maybe", counts.maybe},
          {"skipped", counts.skipped},     {"pending", counts.pending}};
}

json::value status_json(std::uint16_t status) {
  return status == 0 ? json::value(nullptr) : json::value(status);
}

// ---- Sending

Response deliver(Context& context, const store::Session& session, const std::string& id,
                 const WebhookWishes& wishes) {
  const auto job = context.store().find_job(session.id, id);
  if (!job) return failure(job.error());
  const auto refused = refused_destinations(context.parts.environment.outgoing, wishes);
  if (!refused.empty()) return invalid("nothing can be sent there", refused);
  std::uint64_t records = 0;
  if (store::has_ended(job->state)) {
    // Whether it may be sent, the store says.
    const auto counted = jobs::count_records(context.parts.environment, *job);
    if (counted) records = *counted;
  }
  const auto queued = context.store().deliver_job(session.id, id, wishes.webhook);
  if (!queued) return failure(queued.error());
  context.parts.workers.wake();
  json::value delivery = forecast(context.store(), wishes, records, false);
  json::value seconds = delivery.at("seconds");
  return ok({{"status", "success"},
             {"job_id", id},
             {"estimated_duration", seconds.is_number() ? std::move(seconds) : json::value(1)},
             {"delivery", std::move(delivery)}},
            202);
}

Task<Response> post_deliver(Context& context, Request& request) {
  JsonBody body = co_await read_json(request);
  if (body.refusal) co_return *std::move(body.refusal);
  auto wishes = std::make_shared<WebhookWishes>(
      read_webhook(body.object, context.settings, new_series(context.parts.now())));
  for (const auto& [key, value] : body.object) {
    if (!is_webhook_member(key)) {
      wishes->mistakes.push_back({std::string(key), "is not known here"});
    }
  }
  if (wishes->webhook.url.empty() && wishes->mistakes.empty()) {
    wishes->mistakes.push_back({"webhook_url", "is needed"});
  }
  if (!wishes->mistakes.empty()) {
    co_return invalid("the result cannot be sent like this", wishes->mistakes);
  }
  SessionWork work = [&context, wishes,
                      id = std::string(request.parameter("id"))](const store::Session& session) {
    return deliver(context, session, id, *wishes);
  };
  co_return co_await for_session_outside(context, request, NoSession::refuse, std::move(work));
}

/// Which deliveries are to be sent again; nothing said: all.
struct Again {
  std::optional<std::vector<store::Count>> records;
  std::optional<store::DeliveryState> state;
  std::uint16_t http_status = 0;
  std::vector<server::FieldError> mistakes;
};

Again read_again(const json::object& body) {
  Again again;
  for (const auto& [key, value] : body) {
    if (key == "records") {
      again.records.emplace();
      const json::array* const list = value.if_array();
      for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        boost::system::error_code failed;
        const json::value& one = (*list)[i];
        const auto record =
            one.is_number() ? one.to_number<std::uint64_t>(failed) : std::uint64_t{0};
        if (failed || record == 0) {
          again.mistakes.push_back({fmt::format("records[{}]", i), "must be a record's number"});
        } else {
          again.records->push_back(record - 1);
        }
      }
      if (list == nullptr) again.mistakes.push_back({"records", "must be a list of numbers"});
    } else if (key == "state") {
      if (value.is_string()) again.state = jobs::delivery_state(value.get_string());
      const bool is_retried = again.state == store::DeliveryState::rejected ||
                              again.state == store::DeliveryState::failed ||
                              again.state == store::DeliveryState::maybe;
      if (!is_retried) again.mistakes.push_back({"state", "must be rejected, failed or maybe"});
    } else if (key == "http_status") {
      if (value.is_null()) continue;
      boost::system::error_code failed;
      if (value.is_number()) again.http_status = value.to_number<std::uint16_t>(failed);
      if (!value.is_number() || failed) {
        again.mistakes.push_back({"http_status", "must be a status or null"});
      }
    } else {
      again.mistakes.push_back({std::string(key), "is not known here"});
    }
  }
  const bool is_kind = body.contains("state") || body.contains("http_status");
  if (is_kind && again.records) {
    again.mistakes.push_back({"records", "either records or a kind of answer"});
  } else if (is_kind && !(body.contains("state") && body.contains("http_status"))) {
    again.mistakes.push_back({"state", "a kind of answer is a state and an http_status"});
  }
  return again;
}

// The records that ended in the state with the status.
Result<std::vector<store::Count>> records_of_kind(Context& context, const std::string& session,
                                                  const std::string& job, const Again& again) {
  std::vector<store::Count> records;
  std::optional<store::Count> after;
  for (;;) {
    const auto page =
        CSVM_TRY(context.store().deliveries(session, job, again.state, after, rows_at_once));
    for (const store::Delivery& row : page) {
      if (row.http_status == again.http_status) records.push_back(row.record);
    }
    if (page.size() < rows_at_once) return records;
    after = page.back().record;
  }
}

Response retry(Context& context, const store::Session& session, const std::string& id,
               const Again& again) {
  std::vector<store::Count> records = again.records.value_or(std::vector<store::Count>());
  if (again.state) {
    auto found = records_of_kind(context, session.id, id, again);
    if (!found) return failure(found.error());
    records = *std::move(found);
  }
  const bool is_all = !again.records && !again.state;
  Result<store::Count> queued = store::Count{0};
  if (is_all || !records.empty()) {
    queued = context.store().retry_deliveries(session.id, id, records);
  } else if (const auto job = context.store().find_job(session.id, id); !job) {
    return failure(job.error());  // none asks for nothing, which must not become all
  }
  if (!queued) return failure(queued.error());
  if (*queued == 0) {
    return server::problem(409,
                           "none of these records can be sent again: what was delivered or "
                           "left out is not");
  }
  context.parts.workers.wake();
  return ok({{"status", "success"}, {"queued", *queued}}, 202);
}

Task<Response> post_retry(Context& context, Request& request) {
  JsonBody body = co_await read_json(request);
  if (body.refusal) co_return *std::move(body.refusal);
  auto again = std::make_shared<Again>(read_again(body.object));
  if (!again->mistakes.empty()) {
    co_return invalid("it is not clear what to send again", again->mistakes);
  }
  JobWork work = [&context, again](const store::Session& session, const std::string& id) {
    return retry(context, session, id, *again);
  };
  co_return co_await for_job(context, request, std::move(work));
}

// ---- What became of the records

json::object delivery_json(const store::Delivery& row, const std::string& id_prefix) {
  const bool is_pending = row.state == store::DeliveryState::pending;
  json::object shown;
  shown["record"] = row.record + 1;
  shown["state"] = jobs::delivery_word(row.state);
  shown["attempts"] = row.attempts;
  shown["http_status"] = status_json(row.http_status);
  shown["excerpt"] = row.excerpt;
  shown["at"] = is_pending ? json::value(nullptr) : json::value(iso_time(row.at));
  shown["next_try"] = is_pending ? json::value(iso_time(row.at)) : json::value(nullptr);
  shown["webhook_id"] = fmt::format("{}{}", id_prefix, row.record);
  return shown;
}

Task<Response> get_deliveries(Context& context, Request& request) {
  Page page = page_of(request);
  std::optional<store::DeliveryState> state;
  if (const auto word = request.query("state")) {
    state = jobs::delivery_state(*word);
    if (!state) {
      page.mistakes.push_back(
          {"state", "known are delivered, rejected, failed, maybe, skipped and pending"});
    }
  }
  if (!page.mistakes.empty()) co_return invalid("there is no such page", page.mistakes);
  // Records count from 1 here and from 0 in the store.
  const auto after = page.after == 0 ? std::nullopt : std::optional(page.after - 1);
  JobWork work = [&context, state, after, size = page.size](const store::Session& session,
                                                            const std::string& id) {
    const auto job = context.store().find_job(session.id, id);
    if (!job) return failure(job.error());
    const auto counts = context.store().delivery_counts(session.id, id);
    if (!counts) return failure(counts.error());
    auto rows = context.store().deliveries(session.id, id, state, after, size + 1);
    if (!rows) return failure(rows.error());
    std::optional<std::uint64_t> next;
    if (rows->size() > size) {
      rows->resize(size);
      next = rows->back().record + 1;
    }
    const std::string prefix = jobs::webhook_id_prefix(*job);
    json::array deliveries;
    for (const store::Delivery& row : *rows) deliveries.push_back(delivery_json(row, prefix));
    return ok({{"deliveries", std::move(deliveries)},
               {"counts", counts_json(*counts)},
               {"next", cursor(next)}});
  };
  co_return co_await for_job(context, request, std::move(work));
}

// What is known of one record, with what was (or will be) sent of it.
Response delivery_of(Context& context, const store::Session& session, const std::string& id,
                     store::Count record) {
  const auto job = context.store().find_job(session.id, id);
  if (!job) return failure(job.error());
  const auto after = record == 0 ? std::nullopt : std::optional(record - 1);
  auto rows = context.store().deliveries(session.id, id, std::nullopt, after, 1);
  if (!rows) return failure(rows.error());
  const auto payload = jobs::payload_of(context.parts.environment, *job, record);
  if (!payload) return failure(payload.error());
  const bool was_tried = !rows->empty() && rows->front().record == record;
  store::Delivery row;
  row.record = record;
  if (was_tried) row = rows->front();
  json::object shown = delivery_json(row, jobs::webhook_id_prefix(*job));
  if (!was_tried) shown["next_try"] = nullptr;
  shown["payload"] = json::parse(*payload);
  shown["payload_bytes"] = payload->size();
  return ok(shown);
}

Task<Response> get_delivery(Context& context, Request& request) {
  const std::string_view word = request.parameter("record");
  store::Count record = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), record);
  if (read.ec != std::errc() || read.ptr != word.data() + word.size() || record == 0) {
    co_return server::problem(404, "records are numbered from 1");
  }
  SessionWork work = [&context, record,
                      id = std::string(request.parameter("id"))](const store::Session& session) {
    return delivery_of(context, session, id, record - 1);
  };
  co_return co_await for_session_outside(context, request, NoSession::refuse, std::move(work));
}

Task<Response> get_failures(Context& context, Request& request) {
  JobWork work = [&context](const store::Session& session, const std::string& id) {
    const auto groups = context.store().failure_groups(session.id, id);
    if (!groups) return failure(groups.error());
    const auto counts = context.store().delivery_counts(session.id, id);
    if (!counts) return failure(counts.error());
    json::array failures;
    for (const store::FailureGroup& group : *groups) {
      failures.push_back(json::object{{"state", jobs::delivery_word(group.first.state)},
                                      {"http_status", status_json(group.first.http_status)},
                                      {"count", group.count},
                                      {"first_record", group.first.record + 1},
                                      {"excerpt", group.first.excerpt}});
    }
    return ok({{"failures", std::move(failures)}, {"counts", counts_json(*counts)}});
  };
  co_return co_await for_job(context, request, std::move(work));
}

Task<Response> get_pace(Context& context, Request& request) {
  JobWork work = [&context](const store::Session& session, const std::string& id) {
    const auto job = context.store().find_job(session.id, id);
    return job ? ok(pace_json(*job)) : failure(job.error());
  };
  co_return co_await for_job(context, request, std::move(work));
}

// ---- Trying a webhook

struct TrialWishes {
  WebhookWishes webhook;
  std::string url;  // as it was given, if it cannot be used
  std::string upload_id, job_id;
  bool send = true;  // false: only show what would be sent
  recipe::Recipe recipe;
  std::vector<server::FieldError> mistakes;
};

TrialWishes read_trial(const json::object& body, const Settings& settings) {
  TrialWishes wishes;
  wishes.webhook = read_webhook(body, settings, "");
  // What is wrong with the URL is the answer to the trial.
  for (server::FieldError& mistake : wishes.webhook.mistakes) {
    const json::value* const url = body.if_contains("webhook_url");
    if (mistake.field == "webhook_url" && url->is_string()) {
      wishes.url = url->get_string();
    } else {
      wishes.mistakes.push_back(std::move(mistake));
    }
  }
  if (const json::value* const send = body.if_contains("send")) {
    wishes.send = !send->is_bool() || send->get_bool();
    if (!send->is_bool()) wishes.mistakes.push_back({"send", "must be true or false"});
  }
  const bool has_url = !wishes.webhook.webhook.url.empty() || !wishes.url.empty();
  if (wishes.send && !has_url && wishes.mistakes.empty()) {
    wishes.mistakes.push_back({"webhook_url", "is needed"});
  }
  if (const auto id = text_member(body, "upload_id", wishes.mistakes)) wishes.upload_id = *id;
  if (const auto id = text_member(body, "job_id", wishes.mistakes)) wishes.job_id = *id;
  json::object rest;
  for (const auto& [key, value] : body) {
    const bool is_ours = key == "upload_id" || key == "job_id" || key == "mode" || key == "send" ||
                         key == "suppression_upload_id" || is_webhook_member(key);
    if (!is_ours) rest[key] = value;
  }
  std::vector<recipe::Mistake> mistakes;
  auto recipe = recipe::parse_recipe(json::serialize(rest), "the request", &mistakes);
  for (recipe::Mistake& mistake : mistakes) {
    wishes.mistakes.push_back({std::move(mistake.path), std::move(mistake.what)});
  }
  if (recipe) wishes.recipe = *std::move(recipe);
  return wishes;
}

struct Sample {
  std::string_view source;
  std::string body;
};
Result<Sample> sample_of(Context& context, const store::Session& session,
                         const TrialWishes& wishes) {
  const jobs::Environment& environment = context.parts.environment;
  if (!wishes.job_id.empty()) {
    const auto job = CSVM_TRY(context.store().find_job(session.id, wishes.job_id));
    return Sample{"job", CSVM_TRY(jobs::payload_of(environment, job, 0))};
  }
  if (!wishes.upload_id.empty()) {
    return Sample{"upload", CSVM_TRY(jobs::first_payload(environment, session.id, wishes.upload_id,
                                                         wishes.recipe))};
  }
  const auto type = wishes.recipe.type == columns::TableType::company ? store::TableType::company
                                                                      : store::TableType::people;
  return Sample{"example", CSVM_TRY(jobs::sample_payload(environment, type))};
}

Response try_now(Context& context, const store::Session& session, const TrialWishes& wishes) {
  const auto sample = sample_of(context, session, wishes);
  if (!sample) return failure(sample.error());
  const recipe::DeliveryWishes& delivery = wishes.webhook.delivery;
  const bool too_large =
      delivery.max_record_bytes > 0 && sample->body.size() > delivery.max_record_bytes;
  json::object shown;
  shown["status"] = "failed";
  shown["delivered"] = false;
  shown["http_status"] = nullptr;
  shown["ms"] = nullptr;
  shown["response"] = nullptr;
  shown["detail"] = nullptr;
  shown["source"] = sample->source;
  shown["payload"] = json::parse(sample->body);
  shown["payload_bytes"] = sample->body.size();
  shown["too_large"] = too_large;
  shown["signed"] = !wishes.webhook.webhook.secret.empty();
  shown["preset"] = delivery.preset.empty() ? json::value(nullptr) : json::value(delivery.preset);
  if (too_large) {
    shown["detail"] =
        fmt::format("The record takes {} bytes; the receiver takes {}. It was not sent.",
                    sample->body.size(), delivery.max_record_bytes);
    return ok(shown);
  }
  if (!wishes.send) {
    shown["detail"] = "Nothing was sent; this is what would be.";
    return ok(shown);
  }
  jobs::TrialRequest request;
  request.url = wishes.url.empty() ? wishes.webhook.webhook.url : wishes.url;
  request.secret = wishes.webhook.webhook.secret;
  request.body = sample->body;
  std::string_view lines = wishes.webhook.webhook.headers;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    request.headers.emplace_back(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  request.timeout = std::min<std::chrono::milliseconds>(
      longest_trial,
      std::chrono::milliseconds(static_cast<std::int64_t>(delivery.timeout_seconds * 1000)));
  const auto trial = jobs::try_webhook(context.parts.environment, request);
  if (!trial) {
    shown["detail"] = fmt::format("The record was not sent: {}", trial.error().message);
    return ok(shown);
  }
  const deliver::Answer& answer = trial->answer;
  const bool delivered = answer.verdict == deliver::Verdict::delivered;
  shown["status"] = delivered ? "success" : "failed";
  shown["delivered"] = delivered;
  shown["detail"] = trial->detail;
  if (answer.status != 0) {
    shown["http_status"] = answer.status;
    shown["ms"] = std::chrono::duration<double, std::milli>(answer.latency).count();
    shown["response"] = jobs::printable(answer.text);
  }
  return ok(shown);
}

Task<Response> post_test(Context& context, Request& request) {
  JsonBody body = co_await read_json(request);
  if (body.refusal) co_return *std::move(body.refusal);
  auto wishes = std::make_shared<TrialWishes>(read_trial(body.object, context.settings));
  if (!wishes->mistakes.empty()) {
    co_return invalid("the webhook cannot be tried like this", wishes->mistakes);
  }
  if (wishes->send &&
      !context.trials.take(request.client_address(), context.parts.environment.seconds())) {
    Response response = server::problem(429, "too many trials from this address; wait a little");
    response.headers.set("Retry-After", "5");
    co_return response;
  }
  SessionWork work = [&context, wishes](const store::Session& session) {
    return try_now(context, session, *wishes);
  };
  co_return co_await for_session_outside(context, request, NoSession::create, std::move(work));
}

Task<Response> get_destinations(Context& context, Request& request) {
  auto work = [&context]() -> Response {
    const auto or_null = [](auto number) {
      return number == 0 ? json::value(nullptr) : json::value(number);
    };
    json::array destinations;
    for (const recipe::DestinationPreset& preset : context.settings.presets) {
      destinations.push_back(json::object{{"name", preset.name},
                                          {"rate_limit", preset.rate_per_second},
                                          {"burst", or_null(preset.burst)},
                                          {"max_record_bytes", or_null(preset.max_record_bytes)},
                                          {"quota", or_null(preset.quota)},
                                          {"hosts", json::value_from(preset.hosts)}});
    }
    return ok({{"destinations", std::move(destinations)},
               {"rates", json::value_from(offered_rates)},
               {"default_rate", context.settings.webhook_rate}});
  };
  co_return co_await for_anyone(context, request, std::move(work));
}

}  // namespace

void add_delivery_routes(server::Router& router, Context& context) {
  add(router, context, "POST", "/api/jobs/{id}/deliver", post_deliver);
  add(router, context, "POST", "/api/jobs/{id}/retry", post_retry);
  add(router, context, "GET", "/api/jobs/{id}/deliveries", get_deliveries);
  add(router, context, "GET", "/api/jobs/{id}/deliveries/{record}", get_delivery);
  add(router, context, "GET", "/api/jobs/{id}/failures", get_failures);
  add(router, context, "GET", "/api/jobs/{id}/pace", get_pace);
  add(router, context, "POST", "/api/webhook/test", post_test);
  add(router, context, "GET", "/api/destinations", get_destinations);
}

}  // namespace csvm::api
