// What a user does with jobs, and jobs between Redis and the values of the interface.
#include <charconv>
#include <map>

#include "identity.h"
#include "redis_store.h"

namespace csvm::store::redis {
namespace {

std::optional<Time> maybe_time(Node node) {
  if (node.text().empty()) return std::nullopt;
  return time_of(node);
}

// Reads words off the start of a text.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}
  std::string_view next() {
    const auto space = rest_.find(' ');
    const auto one = rest_.substr(0, space);
    rest_.remove_prefix(space == std::string_view::npos ? rest_.size() : space + 1);
    return one;
  }
  template <class Number>
  void read(Number& into) {
    const auto digits = next();
    std::from_chars(digits.data(), digits.data() + digits.size(), into);
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

Progress progress_of(std::string_view text) {
  Progress progress;
  if (text.empty()) return progress;
  Words words(text);
  int stage = 0;
  words.read(stage);
  progress.stage = static_cast<Stage>(stage);
  words.read(progress.percentage);
  words.read(progress.total_records);
  words.read(progress.processed);
  words.read(progress.successful_webhooks);
  words.read(progress.failed_webhooks);
  words.read(progress.retrying_webhooks);
  words.read(progress.current_rate);
  words.read(progress.effective_rate_limit);
  const auto eta = words.next();
  Count seconds = 0;
  if (std::from_chars(eta.data(), eta.data() + eta.size(), seconds).ec == std::errc()) {
    progress.eta_seconds = seconds;
  }
  words.read(progress.duplicates_removed);
  words.read(progress.possible_duplicates);
  words.read(progress.fields_merged);
  words.read(progress.domains_cleaned);
  words.read(progress.rejected);
  words.read(progress.warnings);
  progress.details = words.rest();
  return progress;
}

void add_webhook(std::vector<std::string>& words, const Webhook& webhook) {
  for (const auto& [name, value] :
       {std::pair("url", webhook.url), std::pair("rate", word(webhook.rate_per_second)),
        std::pair("headers", webhook.headers), std::pair("secret", webhook.secret),
        std::pair("options", webhook.options)}) {
    words.emplace_back(name);
    words.push_back(value);
  }
}

}  // namespace

std::string progress_text(const Progress& progress) {
  return fmt::format(
      "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", static_cast<int>(progress.stage),
      progress.percentage, progress.total_records, progress.processed, progress.successful_webhooks,
      progress.failed_webhooks, progress.retrying_webhooks, progress.current_rate,
      progress.effective_rate_limit,
      progress.eta_seconds ? fmt::format("{}", *progress.eta_seconds) : "-",
      progress.duplicates_removed, progress.possible_duplicates, progress.fields_merged,
      progress.domains_cleaned, progress.rejected, progress.warnings, progress.details);
}

// The fields of its hash, its results, its id.
Job job_of(Node reply) {
  std::map<std::string_view, Node> fields;
  for (std::size_t i = 0; i + 1 < reply[0].size(); i += 2) {
    fields.emplace(reply[0][i].text(), reply[0][i + 1]);
  }
  const auto field = [&](std::string_view name) {
    const auto found = fields.find(name);
    return found == fields.end() ? Node(nullptr) : found->second;
  };
  Job job;
  job.id = reply[2].text();
  job.session_id = field("session").text();
  job.upload_id = field("upload").text();
  job.suppression_upload_id = field("suppression").text();
  job.table_type = static_cast<TableType>(field("type").count());
  job.mode = static_cast<Mode>(field("mode").count());
  job.webhook.url = field("url").text();
  job.webhook.rate_per_second = field("rate").real();
  job.webhook.headers = field("headers").text();
  job.webhook.secret = field("secret").text();
  job.webhook.options = field("options").text();
  job.recipe = field("recipe").text();
  job.state = static_cast<JobState>(field("state").count());
  job.phase = static_cast<Phase>(field("phase").count());
  job.created_at = time_of(field("created"));
  job.updated_at = time_of(field("updated"));
  job.expires_at = time_of(field("expires"));
  job.started_at = maybe_time(field("started"));
  job.ended_at = maybe_time(field("ended"));
  job.error = field("error").text();
  job.attempts = static_cast<std::uint32_t>(field("attempts").count());
  job.cancel_requested = field("cancel").count() != 0;
  job.downloads = field("downloads").count();
  job.progress = progress_of(field("progress").text());
  for (std::size_t i = 0; i < reply[1].size(); ++i) {
    const Node result = reply[1][i];
    job.results.push_back(
        {std::string(result[0].text()), std::string(result[1].text()), result[2].count()});
  }
  return job;
}

Result<Job> RedisStore::create_job(Id session, const NewJob& job) {
  if (job.mode == Mode::webhook) CSVM_CHECK(check_rate(job.webhook.rate_per_second));
  std::vector<std::string> words = {
      word(session),        new_id(options_.random),
      job.upload_id,        job.suppression_upload_id,
      word(job.mode),       "type",
      word(job.table_type), "recipe",
      job.recipe,
  };
  add_webhook(words, job.webhook);
  const auto answer = CSVM_TRY(run(Script::create_job, std::move(words), Again::no));
  return job_of(answer[0]);
}

Result<Job> RedisStore::find_job(Id session, Id job) {
  return job_of(CSVM_TRY(read(Script::find_job, session, job))[0]);
}

List<Job> RedisStore::list_jobs(Id session) {
  const auto answer = CSVM_TRY(read(Script::list_jobs, session));
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < answer[0].size(); ++i) jobs.push_back(job_of(answer[0][i]));
  return jobs;
}

Result<JobState> RedisStore::cancel_job(Id session, Id job) {
  const auto answer = CSVM_TRY(write(Script::cancel_job, session, job));
  return static_cast<JobState>(answer[0].count());
}

Result<void> RedisStore::pause_job(Id session, Id job) {
  CSVM_CHECK(write(Script::pause_job, session, job));
  return {};
}

Result<void> RedisStore::resume_job(Id session, Id job) {
  CSVM_CHECK(write(Script::resume_job, session, job));
  return {};
}

Result<double> RedisStore::set_rate(Id session, Id job, double rate) {
  CSVM_CHECK(check_rate(rate));
  return CSVM_TRY(write(Script::set_rate, session, job, rate))[0].real();
}

Result<void> RedisStore::deliver_job(Id session, Id job, const Webhook& webhook) {
  CSVM_CHECK(check_rate(webhook.rate_per_second));
  std::vector<std::string> words = {word(session), word(job)};
  add_webhook(words, webhook);
  CSVM_CHECK(run(Script::deliver_job, std::move(words), Again::no));
  return {};
}

Result<void> RedisStore::count_download(Id session, Id job) {
  CSVM_CHECK(write(Script::count_download, session, job));
  return {};
}

List<StoredFile> RedisStore::remove_job(Id session, Id job) {
  const auto answer = CSVM_TRY(write(Script::remove_job, session, job));
  std::vector<StoredFile> files;
  for (std::size_t i = 0; i < answer[0].size(); ++i) {
    const Node result = answer[0][i];
    files.push_back({std::string(session), std::string(result[1].text()), result[2].count()});
  }
  return files;
}

}  // namespace csvm::store::redis
