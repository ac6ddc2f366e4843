#include "simulation.h"

#include <algorithm>

namespace csvm::deliver::testing {

void Simulation::add_job(JobKey job, JobPlan plan, std::uint64_t records) {
  Source& source = sources_[job];
  source.records = records;
  for (const Target& target : plan.targets) source.urls.push_back(target.url);
  governor.add(job, std::move(plan), now);
}

void Simulation::at(Duration at, std::function<void()> action) {
  due_.emplace(start + at, std::move(action));
}

void Simulation::feed() {
  for (auto& [job, source] : sources_) {
    while (governor.wants_more(job)) {
      if (source.given == source.records) {
        governor.no_more(job);
        break;
      }
      governor.offer(job, std::vector<Pending>{{source.given++, 0}});
    }
  }
}

void Simulation::send_all() {
  while (const auto dispatch = governor.next(now)) {
    if (dispatch->skip) {
      skipped.push_back(dispatch->record);
      feed();
      continue;
    }
    const std::string& url = sources_.at(dispatch->job).urls.at(dispatch->target);
    Arrival arrival{now, dispatch->job, dispatch->record, dispatch->attempts + 1U, 0};
    const Answer answer = receivers_.at(url)(arrival);
    arrival.status = answer.status;
    arrivals_[url].push_back(arrival);
    most_in_flight_[url] = std::max(most_in_flight_[url], ++in_flight_[url]);
    due_.emplace(now + answer.latency, [this, dispatch = *dispatch, answer, url] {
      --in_flight_[url];
      settled[{dispatch.job, dispatch.record}] = governor.ended(dispatch, answer, now);
    });
    feed();
  }
}

void Simulation::handle_due() {
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto action = due_.begin()->second;
    due_.erase(due_.begin());
    action();
  }
}

void Simulation::run_for(Duration length) {
  const Time end = now + length;
  while (true) {
    handle_due();
    feed();
    send_all();
    Time next = std::min(end, governor.wake_at(now));
    if (!due_.empty()) next = std::min(next, due_.begin()->first);
    if (next >= end) break;
    now = std::max(next, now + std::chrono::nanoseconds(1));
  }
  now = end;
}

void Simulation::run_for_in_steps(Duration length, Duration step) {
  for (const Time end = now + length; now < end; now += step) {
    handle_due();
    feed();
    send_all();
  }
}

std::vector<Arrival> Simulation::arrivals(const std::string& url, Duration from,
                                          Duration until) const {
  std::vector<Arrival> chosen;
  const auto found = arrivals_.find(url);
  if (found == arrivals_.end()) return chosen;
  std::ranges::copy_if(found->second, std::back_inserter(chosen), [&](const Arrival& arrival) {
    return arrival.at - start >= from && arrival.at - start < until;
  });
  return chosen;
}

std::size_t Simulation::most_in_any_second(const std::vector<Arrival>& arrivals) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < arrivals.size(); ++last) {
    while (arrivals[last].at - arrivals[first].at >= std::chrono::seconds(1)) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

Answer answer_of(int status, Duration latency) {
  fetch::Response response;
  response.ending = fetch::Ending::answered;
  response.status = status;
  response.latency = std::chrono::duration_cast<std::chrono::microseconds>(latency);
  return judge(response, {});
}

Simulation::Receiver answering(Duration latency) {
  return [latency](const Arrival&) { return answer_of(200, latency); };
}

Answer LimitedReceiver::operator()(const Arrival& arrival) {
  if (last) {
    tokens += std::chrono::duration<double>(arrival.at - *last).count() * rate;
    tokens = std::min(tokens, burst);
  }
  last = arrival.at;
  // A token is there when all but a rounding error of it is.
  if (tokens >= 1 - 1e-6) {
    tokens -= 1;
    return answer_of(200, latency);
  }
  Answer answer = answer_of(429, latency);
  answer.hold = retry_after;
  return answer;
}

}  // namespace csvm::deliver::testing
