#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <tuple>

#include "lane.h"

namespace csvm::deliver {
namespace {

constexpr std::size_t few_records = 512;       // then a job wants more
constexpr std::uint16_t most_throttled = 100;  // then a 429 counts as a failed attempt
constexpr std::uint64_t most_tokens = 1000;    // asked for at once
constexpr std::uint64_t fewest_to_judge = 20;  // before a share of failures says anything
constexpr auto look_again =
    std::chrono::milliseconds(5);  // when more may be in flight by age alone

// Whether a final 4xx is about the record: then the destination lives, whatever comes of the next.
// Not so where it lets nobody in, or where no request got out.
bool is_about_the_record(const Answer& answer) {
  return answer.verdict == Verdict::rejected && answer.status != 0 && answer.status != 401 &&
         answer.status != 403 && answer.status != 407;
}

}  // namespace

class Governor::State {
 public:
  State(GovernorSettings settings, std::uint64_t seed) : settings_(settings), random_(seed) {}

  SendingJob& job(JobKey key) const { return *jobs_.at(key); }

  void add(JobKey key, JobPlan plan, Time now) {
    assert(!plan.targets.empty() && !jobs_.contains(key));
    auto& added = *(jobs_[key] = std::make_unique<SendingJob>(key, std::move(plan), now));
    for (const Target& target : added.plan.targets) {
      Lane& lane = lane_of(target, added.plan.burst, now);
      if (target.quota_left) {
        lane.quota_left =
            std::min(lane.quota_left.value_or(*target.quota_left), *target.quota_left);
      }
      if (std::ranges::find(lane.jobs, &added) == lane.jobs.end()) lane.jobs.push_back(&added);
      added.channels.push_back({&lane, {}});
    }
  }

  void remove(JobKey key) {
    SendingJob& gone = job(key);
    assert(gone.in_flight == 0);
    for (Channel& channel : gone.channels) {
      channel.lane->retrying -= channel.retries.size();
      std::erase(channel.lane->jobs, &gone);
    }
    jobs_.erase(key);
    std::erase_if(lanes_, [](const auto& lane) { return lane->jobs.empty(); });
  }

  std::optional<Dispatch> next(Time now) {
    if (auto skipped = next_skip()) return skipped;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      Lane& lane = *lanes_[(first_lane_ + i) % lanes_.size()];
      if (!may_send(lane, now)) continue;
      if (auto dispatch = send_on(lane, now)) {
        first_lane_ = (first_lane_ + i + 1) % lanes_.size();
        return dispatch;
      }
    }
    return std::nullopt;
  }

  Time wake_at(Time now) const {
    Time earliest = Time::max();
    for (const auto& lane : lanes_) {
      const Time due = settings_.shared ? lane->grant.ready_at() : lane->pace.ready_at();
      Time lane_ready = std::max({lane->breaker.ready_at(), lane->held_until, due, now});
      // Without a token, one is asked for before it is needed.
      const Duration early =
          settings_.shared && !lane->grant.has_tokens() ? Grant::ahead : Duration{0};
      if (lane_ready == Time::max()) continue;
      if (lane->flights.size() >= lane->max_in_flight(settings_, now)) {
        const bool by_age =
            lane->effective_rate() > 0 && lane->flights.size() < settings_.max_in_flight;
        if (!by_age) continue;
        lane_ready = std::max(lane_ready, now + look_again);
      }
      for (const SendingJob* sender : lane->jobs) {
        if (now >= sender->until) continue;
        const Time job_ready = ready_at(*sender, *lane);
        if (job_ready == Time::max()) continue;
        const Time sender_ready = std::max(job_ready, sender->pace.ready_at());
        earliest = std::min(earliest, sender_ready < now + early
                                          ? lane_ready
                                          : std::max(lane_ready, sender_ready - early));
      }
    }
    return earliest;
  }

