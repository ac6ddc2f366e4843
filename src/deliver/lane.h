// lane.h - what the governor knows of one destination and of one job.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <queue>
#include <string>
#include <vector>

#include "breaker.h"
#include "ceiling.h"
#include "grant.h"
#include "meters.h"
#include "pace.h"

namespace csvm::deliver {

struct Item {
  std::uint64_t record = 0;
  std::uint16_t attempts = 0;
  std::uint16_t throttled = 0;  // times it was refused only for the rate
  bool unanswered = false;      // one of the attempts may have arrived
  Time due{};
};

struct DueLater {
  bool operator()(const Item& a, const Item& b) const {
    return a.due != b.due ? a.due > b.due : a.record > b.record;
  }
};

struct Lane;

/// A job's way to one of its targets.
struct Channel {
  Lane* lane = nullptr;
  std::priority_queue<Item, std::vector<Item>, DueLater> retries;
};

struct SendingJob {
  JobKey key = 0;
  JobPlan plan;
  Pace pace;
  std::vector<Channel> channels;
  std::deque<Item> fresh;
  std::optional<std::uint64_t> canary_left;
  bool no_more = false, paused = false, cancelled = false;
  std::string stopped_because;
  double served = 0;  // virtual time: the least served job goes first
  std::uint64_t in_flight = 0, retrying = 0;
  std::array<std::uint64_t, 5> outcomes{};
  RateMeter answers;

  SendingJob(JobKey job_key, JobPlan job_plan, Time now)
      : key(job_key),
        plan(std::move(job_plan)),
        pace(plan.rate_per_second, plan.burst, now),
        canary_left(plan.canary) {
    if (canary_left) *canary_left -= std::min(*canary_left, plan.canary_sent);
  }

  bool may_send() const { return !paused && !cancelled && stopped_because.empty(); }
  bool is_finished() const { return no_more && fresh.empty() && retrying == 0 && in_flight == 0; }
  std::uint64_t ended(Outcome outcome) const { return outcomes[static_cast<std::size_t>(outcome)]; }
};

struct Flight {
  SendingJob* job;
  Item item;
  std::uint16_t target;
  Time sent_at;
};

struct Lane {
  std::string url;
  std::vector<SendingJob*> jobs;
  Pace pace;
  Grant grant;  // instead of the pace, where other processes send, too
  Ceiling ceiling;
  Breaker breaker;
  Latencies latencies;
  RateMeter answers;
  Time held_until = Time::min();
  std::string last_failure;                 // in words
  std::map<std::uint64_t, Flight> flights;  // by ticket, hence oldest first
  std::optional<std::uint64_t> quota_left;
  std::uint64_t retrying = 0;
  double served = 0;  // of the job served last
  Duration p90{0};
  Time p90_at = Time::min();

  Lane(std::string lane_url, Duration burst, Time now, const GovernorSettings& settings)
      : url(std::move(lane_url)),
        pace(0, burst, now),
        breaker(settings.failures_to_pause, settings.first_pause, settings.longest_pause) {}

  /// The highest rate that one of the jobs was given; 0: one has no limit.
  double limit() const;
  /// After the learnt ceiling; 0: none.
  double effective_rate() const;
  /// What fair sharing leaves to `job`; 0: no limit.
  double share_of(const SendingJob& job) const;
  std::size_t max_in_flight(const GovernorSettings& settings, Time now);
  bool has_room() const { return !quota_left || *quota_left > flights.size() + retrying; }
  /// Jobs that could send here if the rate allowed.
  std::size_t senders() const;
};

/// What holds the rate of `job` down, in one sentence.
std::string held_by(const SendingJob& job, const Lane& lane, const GovernorSettings& settings,
                    Time now);

}  // namespace csvm::deliver
