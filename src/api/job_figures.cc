#include "job_figures.h"

#include <algorithm>
#include <utility>

#include "job_json.h"

namespace csvm::api {

namespace {

constexpr std::size_t max_jobs_known = 20'000;
constexpr std::array ends = {store::JobState::completed, store::JobState::failed,
                             store::JobState::cancelled};

prometheus::Gauge& gauge_of(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

double seconds_between(store::Time from, store::Time to) {
  return std::max(0.0, std::chrono::duration<double>(to - from).count());
}

}  // namespace

JobFigures::JobFigures(prometheus::Registry& registry, store::Time started_at)
    : longest_wait_(gauge_of(registry, "csv_merger_jobs_longest_wait_seconds",
                             "Since when the job waits that has waited longest for a worker")),
      sending_(gauge_of(registry, "csv_merger_jobs_sending", "Jobs whose result is delivered")),
      held_(gauge_of(registry, "csv_merger_jobs_held",
                     "Of these, those from whose receiver nothing but failures came back")) {
  jobs_.with([&](Jobs& jobs) { jobs.since = started_at; });
  auto& ended = prometheus::BuildCounter()
                    .Name("csv_merger_jobs_ended_total")
                    .Help("Ends of jobs that this process was told of, of all workers")
                    .Register(registry);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    ended_[i] = &ended.Add({{"state", std::string(store::to_string(ends[i]))}});
  }
  auto& deliveries = prometheus::BuildCounter()
                         .Name("csv_merger_deliveries_total")
                         .Help("Records by what became of them, of all workers")
                         .Register(registry);
  for (std::size_t i = 0; i < outcomes; ++i) {
    const auto word = jobs::delivery_word(static_cast<store::DeliveryState>(i + 1));
    deliveries_[i] = &deliveries.Add({{"outcome", std::string(word)}});
  }
}

void JobFigures::count_end(const store::Job& job, Known& known, store::Time since) {
  if (!store::has_ended(job.state) || !job.ended_at || job.ended_at == known.ended_at) return;
  known.ended_at = job.ended_at;
  if (*job.ended_at < since) return;  // it is only being downloaded
  ended_.at(static_cast<std::size_t>(std::ranges::find(ends, job.state) - ends.begin()))
      ->Increment();
}

void JobFigures::count_outcomes(const jobs::SendingDetails& details, Known& known,
                                bool from_nothing) {
  if (known.series != details.series) {
    known.series = details.series;
    known.counted = {};
  }
  const std::array<std::uint64_t, outcomes> now = {details.delivered, details.rejected,
                                                   details.failed, details.maybe, details.skipped};
  for (std::size_t i = 0; i < outcomes; ++i) {
    const std::uint64_t before = std::exchange(known.counted[i], now[i]);
    // Less: some are sent again.
    if (from_nothing && now[i] > before) {
      deliveries_[i]->Increment(static_cast<double>(now[i] - before));
    }
  }
}

void JobFigures::saw(const store::Job& job, store::Time now) {
  const auto details = details_of(job);
  jobs_.with([&](Jobs& jobs) {
    if (jobs.all.size() >= max_jobs_known && !jobs.all.contains(job.id)) {
      jobs.all.clear();
      jobs.since = now;
    }
    const auto [place, is_new] = jobs.all.try_emplace(job.id);
    Known& known = place->second;
    known.session = job.session_id;
    known.heard_at = now;
    if (job.state != store::JobState::queued) {
      known.queued_since.reset();
    } else if (!known.queued_since) {
      known.queued_since =
          job.phase == store::Phase::merge && job.attempts == 0 ? job.created_at : job.updated_at;
    }
    known.is_sending = job.state == store::JobState::sending;
    known.is_held = known.is_sending && details && details->receiver_is_down;
    count_end(job, known, jobs.since);
    // Of an older job, what was sent before it was heard of is not ours to count.
    if (details) count_outcomes(*details, known, !is_new || job.created_at >= jobs.since);
  });
}

void JobFigures::gone(const std::string& job) {
  jobs_.with([&](Jobs& jobs) { jobs.all.erase(job); });
}

std::vector<JobFigures::Named> JobFigures::unheard_since(store::Time since, std::size_t most) {
  return jobs_.with([&](const Jobs& jobs) {
    std::vector<Named> found;
    for (const auto& [id, known] : jobs.all) {
      if (found.size() == most) break;
      if ((known.queued_since || known.is_sending) && known.heard_at < since) {
        found.push_back({known.session, id});
      }
    }
    return found;
  });
}

void JobFigures::collect(store::Time now, store::Count queued) {
  jobs_.with([&](Jobs& jobs) {
    store::Count waiting = 0, sending = 0, held = 0;
    store::Time first = now;
    for (const auto& [id, known] : jobs.all) {
      if (known.queued_since) {
        ++waiting;
        first = std::min(first, *known.queued_since);
      }
      if (known.is_sending) ++sending;
      if (known.is_held) ++held;
    }
    if (queued <= waiting) jobs.unknown_wait_from.reset();
    if (queued > waiting && !jobs.unknown_wait_from) jobs.unknown_wait_from = now;
    if (jobs.unknown_wait_from) first = std::min(first, *jobs.unknown_wait_from);
    longest_wait_.Set(seconds_between(first, now));
    sending_.Set(static_cast<double>(sending));
    held_.Set(static_cast<double>(held));
  });
}

}  // namespace csvm::api
