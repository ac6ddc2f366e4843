#include "pulse.h"

#include <spdlog/spdlog.h>

namespace csvm::jobs {

Pulse::Pulse(const Environment& environment, const store::Claim& claim,
             const WorkerSettings& settings, std::stop_token worker_stops)
    : environment_(environment),
      lease_(claim.lease),
      settings_(settings),
      started_(environment.seconds()),
      progress_(claim.job.progress) {
  on_worker_stop_.emplace(std::move(worker_stops),
                          std::function<void()>([this] { end_job(End::stopping); }));
  thread_ = std::thread([this] { beat(); });
}

Pulse::~Pulse() { stop(); }

void Pulse::report(const store::Progress& progress) {
  const std::lock_guard lock(mutex_);
  progress_ = progress;
}

store::Progress Pulse::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

Pulse::End Pulse::stop() {
  on_worker_stop_.reset();
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  return end_;
}

// The first reason counts: what follows from it is none.
void Pulse::end_job(End why) {
  {
    const std::lock_guard lock(mutex_);
    if (end_ == End::none) end_ = why;
  }
  stop_job_.request_stop();
}

void Pulse::beat() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, settings_.heartbeat, [this] { return is_over_; })) {
    const store::Progress now = progress_;
    lock.unlock();
    const auto signals = environment_.store.heartbeat(lease_, now);
    if (signals && signals->cancel) {
      end_job(End::cancelled);
    } else if (!signals && (signals.error().code == Errc::conflict ||
                            signals.error().code == Errc::not_found)) {
      end_job(End::lost);
    } else if (!signals && environment_.log) {
      // A full disk or a busy database: the lease may yet be kept by a later beat.
      environment_.log->warn("a heartbeat failed: {}", signals.error().message);
    }
    const double passed = environment_.seconds() - started_;
    if (passed > static_cast<double>(settings_.job_timeout.count())) end_job(End::overdue);
    lock.lock();
  }
}

}  // namespace csvm::jobs