  std::vector<ShareWish> wishes(Time now) {
    std::vector<ShareWish> all;
    for (const auto& lane : lanes_) {
      const Time soon = now + Grant::ahead;
      const bool is_held = lane->breaker.ready_at() > soon || lane->held_until > soon;
      ShareWish wish;
      for (const SendingJob* sender : lane->jobs) {
        if (is_held || now >= sender->until ||
            std::max(ready_at(*sender, *lane), sender->pace.ready_at()) > soon) {
          continue;
        }
        wish.tokens += sender->fresh.size() + sender->retrying;
      }
      if (wish.tokens == 0) std::tie(wish.unused, wish.unused_of) = lane->grant.give_back(now);
      if (wish.unused == 0 && (wish.tokens == 0 || !lane->grant.may_ask(now))) continue;
      wish.url = lane->url;
      wish.limit = lane->limit();
      wish.ceiling = lane->ceiling.rate().value_or(0);
      wish.burst = std::chrono::duration_cast<std::chrono::milliseconds>(lane->pace.burst());
      wish.tokens = std::min<std::uint64_t>(wish.tokens, most_tokens);
      lane->grant.ask();
      all.push_back(std::move(wish));
    }
    return all;
  }

  void granted(std::string_view url, const Result<Share>& share, Time now) {
    const auto found = std::ranges::find(lanes_, url, [](const auto& lane) { return lane->url; });
    if (found == lanes_.end()) return;  // its last job has left
    Lane& lane = **found;
    if (share) {
      lane.grant.receive(*share, lane.pace.burst(), now);
    } else {
      lane.grant.fail(now);
    }
  }

  Settled ended(const Dispatch& dispatch, const Answer& answer, Time now) {
    SendingJob& owner = job(dispatch.job);
    Lane& lane = *owner.channels[dispatch.target].lane;
    const auto found = lane.flights.find(dispatch.ticket);
    assert(found != lane.flights.end());
    const Flight flight = found->second;
    lane.flights.erase(found);
    --owner.in_flight;
    owner.answers.add(now);
    lane.answers.add(now);
    if (answer.status != 0 || answer.verdict == Verdict::unanswered) {
      lane.latencies.add(answer.latency, now);
    }
    learn(lane, owner, flight, answer, now);
    return settle(owner, lane, flight, answer, now);
  }

  void offer(JobKey key, std::span<const Pending> records) {
    SendingJob& taker = job(key);
    for (const Pending& pending : records) {
      Item item;
      item.record = pending.record;
      item.attempts = pending.attempts;
      taker.fresh.push_back(item);
    }
  }

  void set_rate(JobKey key, double rate, Time now) {
    SendingJob& changed = job(key);
    changed.plan.rate_per_second = rate;
    changed.pace.set_rate(rate, now);
    for (Channel& channel : changed.channels) {
      channel.lane->pace.set_rate(channel.lane->effective_rate(), now);
      channel.lane->grant.rate_changed(now);
    }
  }

  void resume(JobKey key, Time now) {
    SendingJob& resumed = job(key);
    if (!resumed.paused) return;
    resumed.paused = false;
    resumed.pace.hold_until(now);  // nothing is made up for
    for (Channel& channel : resumed.channels) channel.lane->pace.hold_until(now);
  }

  JobStatus status(JobKey key, Time now) const {
    const SendingJob& of = job(key);
    const std::size_t target = current_channel(of);
    const Lane& lane = *of.channels[target].lane;
    JobStatus status;
    status.target = static_cast<std::uint16_t>(target);
    status.learnt_rate = lane.ceiling.rate();
    status.state = !of.stopped_because.empty() ? JobState::stopped
                   : of.cancelled              ? JobState::cancelled
                   : of.is_finished()          ? JobState::finished
                   : of.paused                 ? JobState::paused
                   : of.canary_left == 0U      ? JobState::canary
                                               : JobState::sending;
    status.delivered = of.ended(Outcome::delivered);
    status.rejected = of.ended(Outcome::rejected);
    status.failed = of.ended(Outcome::failed);
    status.maybe = of.ended(Outcome::maybe);
    status.skipped = of.ended(Outcome::skipped);
    status.retrying = of.retrying;
    status.in_flight = of.in_flight;
    status.current_rate = of.answers.per_second(now);
    status.rate_per_second = of.plan.rate_per_second;
    status.effective_rate_limit = lane.share_of(of);
    status.latency_p50 = lane.latencies.percentile(0.5);
    status.latency_p90 = lane.latencies.percentile(0.9);
    status.latency_p99 = lane.latencies.percentile(0.99);
    status.held_by = held_by(of, lane, settings_, now);
    status.receiver_is_down = status.state == JobState::sending && lane.breaker.is_open();
    status.stopped_because = of.stopped_because;
    return status;
  }

