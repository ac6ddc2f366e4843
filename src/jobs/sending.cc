#include "sending.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "merge_job.h"

namespace csvm::jobs {
namespace {

constexpr unsigned claimers = 2;
constexpr auto turn = std::chrono::milliseconds(20);  // of the courier, at most
constexpr auto idle_turn = std::chrono::milliseconds(1000);
constexpr auto tender_turn = std::chrono::milliseconds(50);
constexpr double look_every = 0.1;      // seconds; for wishes that another process stored
constexpr double quiet_beat_every = 2;  // without news
constexpr double keep_learnt_every = 5;
constexpr double wait_after_failure = 5;  // of the store

}  // namespace

Sending::Sending(const Environment& environment, const WorkerSettings& settings,
                 std::function<void()> ended)
    : environment_(environment), settings_(settings), ended_(std::move(ended)) {
  courier_thread_ = std::thread([this] { send(); });
  tender_ = std::thread([this] { tend(); });
  for (unsigned n = 0; n < claimers; ++n) {
    claimers_.emplace_back(
        [this, n] { claim_regularly(fmt::format("{}-send-{}", settings_.name, n)); });
  }
}

Sending::~Sending() { stop(std::chrono::milliseconds(0)); }

double Sending::seconds() const {
  return std::chrono::duration<double>(environment_.outgoing.clock().time_since_epoch()).count();
}

deliver::Time Sending::lease_from_now() const {
  return environment_.outgoing.clock() + settings_.lease;
}

void Sending::notify() {
  {
    const std::lock_guard lock(mutex_);
    ++calls_;
  }
  called_.notify_all();
}

void Sending::wake() { notify(); }

std::size_t Sending::running() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void Sending::begin_stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    for (const auto& entry : entries_) {
      commands_.push_back({entry->run->key(), [](deliver::Governor& governor, deliver::JobKey key) {
                             governor.cancel(key);
                           }});
    }
    if (courier_ != nullptr) courier_->wake();
  }
  notify();
}

void Sending::stop(std::chrono::milliseconds limit) {
  begin_stop();
  {
    std::unique_lock lock(mutex_);
    called_.wait_for(lock, limit, [this] { return entries_.empty(); });
    out_of_time_ = true;
    if (courier_ != nullptr) courier_->wake();
  }
  impatient_.request_stop();
  notify();
  for (std::thread& claimer : claimers_) {
    if (claimer.joinable()) claimer.join();
  }
  if (courier_thread_.joinable()) courier_thread_.join();
  if (!tender_.joinable()) return;
  {
    std::unique_lock lock(mutex_);
    called_.wait(lock, [this] { return entries_.empty(); });
    tender_stops_ = true;
  }
  notify();
  tender_.join();
}

// ---- Claiming

void Sending::claim_regularly(const std::string& name) {
  for (;;) {
    std::uint64_t seen = 0;
    bool may_claim = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      seen = calls_;
      may_claim = entries_.size() < settings_.sending && seconds() >= no_claim_before_;
    }
    if (may_claim && claim_one(name)) continue;
    std::unique_lock lock(mutex_);
    called_.wait_for(lock, settings_.poll, [&] { return stopping_ || calls_ != seen; });
  }
}

bool Sending::claim_one(const std::string& name) {
  const deliver::Time ours_until = lease_from_now();  // it was asked for later
  auto claimed = environment_.store.claim(name, std::array{store::Phase::deliver});
  if (!claimed) {
    warn(fmt::format("cannot ask for deliveries: {}", claimed.error().message));
    return false;
  }
  if (!claimed->has_value()) return false;
  say(fmt::format("job {} sends (attempt {})", (*claimed)->job.id, (*claimed)->job.attempts));
  auto added = std::make_unique<Entry>();
  Entry& entry = *added;
  entry.rate = (*claimed)->job.webhook.rate_per_second;
  entry.beat_at = seconds();
  entry.ours_until = ours_until;
  {
    const std::lock_guard lock(mutex_);
    entry.run = std::make_unique<DeliveryRun>(environment_, **std::move(claimed), ++last_key_,
                                              impatient_.get_token());
    entries_.push_back(std::move(added));
  }
  prepare(entry);
  return true;
}

