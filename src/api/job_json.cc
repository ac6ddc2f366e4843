#include "job_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "answers.h"

namespace csvm::api {

namespace json = boost::json;

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

  json::object object;
  object["job_id"] = job.id;
  object["upload_id"] = job.upload_id;
  object["table_type"] = store::to_string(job.table_type);
  object["mode"] = store::to_string(job.mode);
  object["status"] = store::to_string(job.state);
  object["created_at"] = iso_time(job.created_at);
  object["updated_at"] = iso_time(job.updated_at);
  object["expires_at"] = iso_time(job.expires_at);
  object["error"] = job.error.empty() ? json::value(nullptr) : json::value(job.error);
  object["progress"] = std::move(shown);
  return object;
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