 private:
  Lane& lane_of(const Target& target, Duration burst, Time now) {
    const auto found =
        std::ranges::find_if(lanes_, [&](const auto& lane) { return lane->url == target.url; });
    if (found != lanes_.end()) return **found;
    const Duration most = std::clamp<Duration>(burst, Duration{0}, std::chrono::seconds(1));
    lanes_.push_back(std::make_unique<Lane>(target.url, most, now, settings_));
    if (target.learnt_rate) lanes_.back()->ceiling.recall(*target.learnt_rate, now);
    return *lanes_.back();
  }

  // The first target that takes a new record, else the last.
  static std::size_t current_channel(const SendingJob& of) {
    for (std::size_t i = 0; i < of.channels.size(); ++i) {
      if (of.channels[i].lane->has_room()) return i;
    }
    return of.channels.size() - 1;
  }

  bool has_fresh_for(const SendingJob& sender, const Lane& lane) const {
    if (sender.fresh.empty() || sender.canary_left == 0U) return false;
    if (sender.retrying >= settings_.max_retrying) return false;
    const Channel& channel = sender.channels[current_channel(sender)];
    return channel.lane == &lane && lane.has_room();
  }

  Time ready_at(const SendingJob& sender, const Lane& lane) const {
    if (!sender.may_send()) return Time::max();
    if (has_fresh_for(sender, lane)) return Time::min();
    Time earliest = Time::max();
    for (const Channel& channel : sender.channels) {
      if (channel.lane != &lane || channel.retries.empty()) continue;
      earliest = std::min(earliest, channel.retries.top().due);
    }
    return earliest;
  }

  std::optional<Dispatch> next_skip() {
    for (auto& [key, sender] : jobs_) {
      if (sender->fresh.empty() || !sender->may_send()) continue;
      const bool all_used_up = std::ranges::all_of(
          sender->channels, [](const Channel& channel) { return channel.lane->quota_left == 0U; });
      if (!all_used_up) continue;
      Dispatch dispatch;
      dispatch.job = key;
      dispatch.record = sender->fresh.front().record;
      dispatch.attempts = sender->fresh.front().attempts;
      dispatch.skip = true;
      sender->fresh.pop_front();
      ++sender->outcomes[static_cast<std::size_t>(Outcome::skipped)];
      return dispatch;
    }
    return std::nullopt;
  }

  bool may_send(Lane& lane, Time now) {
    lane.ceiling.advance(lane.limit(), now);
    lane.pace.set_rate(lane.effective_rate(), now);
    give_up(lane, now);
    const bool is_due = settings_.shared ? lane.grant.is_ready(now) : lane.pace.is_ready(now);
    return lane.breaker.ready_at() <= now && lane.held_until <= now && is_due &&
           lane.flights.size() < lane.max_in_flight(settings_, now);
  }

  void give_up(Lane& lane, Time now) {
    const auto since = lane.breaker.open_since();
    if (!since || now - *since < settings_.give_up_after) return;
    for (SendingJob* stopped : lane.jobs) {
      stop(*stopped,
           fmt::format("nothing but failures came back for {} minutes; the last: {}",
                       std::chrono::duration_cast<std::chrono::minutes>(now - *since).count(),
                       lane.last_failure));
    }
  }

  static void stop(SendingJob& stopped, std::string why) {
    if (stopped.stopped_because.empty()) stopped.stopped_because = std::move(why);
  }

