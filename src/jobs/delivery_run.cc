#include "delivery_run.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>

#include "merge_job.h"

namespace csvm::jobs {
namespace {

constexpr std::uint32_t most_crashes = 12;
constexpr double learnt_anew = 0.02;  // a smaller change of a rate is none

double milliseconds(deliver::Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::chrono::milliseconds from_seconds(double seconds) {
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Reads a file of ours: what goes wrong with it bears names that are no user's matter.
class OwnRecords final : public deliver::RecordSource {
 public:
  OwnRecords(std::unique_ptr<deliver::RecordSource> records, std::string job,
             std::shared_ptr<spdlog::logger> log)
      : records_(std::move(records)), job_(std::move(job)), log_(std::move(log)) {}
  Result<std::optional<deliver::Record>> next() override {
    auto record = records_->next();
    if (record) return record;
    if (log_) {
      log_->warn("the records of job {} cannot be read on: {}", job_,
                 reason_for_log(record.error()));
    }
    return Error{record.error().code, reason_for_user(record.error())};
  }

 private:
  std::unique_ptr<deliver::RecordSource> records_;
  const std::string job_;
  const std::shared_ptr<spdlog::logger> log_;
};

// The first `canary` records were tried by an earlier run, and sending went on after them.
bool is_past_canary(const store::Resumption& resumption,
                    const std::optional<SendingDetails>& before, std::uint64_t canary) {
  std::uint64_t tried = resumption.pending.size();
  for (const store::RecordRange& range : resumption.finished) tried += range.end - range.first;
  if (tried > canary) return true;
  // A job that waited for "go on" is claimed again only when that was said.
  return before && before->waits_for_go_on;
}

}  // namespace

Result<deliver::Target> DeliveryRun::target(const std::string& text,
                                            const recipe::DeliveryWishes& wishes) {
  const fetch::Url url = CSVM_TRY(fetch::parse_url(text));
  CSVM_CHECK(fetch::check_host(url, environment_.outgoing.rules));
  if (url.address) {
    CSVM_CHECK(fetch::check_address(*url.address, url.host, environment_.outgoing.rules));
  }
  const auto known = CSVM_TRY(patient([&] { return environment_.store.destination(text); }));
  learnt_.push_back(known.learnt_rate);
  deliver::Target target{text, std::nullopt, known.learnt_rate};
  if (wishes.quota > 0) {
    const std::uint64_t used = wishes.quota_used + known.lifetime_count;
    target.quota_left = wishes.quota - std::min(wishes.quota, used);
  }
  return target;
}

Result<deliver::Job> DeliveryRun::prepare() {
  const store::Job& job = claim_.job;
  const auto wishes = CSVM_TRY(recipe::parse_delivery_wishes(job.webhook.options, {}));
  const auto result = std::ranges::find(job.results, part_records, &store::ResultFile::part);
  if (result == job.results.end()) {
    return Error{Errc::not_found, "the job has no result that could be sent"};
  }
  local_ = CSVM_TRY(environment_.files.fetch({job.session_id, result->name}));
  file_ = CSVM_TRY(LeadFile::open_result(local_->path()));
  records_ = file_->records();
  if (wishes.record_limit > 0) records_ = std::min(records_, wishes.record_limit);
  series_ = wishes.series;
  auto before = sending_details(job.progress.details);
  rows_read_ = before ? before->rows_read : job.progress.total_records;
  if (before && before->series != series_) before.reset();  // of another delivery
  crashes_ = (before ? before->crashes : 0) + (job.attempts > 1 ? 1 : 0);
  if (before) pace_ = PaceHistory(before->pace);
  if (before) last_failure_.with([&](auto& failure) { failure = before->last_failure; });

  deliver::Job sent;
  urls_ = {job.webhook.url};
  urls_.insert(urls_.end(), wishes.roll_over_urls.begin(), wishes.roll_over_urls.end());
  for (const std::string& url : urls_) {
    sent.plan.targets.push_back(CSVM_TRY(target(url, wishes)));
  }
  sent.plan.rate_per_second = job.webhook.rate_per_second;
  if (wishes.burst > 0 && job.webhook.rate_per_second > 0) {
    sent.plan.burst = from_seconds(std::min(1.0, wishes.burst / job.webhook.rate_per_second));
  }
  sent.plan.retry.retries = static_cast<unsigned>(wishes.retries);
  sent.plan.retry.waits.clear();
  for (const double seconds : wishes.backoff_seconds) {
    sent.plan.retry.waits.push_back(from_seconds(seconds));
  }
  if (wishes.fail_above_percent < 100) {
    sent.plan.stop_above_failed_share = wishes.fail_above_percent / 100;
  }
  sent.headers = lines_of(job.webhook.headers);
  sent.secret = job.webhook.secret;
  sent.id_prefix = webhook_id_prefix(job);
  sent.max_body_bytes = wishes.max_record_bytes;
  sent.timeout = from_seconds(wishes.timeout_seconds);

  auto resumption = CSVM_TRY(patient([&] { return environment_.store.resumption(claim_.lease); }));
  const auto counts =
      CSVM_TRY(patient([&] { return environment_.store.delivery_counts(job.session_id, job.id); }));
  sent.earlier = {counts.delivered, counts.rejected, counts.failed, counts.maybe, counts.skipped};
  if (wishes.canary > 0 && wishes.canary < records_ &&
      !is_past_canary(resumption, before, wishes.canary)) {
    const std::uint64_t ended =
        counts.delivered + counts.rejected + counts.failed + counts.maybe + counts.skipped;
    sent.plan.canary = wishes.canary;
    sent.plan.canary_sent = ended;
  }
  const auto configuration = environment_.configuration();
  const columns::FieldSet& fields =
      job.table_type == store::TableType::company ? configuration->company : configuration->people;
  const auto recipe = CSVM_TRY(recipe::parse_recipe(job.recipe, "the recipe of this job"));
  source_ = std::make_unique<OwnRecords>(
      lead_records(*file_, fields, std::move(resumption), {records_, recipe.excel_safe}), job.id,
      environment_.log);
  sent.source = source_.get();
  sent.ledger = this;
  return sent;
}

Result<void> DeliveryRun::note_that_it_begins() {
  if (claim_.job.attempts < 2 || crashes_ >= most_crashes) return {};
  store::Progress progress = claim_.job.progress;
  SendingDetails details = sending_details(progress.details).value_or(SendingDetails());
  details.series = series_;
  details.rows_read = rows_read_;
  details.crashes = crashes_;
  details.pace = pace_.points();
  progress.details = to_text(details);
  // The number of crashes first: without it they would never add up.
  CSVM_TRY(environment_.store.heartbeat(claim_.lease, progress));
  return environment_.store.append_deliveries(claim_.lease, {}, {});
}

Result<void> DeliveryRun::append(std::span<const deliver::Entry> entries) {
  auto recorded =
      patient([&] { return record_outcomes(environment_.store, claim_.lease, entries, urls_); });
  if (!recorded) {
    ledger_failed_.with([](bool& failed) { failed = true; });
    return recorded;
  }
  crashes_ = 0;
  const auto last = std::find_if(entries.rbegin(), entries.rend(), [](const auto& entry) {
    return entry.outcome && entry.outcome != deliver::Outcome::delivered;
  });
  if (last != entries.rend()) {
    last_failure_.with([&](auto& failure) { failure = delivery_of(*last); });
  }
  return recorded;
}

bool DeliveryRun::ledger_failed() {
  return ledger_failed_.with([](bool& failed) { return failed; });
}

store::Progress DeliveryRun::progress(const deliver::JobStatus& status, bool waits) {
  store::Progress progress = claim_.job.progress;  // what the merge counted
  const std::uint64_t bad = status.rejected + status.failed + status.maybe;
  progress.stage = store::Stage::sending;
  progress.total_records = records_;
  progress.processed = status.delivered + bad + status.skipped;
  progress.percentage =
      records_ == 0 ? 100
                    : 100 * static_cast<double>(progress.processed) / static_cast<double>(records_);
  progress.successful_webhooks = status.delivered;
  progress.failed_webhooks = bad;
  progress.retrying_webhooks = status.retrying;
  progress.current_rate = status.current_rate;
  progress.effective_rate_limit = status.effective_rate_limit;
  progress.eta_seconds.reset();
  const std::uint64_t left = records_ - std::min(records_, progress.processed);
  const double rate = status.current_rate > 0 ? status.current_rate : status.effective_rate_limit;
  if (left == 0) {
    progress.eta_seconds = 0;
  } else if (rate > 0) {
    progress.eta_seconds = static_cast<std::uint64_t>(std::ceil(static_cast<double>(left) / rate));
  }
  SendingDetails details;
  details.series = series_;
  details.rows_read = rows_read_;
  details.delivered = status.delivered;
  details.rejected = status.rejected;
  details.failed = status.failed;
  details.maybe = status.maybe;
  details.skipped = status.skipped;
  details.in_flight = status.in_flight;
  details.latency_p50 = milliseconds(status.latency_p50);
  details.latency_p90 = milliseconds(status.latency_p90);
  details.latency_p99 = milliseconds(status.latency_p99);
  details.waits_for_go_on = waits;
  details.held_by = status.held_by;
  details.receiver_is_down = status.receiver_is_down;
  details.crashes = crashes_;
  pace_.add({std::chrono::floor<std::chrono::seconds>(environment_.outgoing.wall_clock())
                 .time_since_epoch()
                 .count(),
             status.current_rate, details.latency_p50});
  details.pace = pace_.points();
  details.last_failure = last_failure_.with([](auto& failure) { return failure; });
  progress.details = to_text(details);
  return progress;
}

std::string DeliveryRun::why_nothing_arrived(const deliver::JobStatus& status) {
  const std::uint64_t not_arrived = status.rejected + status.failed + status.skipped;
  if (status.delivered + status.maybe > 0 || not_arrived == 0) return {};
  const auto last = last_failure_.with([](auto& failure) { return failure; });
  std::string text = fmt::format("none of the {} records arrived", not_arrived);
  if (!last) return text;
  if (last->http_status != 0) text += fmt::format("; the receiver answered {}", last->http_status);
  if (!last->excerpt.empty()) text += fmt::format(": {}", last->excerpt);
  return text;
}

void DeliveryRun::keep_learnt_rate(const deliver::JobStatus& status) {
  std::optional<double>& known = learnt_.at(status.target);
  const bool is_same = known.has_value() == status.learnt_rate.has_value() &&
                       (!known || std::abs(*known - *status.learnt_rate) < learnt_anew * *known);
  if (is_same) return;
  // What could not be kept is learnt again.
  if (environment_.store.learn_rate(urls_.at(status.target), status.learnt_rate)) {
    known = status.learnt_rate;
  }
}

}  // namespace csvm::jobs
