#include "job_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "answers.h"
#include "webhook_wishes.h"

namespace csvm::api {

namespace json = boost::json;

namespace {

void add_sending(const store::Job& job, json::object& shown) {
  const auto last = jobs::sending_details(job.progress.details);
  shown["rows_read"] = last ? last->rows_read : job.progress.total_records;
  shown["in_flight"] = 0;
  shown["deliveries"] = nullptr;
  shown["latency_ms"] = nullptr;
  shown["held_by"] = nullptr;
  shown["waits_for_go_on"] = false;
  shown["last_failure"] = nullptr;
  const auto details = details_of(job);
  if (!details) {
    if (last) {
      for (const char* count : {"processed", "successful_webhooks", "failed_webhooks",
                                "retrying_webhooks", "current_rate", "percentage"}) {
        shown[count] = 0;
      }
    }
    return;
  }
  const std::uint64_t ended =
      details->delivered + details->rejected + details->failed + details->maybe + details->skipped;
  const std::uint64_t all = std::max(ended, job.progress.total_records);
  shown["in_flight"] = details->in_flight;
  shown["deliveries"] =
      json::object{{"delivered", details->delivered}, {"rejected", details->rejected},
                   {"failed", details->failed},       {"maybe", details->maybe},
                   {"skipped", details->skipped},     {"pending", all - ended}};
  if (details->latency_p50 > 0) {
    shown["latency_ms"] = json::object{{"p50", details->latency_p50},
                                       {"p90", details->latency_p90},
                                       {"p99", details->latency_p99}};
  }
  if (!details->held_by.empty()) shown["held_by"] = details->held_by;
  shown["waits_for_go_on"] = details->waits_for_go_on && job.state == store::JobState::paused;
  if (details->last_failure) shown["last_failure"] = failure_json(*details->last_failure);
}

}  // namespace

std::optional<jobs::SendingDetails> details_of(const store::Job& job) {
  auto details = jobs::sending_details(job.progress.details);
  if (!details || job.mode != store::Mode::webhook) return std::nullopt;
  const auto wishes = recipe::parse_delivery_wishes(job.webhook.options, {});
  if (!wishes || wishes->series != details->series) return std::nullopt;
  return details;
}

json::object failure_json(const store::Delivery& failure) {
  return {{"record", failure.record + 1},
          {"state", jobs::delivery_word(failure.state)},
          {"http_status",
           failure.http_status == 0 ? json::value(nullptr) : json::value(failure.http_status)},
          {"reason", failure.excerpt}};
}

bool is_made_on_demand(std::string_view part) {
  return part == jobs::part_failed || part == jobs::part_receipt;
}

bool is_part(std::string_view part) {
  return part == jobs::part_records || part == jobs::part_duplicates ||
         part == jobs::part_rejected || part == jobs::part_report || part == jobs::part_possible ||
         part == jobs::part_provenance || is_made_on_demand(part);
}

json::object job_json(const store::Job& job) {
  const store::Progress& progress = job.progress;
  const bool has_result = std::ranges::find(job.results, jobs::part_records,
                                            &store::ResultFile::part) != job.results.end();
  json::object shown;
  shown["stage"] = store::to_string(progress.stage);
  shown["percentage"] = progress.percentage;
  shown["total_records"] = progress.total_records;
  shown["processed"] = progress.processed;
  shown["successful_webhooks"] = progress.successful_webhooks;
  shown["failed_webhooks"] = progress.failed_webhooks;
  shown["retrying_webhooks"] = progress.retrying_webhooks;
  shown["current_rate"] = progress.current_rate;
  shown["rate_limit"] = job.webhook.rate_per_second;
  shown["effective_rate_limit"] = progress.effective_rate_limit;
  shown["eta_seconds"] =
      progress.eta_seconds ? json::value(*progress.eta_seconds) : json::value(nullptr);
  shown["duplicates_removed"] = progress.duplicates_removed;
  shown["possible_duplicates"] = progress.possible_duplicates;
  shown["fields_merged"] = progress.fields_merged;
  shown["domains_cleaned"] = progress.domains_cleaned;
  shown["rejected"] = progress.rejected;
  shown["warnings"] = progress.warnings;
  shown["download_available"] = has_result;
  shown["download_url"] =
      has_result ? json::value(fmt::format("/api/jobs/{}/download", job.id)) : json::value(nullptr);
  shown["downloads"] = job.downloads;
  json::array parts;
  for (const store::ResultFile& result : job.results) {
    if (is_part(result.part)) parts.emplace_back(result.part);
  }
  shown["parts"] = std::move(parts);
  add_sending(job, shown);

  json::object object;
  object["job_id"] = job.id;
  object["upload_id"] = job.upload_id;
  object["table_type"] = store::to_string(job.table_type);
  object["mode"] = store::to_string(job.mode);
  object["status"] = store::to_string(job.state);
  object["created_at"] = iso_time(job.created_at);
  object["updated_at"] = iso_time(job.updated_at);
  object["expires_at"] = iso_time(job.expires_at);
  object["webhook"] = webhook_json(job);
  object["error"] = job.error.empty() ? json::value(nullptr) : json::value(job.error);
  object["progress"] = std::move(shown);
  return object;
}

json::object pace_json(const store::Job& job) {
  json::array points;
  const auto details = details_of(job);
  for (const jobs::PacePoint& point : details ? details->pace : std::vector<jobs::PacePoint>()) {
    const json::value latency =
        point.latency_p50 > 0 ? json::value(point.latency_p50) : json::value(nullptr);
    points.push_back(json::object{{"at", iso_time(store::Time(std::chrono::seconds(point.at)))},
                                  {"rate", point.rate},
                                  {"latency_ms", latency}});
  }
  return {{"points", std::move(points)}};
}

json::object file_json(const store::SourceFile& file) {
  json::object object;
  object["file_id"] = file.id;
  object["filename"] = file.name;
  object["size"] = file.bytes;
  object["status"] = file.state == store::FileState::complete ? "complete" : "receiving";
  if (file.state == store::FileState::receiving) object["offset"] = file.offset;
  if (!file.facts.empty()) {
    // We wrote it: it is an object.
    const json::value facts = json::parse(file.facts);
    for (const auto& [key, value] : facts.get_object()) object[key] = value;
  }
  return object;
}

json::object upload_json(const store::Upload& upload) {
  json::object object;
  object["upload_id"] = upload.id;
  object["created_at"] = iso_time(upload.created_at);
  object["expires_at"] = iso_time(upload.expires_at);
  json::array& files = object["files"].emplace_array();
  for (const store::SourceFile& file : upload.files) files.push_back(file_json(file));
  return object;
}

std::string facts_document(const jobs::FileFacts& facts) {
  json::object object;
  object["records"] = facts.records;
  object["headers"] = json::value_from(facts.headers);
  object["dialect"] = json::object{{"delimiter", facts.delimiter}};
  object["encoding"] = facts.encoding;
  object["platform"] = facts.platform;
  object["suggested_type"] =
      facts.suggested_type == columns::TableType::company ? "company" : "people";
  object["warnings"] = json::value_from(facts.warnings);
  object["preview"] = json::value_from(facts.preview);
  return json::serialize(object);
}

}  // namespace csvm::api
