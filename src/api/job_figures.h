// job_figures.h - what becomes of jobs and their deliveries, counted as their changes are told.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "csvm/jobs.h"
#include "csvm/store.h"

namespace csvm::api {

/// Counts every end of a job and every outcome of a record once, however often it is told. What was
/// before its time, and what nobody told, is not counted: each process has figures of its own.
/// Threads: every member from any thread.
class JobFigures {
 public:
  JobFigures(prometheus::Registry& registry, store::Time started_at);

  void saw(const store::Job& job, store::Time now);
  void gone(const std::string& job);  // with its session

  struct Named {
    std::string session, job;
  };
  /// Jobs that wait or send as far as is known, of which nothing was told since.
  std::vector<Named> unheard_since(store::Time since, std::size_t most);
  /// Sets the gauges; so many jobs wait, the store says.
  void collect(store::Time now, store::Count queued);

 private:
  static constexpr std::size_t outcomes = 5;  // as store::DeliveryState, without `pending`
  struct Known {
    std::string session;
    store::Time heard_at;
    std::optional<store::Time> ended_at;      // of the end that was counted
    std::optional<store::Time> queued_since;  // while it waits
    bool is_sending = false, is_held = false;
    std::string series;
    std::array<std::uint64_t, outcomes> counted{};
  };
  struct Jobs {
    std::unordered_map<std::string, Known> all;
    store::Time since;                             // what was earlier may have been counted
    std::optional<store::Time> unknown_wait_from;  // jobs wait that nobody told of
  };
  void count_end(const store::Job& job, Known& known, store::Time since);
  void count_outcomes(const jobs::SendingDetails& details, Known& known, bool from_nothing);

  std::array<prometheus::Counter*, 3> ended_;
  std::array<prometheus::Counter*, outcomes> deliveries_;
  prometheus::Gauge& longest_wait_;
  prometheus::Gauge& sending_;
  prometheus::Gauge& held_;
  Guarded<Jobs> jobs_;
};

}  // namespace csvm::api