  std::optional<Dispatch> send_on(Lane& lane, Time now) {
    SendingJob* chosen = nullptr;
    for (SendingJob* sender : lane.jobs) {
      if (now >= sender->until || !sender->pace.is_ready(now) || ready_at(*sender, lane) > now) {
        continue;
      }
      // Who was idle gets no arrears.
      sender->served = std::max(sender->served, lane.served - 1);
      if (chosen == nullptr || sender->served < chosen->served) chosen = sender;
    }
    if (chosen == nullptr) return std::nullopt;
    lane.served = chosen->served;
    chosen->served += 1;
    return dispatch(*chosen, lane, now);
  }

  Dispatch dispatch(SendingJob& sender, Lane& lane, Time now) {
    Item item;
    std::size_t target = current_channel(sender);
    bool is_retry = false;
    for (std::size_t i = 0; i < sender.channels.size() && !is_retry; ++i) {
      Channel& channel = sender.channels[i];
      if (channel.lane != &lane || channel.retries.empty()) continue;
      if (channel.retries.top().due > now) continue;
      item = channel.retries.top();
      channel.retries.pop();
      --lane.retrying;
      --sender.retrying;
      target = i;
      is_retry = true;
    }
    if (!is_retry) {
      item = sender.fresh.front();
      sender.fresh.pop_front();
      if (sender.canary_left) --*sender.canary_left;
    }
    sender.pace.take(now);
    lane.pace.take(now);
    lane.grant.take();
    lane.breaker.sent();
    ++sender.in_flight;
    Dispatch sent;
    sent.job = sender.key;
    sent.record = item.record;
    sent.attempts = item.attempts;
    sent.target = static_cast<std::uint16_t>(target);
    sent.ticket = ++last_ticket_;
    lane.flights.emplace(sent.ticket, Flight{&sender, item, sent.target, now});
    return sent;
  }

  // What the answer says of the destination.
  void learn(Lane& lane, const SendingJob& owner, const Flight& flight, const Answer& answer,
             Time now) {
    if (answer.overloaded) {
      const double limit = lane.limit();
      lane.ceiling.refused(flight.sent_at, limit > 0 ? limit : lane.answers.per_second(now), now);
    } else if (answer.verdict == Verdict::delivered) {
      lane.ceiling.accepted();
    }
    if (answer.hold) {
      const Duration hold = std::min<Duration>(*answer.hold, owner.plan.retry.longest_hold);
      lane.held_until = std::max(lane.held_until, now + hold);
      lane.pace.hold_until(lane.held_until);
    }
    if (answer.verdict == Verdict::delivered || is_about_the_record(answer)) {
      lane.breaker.closes();
    } else if (answer.verdict == Verdict::throttled) {
      lane.breaker.undecided(now);
    } else {
      lane.breaker.failed(now);
      lane.last_failure =
          answer.status != 0 ? fmt::format("the receiver answered {}", answer.status) : answer.text;
    }
  }

  Settled settle(SendingJob& owner, Lane& lane, const Flight& flight, const Answer& answer,
                 Time now) {
    Item item = flight.item;
    const bool only_the_rate =
        answer.verdict == Verdict::throttled && item.throttled < most_throttled;
    if (only_the_rate) {
      ++item.throttled;
    } else {
      ++item.attempts;
    }
    item.unanswered = item.unanswered || answer.verdict == Verdict::unanswered;
    Settled settled;
    settled.attempts = item.attempts;
    if (answer.verdict == Verdict::delivered) {
      settled.outcome = Outcome::delivered;
    } else if (answer.verdict == Verdict::rejected || answer.verdict == Verdict::gone) {
      settled.outcome = Outcome::rejected;
    } else if (!only_the_rate) {
      const auto wait = next_wait(owner.plan.retry, item.attempts, random_);
      if (!wait) settled.outcome = item.unanswered ? Outcome::maybe : Outcome::failed;
      settled.wait = wait.value_or(Duration{0});
    }
    if (settled.outcome) {
      end(owner, lane, *settled.outcome);
      if (answer.verdict == Verdict::gone) {
        stop(owner, "the receiver says that this URL is gone for good (410)");
      }
      return settled;
    }
    if (owner.cancelled || !owner.stopped_because.empty()) return settled;
    item.due = now + settled.wait;
    owner.channels[flight.target].retries.push(item);
    ++owner.retrying;
    ++lane.retrying;
    settled.again = true;
    return settled;
  }