void Sending::prepare(Entry& entry) {
  Result<deliver::Job> job = Error{Errc::internal, ""};
  try {
    job = entry.run->prepare();
    if (const auto noted = job ? entry.run->note_that_it_begins() : Result<void>(); !noted) {
      warn(fmt::format("a job's beginning could not be noted: {}", noted.error().message));
    }
  } catch (const std::exception& thrown) {
    job = Error{Errc::internal,
                fmt::format("the job failed in an unforeseen way: {}", thrown.what())};
  }
  {
    const std::lock_guard lock(mutex_);
    if (job) {
      entry.job = *std::move(job);
    } else {
      entry.failure = job.error();
      entry.phase = Phase::ended;
    }
    if (out_of_time_) entry.phase = Phase::ended;
    if (courier_ != nullptr) courier_->wake();
  }
  notify();
}

// ---- The courier's thread

void Sending::send() {
  const Outgoing& outgoing = environment_.outgoing;
  deliver::CourierSettings settings;
  settings.client.rules = outgoing.rules;
  settings.client.clock = outgoing.clock;
  settings.client.ca_file = outgoing.ca_file;
  settings.wall_clock = outgoing.wall_clock;
  settings.seed = outgoing.seed;
  settings.user_agent = outgoing.user_agent;
  if (!outgoing.process.empty()) {
    settings.ask_share = [this](const deliver::ShareWish& wish) { return ask_share(wish); };
  }
  {
    deliver::Courier courier(std::move(settings));
    {
      const std::lock_guard lock(mutex_);
      courier_ = &courier;
    }
    double published_at = 0;
    for (;;) {
      take_arrivals(courier);
      obey_commands(courier);
      courier.work(active_.empty() ? idle_turn : turn);
      {
        const std::lock_guard lock(mutex_);
        if (out_of_time_) break;
      }
      if (seconds() - published_at < std::chrono::duration<double>(turn).count()) continue;
      published_at = seconds();
      publish(courier);
    }
    const std::lock_guard lock(mutex_);
    courier_ = nullptr;
  }
  // What was answered is in the ledgers now.
  {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries_) {
      if (entry->phase == Phase::sending || entry->job) entry->phase = Phase::ended;
    }
  }
  notify();
}

// The store has the one bucket that all processes have for a URL.
Result<deliver::Share> Sending::ask_share(const deliver::ShareWish& wish) {
  const deliver::Time asked = environment_.outgoing.clock();
  const auto tokens = CSVM_TRY(environment_.store.take_tokens(
      {wish.url, environment_.outgoing.process, wish.limit, wish.ceiling, wish.burst,
       std::chrono::microseconds(wish.unused_of), wish.tokens, wish.unused}));
  bucket_clock_.compare(asked, tokens.clock, environment_.outgoing.clock());
  return deliver::Share{tokens.count,
                        static_cast<std::uint64_t>(tokens.next.count()),
                        bucket_clock_.latest(tokens.first),
                        tokens.interval,
                        bucket_clock_.uncertainty(),
                        tokens.others};
}

void Sending::take_arrivals(deliver::Courier& courier) {
  bool is_news = false;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries_) {
      if (entry->phase != Phase::preparing || !entry->job) continue;
      is_news = true;
      auto added =
          stopping_ ? Result<void>() : courier.add(entry->run->key(), *std::move(entry->job));
      entry->job.reset();
      if (!added) entry->failure = added.error();
      if (!added || stopping_) {
        entry->phase = Phase::ended;
      } else {
        entry->phase = Phase::sending;
        active_.insert(entry->run->key());
      }
    }
  }
  if (is_news) notify();
}

void Sending::obey_commands(deliver::Courier& courier) {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
    // A process that stood still must not send what another has taken over meanwhile.
    for (const auto& entry : entries_) {
      if (!active_.contains(entry->run->key())) continue;
      courier.governor().send_until(entry->run->key(), entry->ours_until);
    }
    // Those to a job that is still being prepared wait for it.
    for (const auto& entry : entries_) {
      if (entry->phase != Phase::preparing) continue;
      for (Command& command : commands) {
        if (command.key == entry->run->key()) commands_.push_back(command);
      }
    }
  }
  for (const Command& command : commands) {
    if (active_.contains(command.key)) command.change(courier.governor(), command.key);
  }
}

