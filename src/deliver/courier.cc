#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "broker.h"
#include "csvm/deliver.h"
#include "writer.h"

namespace csvm::deliver {
namespace {

constexpr std::size_t most_unrecorded = 512;  // outcomes; a crash repeats them, so no more
constexpr std::size_t sends_at_once = 64;     // before answers are looked at again
constexpr std::size_t most_text_bytes = 300;  // kept of an answer

GovernorSettings governor_settings(const CourierSettings& settings) {
  GovernorSettings governor = settings.governor;
  governor.shared = governor.shared || settings.ask_share;
  return governor;
}

}  // namespace

class Courier::Loop {
 public:
  explicit Loop(CourierSettings settings)
      : settings_(std::move(settings)),
        governor_(governor_settings(settings_), settings_.seed),
        client_(settings_.client),
        writer_([this] { client_.wake(); }) {
    if (settings_.ask_share) broker_.emplace(settings_.ask_share, [this] { client_.wake(); });
  }

  Result<void> add(JobKey key, Job job) {
    Run run;
    for (const Target& target : job.plan.targets) {
      run.urls.push_back(CSVM_TRY(fetch::parse_url(target.url)));
    }
    if (run.urls.empty()) return Error{Errc::invalid_input, "a job without a webhook URL"};
    if (!job.secret.empty()) CSVM_CHECK(check_secret(job.secret));
    run.headers = {"Content-Type: application/json", "User-Agent: " + settings_.user_agent};
    for (const std::string& header : job.headers) {
      run.headers.push_back(CSVM_TRY(check_header(header)));
    }
    // Two spellings of one URL are one destination.
    for (std::size_t i = 0; i < run.urls.size(); ++i) job.plan.targets[i].url = run.urls[i].text;
    governor_.add(key, job.plan, now());
    for (std::size_t i = 0; i < job.earlier.size(); ++i) {
      governor_.count(key, static_cast<Outcome>(i), job.earlier[i]);
    }
    run.recorded = job.earlier;
    run.job = std::move(job);
    runs_.emplace(key, std::move(run));
    return {};
  }

  void remove(JobKey key) {
    governor_.remove(key);
    runs_.erase(key);
  }

  bool is_done(JobKey key) const {
    const Run& run = runs_.at(key);
    if (run.unrecorded > 0) return false;
    const JobStatus status = governor_.status(key, now());
    const bool ended = status.state == JobState::finished || status.state == JobState::stopped ||
                       status.state == JobState::cancelled;
    return ended && status.in_flight == 0;
  }

  void work(std::chrono::milliseconds longest) {
    // What was written may have ended a job, which the caller wants to know at once.
    if (take_written()) longest = std::chrono::milliseconds(0);
    for (auto& [key, run] : runs_) top_up(key, run);
    if (broker_) {
      for (const Answered& one : broker_->take()) governor_.granted(one.url, one.share, now());
      broker_->submit(governor_.wishes(now()));
    }
    const bool all_sent = send();
    submit();
    for (const fetch::Response& response : client_.poll(wait_for(longest, all_sent))) {
      settle(response);
    }
    submit();
  }

  void wake() { client_.wake(); }
  Governor& governor() { return governor_; }

  JobStatus status(JobKey key) const {
    const Run& run = runs_.at(key);
    JobStatus status = governor_.status(key, now());
    status.delivered = run.recorded[static_cast<std::size_t>(Outcome::delivered)];
    status.rejected = run.recorded[static_cast<std::size_t>(Outcome::rejected)];
    status.failed = run.recorded[static_cast<std::size_t>(Outcome::failed)];
    status.maybe = run.recorded[static_cast<std::size_t>(Outcome::maybe)];
    status.skipped = run.recorded[static_cast<std::size_t>(Outcome::skipped)];
    if (!run.failure.empty()) {
      status.state = JobState::stopped;
      status.stopped_because = status.held_by = run.failure;
    }
    return status;
  }

 private:
  struct Run {
    Job job;
    std::vector<fetch::Url> urls;  // of the targets
    std::vector<std::string> headers;
    std::unordered_map<std::uint64_t, std::string> bodies;  // of records that have not ended
    std::vector<Entry> entries;                             // not yet handed to the writer
    std::size_t unrecorded = 0;                             // those, and those being written
    std::array<std::uint64_t, 5> recorded{};
    bool source_ended = false;
    std::string failure;  // of the source or the ledger
  };

  Time now() const { return settings_.client.clock(); }

  std::string id_of(const Run& run, std::uint64_t record) const {
    return fmt::format("{}{}", run.job.id_prefix, record);
  }

  void fail(JobKey key, Run& run, const Error& error) {
    if (run.failure.empty()) run.failure = error.message;
    governor_.cancel(key);
  }

  void note(Run& run, Entry entry) {
    if (entry.outcome) run.bodies.erase(entry.record);
    if (entry.text.size() > most_text_bytes) entry.text.resize(most_text_bytes);
    if (entry.outcome == Outcome::delivered) entry.text.clear();
    run.entries.push_back(std::move(entry));
    ++run.unrecorded;
    ++unrecorded_;
  }

