// pulse.h - keeps the lease of a running job alive, stores its progress, hears of its end.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "csvm/jobs.h"

namespace csvm::jobs {

/// Beats on a thread of its own from construction to `stop`, so that a stage without progress
/// keeps its lease too.
class Pulse {
 public:
  /// Why the job was asked to stop, if it was.
  enum class End {
    none,
    cancelled,  // by the user
    lost,       // the lease is another's, or the job is gone
    overdue,    // beyond WorkerSettings::job_timeout
    stopping,   // the worker stops
  };

  /// All but `claim.lease` is copied or outlives the pulse.
  Pulse(const Environment& environment, const store::Claim& claim, const WorkerSettings& settings,
        std::stop_token worker_stops);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  /// Stops when the job has to.
  std::stop_token stop_token() const { return stop_job_.get_token(); }
  /// Any thread; the next beat stores it.
  void report(const store::Progress& progress);
  /// The last progress reported.
  store::Progress progress() const;
  /// Ends the beats; why the job was stopped. Idempotent.
  End stop();

 private:
  void beat();
  void end_job(End why);

  const Environment& environment_;
  const store::Lease lease_;
  const WorkerSettings& settings_;
  const double started_;
  std::stop_source stop_job_;
  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  store::Progress progress_;
  End end_ = End::none;
  bool is_over_ = false;
  std::optional<std::stop_callback<std::function<void()>>> on_worker_stop_;
  std::thread thread_;
};

}  // namespace csvm::jobs