void Sending::publish(deliver::Courier& courier) {
  bool has_ended = false;
  const std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) {
    const deliver::JobKey key = entry->run->key();
    if (!active_.contains(key)) continue;
    entry->status = courier.status(key);
    entry->is_news = true;
    if (!courier.is_done(key)) continue;
    courier.remove(key);
    active_.erase(key);
    entry->phase = Phase::ended;
    has_ended = true;
  }
  if (!has_ended) return;
  ++calls_;
  called_.notify_all();
}

void Sending::command(const Entry& entry, Change change) {
  const std::lock_guard lock(mutex_);
  commands_.push_back({entry.run->key(), std::move(change)});
  if (courier_ != nullptr) courier_->wake();
}

// ---- The tender's thread

void Sending::tend() {
  std::uint64_t seen = 0;
  for (;;) {
    bool was_called = false;
    std::vector<Entry*> entries;
    {
      std::unique_lock lock(mutex_);
      const auto wait = entries_.empty() ? idle_turn : tender_turn;
      called_.wait_for(lock, wait, [&] { return calls_ != seen; });
      if (tender_stops_) return;
      was_called = calls_ != seen;
      seen = calls_;
      for (const auto& entry : entries_) entries.push_back(entry.get());
    }
    for (Entry* entry : entries) look_after(*entry, was_called);
  }
}

void Sending::look_after(Entry& entry, bool was_called) {
  Phase phase{};
  deliver::JobStatus status;
  bool is_news = false;
  {
    const std::lock_guard lock(mutex_);
    phase = entry.phase;
    status = entry.status;
    is_news = entry.is_news;
  }
  if (phase == Phase::ended) return finish(entry);
  const bool waits_for_user = status.state == deliver::JobState::canary && status.retrying == 0 &&
                              status.in_flight == 0 && !entry.waits_for_go_on;
  if (waits_for_user) ask_for_go_on(entry);
  const double heartbeat = std::chrono::duration<double>(settings_.heartbeat).count();
  const double time = seconds();
  if (time - entry.beat_at >= (is_news ? heartbeat : quiet_beat_every)) {
    beat(entry, status, phase);
  } else if (was_called || time - entry.looked_at >= look_every) {
    entry.looked_at = time;
    obey(entry, environment_.store.signals(entry.run->claim().lease));
  }
  if (phase == Phase::sending && time - entry.kept_at >= keep_learnt_every) {
    entry.kept_at = time;
    entry.run->keep_learnt_rate(status);
  }
}

void Sending::beat(Entry& entry, const deliver::JobStatus& status, Phase phase) {
  entry.beat_at = entry.looked_at = seconds();
  {
    const std::lock_guard lock(mutex_);
    entry.is_news = false;
  }
  const store::Progress progress = phase == Phase::preparing
                                       ? entry.run->claim().job.progress
                                       : entry.run->progress(status, entry.waits_for_go_on);
  const deliver::Time ours_until = lease_from_now();
  const auto signals = environment_.store.heartbeat(entry.run->claim().lease, progress);
  if (signals) {
    const std::lock_guard lock(mutex_);
    entry.ours_until = ours_until;
  }
  obey(entry, signals);
}

void Sending::obey(Entry& entry, const Result<store::Signals>& signals) {
  if (!signals) {
    const bool is_lost =
        signals.error().code == Errc::conflict || signals.error().code == Errc::not_found;
    // A full disk or a busy database: the lease may yet be kept by a later beat.
    if (!is_lost) return warn(fmt::format("a heartbeat failed: {}", signals.error().message));
    if (entry.lost) return;
    entry.lost = true;
    return command(entry, [](auto& governor, auto key) { governor.cancel(key); });
  }
  if (signals->cancel && !entry.cancelled) {
    entry.cancelled = true;
    command(entry, [](auto& governor, auto key) { governor.cancel(key); });
  }
  if (signals->rate_per_second != entry.rate) {
    entry.rate = signals->rate_per_second;
    command(entry, [rate = entry.rate, clock = environment_.outgoing.clock](
                       auto& governor, auto key) { governor.set_rate(key, rate, clock()); });
  }
  if (signals->pause == entry.paused) return;
  entry.paused = signals->pause;
  if (entry.paused) {
    command(entry, [](auto& governor, auto key) { governor.pause(key); });
    return;
  }
  command(entry, [clock = environment_.outgoing.clock, goes_on = entry.waits_for_go_on](
                     auto& governor, auto key) {
    governor.resume(key, clock());
    if (goes_on) governor.go_on(key);
  });
  entry.waits_for_go_on = false;
}