  void top_up(JobKey key, Run& run) {
    std::vector<Pending> offered;
    while (!run.source_ended && governor_.wants_more(key) && unrecorded_ < most_unrecorded &&
           offered.size() < sends_at_once) {
      auto record = run.job.source->next();
      if (!record) {
        fail(key, run, record.error());
        break;
      }
      if (!*record) {
        run.source_ended = true;
        governor_.offer(key, std::exchange(offered, {}));
        governor_.no_more(key);
        break;
      }
      Record& next = **record;
      const bool too_large =
          run.job.max_body_bytes > 0 && next.body.size() > run.job.max_body_bytes;
      if (too_large) {
        next.refusal = fmt::format("the record takes {} bytes; the receiver takes {}",
                                   next.body.size(), run.job.max_body_bytes);
      }
      if (next.refusal) {
        governor_.count(key, Outcome::skipped, 1);
        note(run, {next.number, Outcome::skipped, 0, next.attempts, 0, settings_.wall_clock(),
                   std::move(*next.refusal)});
        continue;
      }
      offered.push_back({next.number, next.attempts});
      run.bodies.insert_or_assign(next.number, std::move(next.body));
    }
    if (!offered.empty()) governor_.offer(key, offered);
  }

  // False when there may be more to send at once.
  bool send() {
    for (std::size_t sent = 0; sent < sends_at_once; ++sent) {
      if (unrecorded_ >= most_unrecorded) return true;
      const auto dispatch = governor_.next(now());
      if (!dispatch) return true;
      Run& run = runs_.at(dispatch->job);
      if (dispatch->skip) {
        note(run, {dispatch->record, Outcome::skipped, 0, dispatch->attempts, 0,
                   settings_.wall_clock(), "the quota of the webhook URL is used up"});
        continue;
      }
      fetch::Request request;
      request.id = dispatch->ticket;
      request.url = run.urls[dispatch->target];
      request.body = run.bodies.at(dispatch->record);
      request.headers = headers_of(run.headers, run.job.secret, id_of(run, dispatch->record),
                                   settings_.wall_clock(), request.body);
      request.total_timeout = run.job.timeout;
      request.connect_timeout = std::min(request.connect_timeout, run.job.timeout);
      flights_.emplace(dispatch->ticket, *dispatch);
      client_.start(std::move(request));
    }
    return false;
  }

  std::chrono::milliseconds wait_for(std::chrono::milliseconds longest, bool all_sent) const {
    const bool more_to_read = std::ranges::any_of(runs_, [this](const auto& entry) {
      return !entry.second.source_ended && entry.second.failure.empty() &&
             governor_.wants_more(entry.first) && unrecorded_ < most_unrecorded;
    });
    if (!all_sent || more_to_read) return std::chrono::milliseconds(0);
    if (unrecorded_ >= most_unrecorded) return longest;  // the writer wakes us
    const Time time = now();
    const Time wake_at = governor_.wake_at(time);
    if (wake_at - time >= longest) return longest;
    return std::chrono::ceil<std::chrono::milliseconds>(std::max(Duration{0}, wake_at - time));
  }

  void settle(const fetch::Response& response) {
    const auto found = flights_.find(response.id);
    const Dispatch dispatch = found->second;
    flights_.erase(found);
    const Answer answer = judge(response, settings_.wall_clock());
    const Settled settled = governor_.ended(dispatch, answer, now());
    Run& run = runs_.at(dispatch.job);
    // A wait for the rate changes nothing that would have to be kept.
    if (!settled.outcome && settled.attempts == dispatch.attempts) return;
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(settled.wait);
    note(run, {dispatch.record, settled.outcome, answer.status, settled.attempts, dispatch.target,
               settings_.wall_clock() + wait, answer.text});
  }

  // Hands over what came while the writer was busy: the slower the disk, the larger the batches.
  void submit() {
    if (!writer_.is_idle()) return;
    std::vector<Batch> batches;
    for (auto& [key, run] : runs_) {
      if (run.entries.empty()) continue;
      batches.push_back({key, run.job.ledger, std::exchange(run.entries, {})});
    }
    if (!batches.empty()) writer_.submit(std::move(batches));
  }

  bool take_written() {
    auto all = writer_.take();
    for (Written& written : all) {
      Run& run = runs_.at(written.batch.job);
      const std::size_t count = written.batch.entries.size();
      run.unrecorded -= count;
      unrecorded_ -= count;
      if (!written.result) {
        fail(written.batch.job, run, written.result.error());
        continue;
      }
      for (const Entry& entry : written.batch.entries) {
        if (entry.outcome) ++run.recorded[static_cast<std::size_t>(*entry.outcome)];
      }
    }
    return !all.empty();
  }

  const CourierSettings settings_;
  Governor governor_;
  fetch::Client client_;
  std::map<JobKey, Run> runs_;
  std::unordered_map<std::uint64_t, Dispatch> flights_;
  std::size_t unrecorded_ = 0;
  Writer writer_;  // it and the broker last: they are waited for before the rest goes
  std::optional<Broker> broker_;
};

Courier::Courier(CourierSettings settings) : loop_(std::make_unique<Loop>(std::move(settings))) {}
Courier::~Courier() = default;
Result<void> Courier::add(JobKey key, Job job) { return loop_->add(key, std::move(job)); }
void Courier::remove(JobKey key) { loop_->remove(key); }
bool Courier::is_done(JobKey key) const { return loop_->is_done(key); }
void Courier::work(std::chrono::milliseconds longest) { loop_->work(longest); }
void Courier::wake() { loop_->wake(); }
Governor& Courier::governor() { return loop_->governor(); }
JobStatus Courier::status(JobKey key) const { return loop_->status(key); }

}  // namespace csvm::deliver