  static void end(SendingJob& owner, Lane& lane, Outcome outcome) {
    ++owner.outcomes[static_cast<std::size_t>(outcome)];
    const bool taken = outcome == Outcome::delivered || outcome == Outcome::maybe;
    if (taken && lane.quota_left && *lane.quota_left > 0) --*lane.quota_left;
    if (!owner.plan.stop_above_failed_share) return;
    const std::uint64_t bad =
        owner.ended(Outcome::rejected) + owner.ended(Outcome::failed) + owner.ended(Outcome::maybe);
    const std::uint64_t all = bad + owner.ended(Outcome::delivered);
    if (all < fewest_to_judge) return;
    const double share = static_cast<double>(bad) / static_cast<double>(all);
    if (share > *owner.plan.stop_above_failed_share) {
      stop(owner, fmt::format("{} of {} records were not delivered, more than the {:g} % allowed",
                              bad, all, *owner.plan.stop_above_failed_share * 100));
    }
  }

  GovernorSettings settings_;
  std::mt19937_64 random_;
  std::map<JobKey, std::unique_ptr<SendingJob>> jobs_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t first_lane_ = 0;
  std::uint64_t last_ticket_ = 0;
  friend class Governor;
};

Governor::Governor(GovernorSettings settings, std::uint64_t seed)
    : state_(std::make_unique<State>(settings, seed)) {}
Governor::~Governor() = default;
Governor::Governor(Governor&&) noexcept = default;
Governor& Governor::operator=(Governor&&) noexcept = default;

void Governor::add(JobKey job, JobPlan plan, Time now) { state_->add(job, std::move(plan), now); }
void Governor::remove(JobKey job) { state_->remove(job); }
bool Governor::wants_more(JobKey job) const {
  const SendingJob& of = state_->job(job);
  return !of.no_more && of.fresh.size() < few_records && !of.cancelled &&
         of.stopped_because.empty();
}
void Governor::offer(JobKey job, std::span<const Pending> records) { state_->offer(job, records); }
void Governor::no_more(JobKey job) { state_->job(job).no_more = true; }
void Governor::count(JobKey job, Outcome outcome, std::uint64_t records) {
  state_->job(job).outcomes[static_cast<std::size_t>(outcome)] += records;
}
std::optional<Dispatch> Governor::next(Time now) { return state_->next(now); }
Time Governor::wake_at(Time now) const { return state_->wake_at(now); }
std::vector<ShareWish> Governor::wishes(Time now) {
  return state_->settings_.shared ? state_->wishes(now) : std::vector<ShareWish>();
}
void Governor::granted(std::string_view url, const Result<Share>& share, Time now) {
  state_->granted(url, share, now);
}
Settled Governor::ended(const Dispatch& dispatch, const Answer& answer, Time now) {
  return state_->ended(dispatch, answer, now);
}
void Governor::set_rate(JobKey job, double rate_per_second, Time now) {
  state_->set_rate(job, rate_per_second, now);
}
void Governor::pause(JobKey job) { state_->job(job).paused = true; }
void Governor::resume(JobKey job, Time now) { state_->resume(job, now); }
void Governor::cancel(JobKey job) { state_->job(job).cancelled = true; }
void Governor::go_on(JobKey job) { state_->job(job).canary_left.reset(); }
void Governor::send_until(JobKey job, Time time) { state_->job(job).until = time; }
JobStatus Governor::status(JobKey job, Time now) const { return state_->status(job, now); }

}  // namespace csvm::deliver