// The job is paused in the store first: a crash in between asks the user once more, and never goes
// on unasked.
void Sending::ask_for_go_on(Entry& entry) {
  const store::Job& job = entry.run->claim().job;
  const auto paused = environment_.store.pause_job(job.session_id, job.id);
  if (!paused && paused.error().code != Errc::conflict) return;
  entry.waits_for_go_on = entry.paused = true;
  say(fmt::format("job {} waits for \"go on\"", job.id));
  deliver::JobStatus status;
  {
    const std::lock_guard lock(mutex_);
    status = entry.status;
  }
  beat(entry, status, Phase::sending);
}

void Sending::finish(Entry& entry) {
  const auto told = record_end(entry);
  const store::Job& job = entry.run->claim().job;
  if (!told) {
    // Its lease runs out and the job is claimed again.
    warn(fmt::format("the end of job {} could not be recorded: {}", job.id, told.error().message));
  }
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [&](const auto& other) { return other.get() == &entry; });
  }
  notify();
  ended_();
}

Result<void> Sending::record_end(Entry& entry) {
  DeliveryRun& run = *entry.run;
  const store::Lease& lease = run.claim().lease;
  const std::string& id = run.claim().job.id;
  store::Store& store = environment_.store;
  const auto tell = [this](auto call) {
    return patiently(environment_, impatient_.get_token(), std::move(call));
  };
  if (entry.lost) {
    warn(fmt::format("job {} belongs to another worker now", id));
    return {};
  }
  if (entry.failure) {
    warn(fmt::format("job {} cannot be sent: {}", id, reason_for_log(*entry.failure)));
    const std::string why = reason_for_user(*entry.failure);
    return tell([&] { return store.fail(lease, run.claim().job.progress, why); });
  }
  const deliver::JobStatus& status = entry.status;  // published for the last time
  const bool has_begun =
      status.state != deliver::JobState::sending || status.in_flight > 0 || !status.held_by.empty();
  const store::Progress progress =
      has_begun ? run.progress(status, false) : run.claim().job.progress;
  if (has_begun) run.keep_learnt_rate(status);
  if (entry.cancelled) {
    say(fmt::format("job {} was cancelled", id));
    return tell([&] { return store.cancelled(lease, progress); });
  }
  if (run.ledger_failed()) {
    warn(fmt::format("job {}: its outcomes could not be recorded; it goes on later", id));
    const std::lock_guard lock(mutex_);
    no_claim_before_ = seconds() + wait_after_failure;
    return tell([&] { return store.release(lease); });
  }
  switch (status.state) {
    case deliver::JobState::finished: {
      const std::string why = run.why_nothing_arrived(status);
      say(fmt::format("job {} has sent {} records, {} failed", id, status.delivered,
                      progress.failed_webhooks));
      if (!why.empty()) return tell([&] { return store.fail(lease, progress, why); });
      CSVM_TRY(tell([&] { return store.complete(lease, progress, {}); }));
      return {};
    }
    case deliver::JobState::stopped:
      say(fmt::format("job {} was stopped", id));
      return tell([&] { return store.fail(lease, progress, status.stopped_because); });
    default:
      say(fmt::format("job {} goes back to the queue", id));
      return tell([&] { return store.release(lease); });
  }
}

void Sending::say(const std::string& words) const {
  if (environment_.log) environment_.log->info(words);
}
void Sending::warn(const std::string& words) const {
  if (environment_.log) environment_.log->warn(words);
}

}  // namespace csvm::jobs
