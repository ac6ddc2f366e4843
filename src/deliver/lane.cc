#include "lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace csvm::deliver {
namespace {

constexpr double reserve = 1.2;  // on top of Little's law
constexpr auto percentile_age = std::chrono::milliseconds(50);

bool wants_to_send(const SendingJob& job) {
  return job.may_send() && !(job.fresh.empty() && job.retrying == 0 && job.no_more);
}

std::string rate_text(double rate) {
  return rate >= 10 ? fmt::format("{:.0f}/s", rate) : fmt::format("{:.2g}/s", rate);
}

std::string seconds_text(Duration duration) {
  const double value = std::chrono::duration<double>(duration).count();
  return value >= 10 ? fmt::format("{:.0f} s", value) : fmt::format("{:.1f} s", value);
}

}  // namespace

double Lane::limit() const {
  double highest = 0;
  for (const SendingJob* job : jobs) {
    if (!wants_to_send(*job)) continue;
    if (job->plan.rate_per_second <= 0) return 0;
    highest = std::max(highest, job->plan.rate_per_second);
  }
  return highest;
}

double Lane::effective_rate() const {
  const double set = limit();
  const double learnt = ceiling.rate().value_or(0);
  if (set <= 0 || learnt <= 0) return std::max(set, learnt);
  return std::min(set, learnt);
}

std::size_t Lane::senders() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(jobs, [](const SendingJob* job) { return wants_to_send(*job); }));
}

double Lane::share_of(const SendingJob& job) const {
  const double own = job.plan.rate_per_second;
  double left = effective_rate();
  if (left <= 0) return own;
  // Those who want less than an equal share leave the rest to the others.
  std::vector<double> wanted;
  for (const SendingJob* other : jobs) {
    if (other == &job || !wants_to_send(*other)) continue;
    wanted.push_back(other->plan.rate_per_second > 0 ? other->plan.rate_per_second : left);
  }
  std::ranges::sort(wanted);
  std::size_t sharers = wanted.size() + 1;
  for (const double other : wanted) {
    const double equal = left / static_cast<double>(sharers);
    if (other >= equal) break;
    left -= other;
    --sharers;
  }
  const double share = left / static_cast<double>(sharers);
  return own > 0 ? std::min(own, share) : share;
}

std::size_t Lane::max_in_flight(const GovernorSettings& settings, Time now) {
  const double rate = effective_rate();
  if (rate <= 0) return settings.max_in_flight_unlimited;
  if (p90_at == Time::min() || now - p90_at >= percentile_age) {
    p90 = latencies.percentile(0.9);
    p90_at = now;
  }
  // A request that still waits tells as much of the latency as one that was answered.
  Duration latency = p90;
  if (!flights.empty()) latency = std::max(latency, now - flights.begin()->second.sent_at);
  // What was lost to a late loop goes out at once.
  const Duration covered = latency + pace.burst();
  const double needed = std::ceil(rate * std::chrono::duration<double>(covered).count() * reserve);
  return std::min(settings.max_in_flight, static_cast<std::size_t>(needed) + 1);
}

std::string held_by(const SendingJob& job, const Lane& lane, const GovernorSettings& settings,
                    Time now) {
  if (job.is_finished()) return "";
  if (!job.stopped_because.empty()) return job.stopped_because;
  if (job.cancelled) return "cancelled";
  if (job.paused) return "paused";
  if (now >= job.until) return "the store does not answer; sending goes on when it does";
  if (job.canary_left == 0U) {
    return fmt::format("the first {} records are sent; waiting for \"go on\"", *job.plan.canary);
  }
  if (lane.breaker.is_open()) {
    const Time probe = lane.breaker.ready_at();
    const std::string next = probe == Time::max() ? "a probe is under way"
                             : probe <= now       ? "the next probe is due"
                                                  : "next probe in " + seconds_text(probe - now);
    return fmt::format("nothing but failures came back ({}): sending is paused, {}",
                       lane.last_failure, next);
  }
  if (lane.held_until > now) {
    return fmt::format("the receiver asked to wait another {}",
                       seconds_text(lane.held_until - now));
  }
  if (job.no_more && job.fresh.empty() && job.in_flight == 0 && job.retrying > 0) {
    return fmt::format("only retries are left: {} records wait for theirs", job.retrying);
  }
  if (job.retrying >= settings.max_retrying) {
    return fmt::format("{} records wait for a retry; nothing new is sent before", job.retrying);
  }
  const double rate = lane.effective_rate();
  const std::size_t most = rate > 0 ? settings.max_in_flight : settings.max_in_flight_unlimited;
  if (lane.flights.size() >= most && rate > 0) {
    return fmt::format("the receiver's latency: {} requests wait for answers that take {}",
                       lane.flights.size(), seconds_text(lane.latencies.percentile(0.9)));
  }
  const double own = job.plan.rate_per_second;
  const std::size_t others = lane.senders() - (job.may_send() && lane.senders() > 0 ? 1 : 0);
  if (others > 0 && rate > 0 && (own <= 0 || lane.share_of(job) < own)) {
    return fmt::format("{} other job{} to the same URL share{} its {}", others,
                       others == 1 ? "" : "s", others == 1 ? "s" : "", rate_text(rate));
  }
  if (const auto processes = lane.grant.others(); processes > 0 && rate > 0) {
    return fmt::format("jobs of {} other process{} to the same URL share its {}", processes,
                       processes == 1 ? "" : "es", rate_text(rate));
  }
  if (lane.ceiling.rate() && (own <= 0 || *lane.ceiling.rate() < own)) {
    return fmt::format("the receiver refuses more than about {} (learnt from its answers)",
                       rate_text(*lane.ceiling.rate()));
  }
  if (own > 0) return fmt::format("the rate set: {}", rate_text(own));
  return fmt::format(
      "nothing but the receiver: {} requests wait for answers that take {:.0f} ms",
      lane.flights.size(),
      std::chrono::duration<double, std::milli>(lane.latencies.percentile(0.9)).count());
}

}  // namespace csvm::deliver
