// patience.h - what a worker has to tell the store is told once the store is back.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "csvm/jobs.h"

namespace csvm::jobs {

/// The store, disk or bucket is away, or did not answer; it may be back soon.
inline bool is_away(const Error& error) {
  return error.code == Errc::io || error.code == Errc::timeout;
}

/// Does `call` again while the store is away, for as long as the environment says and nobody stops
/// it. What was done although no answer came is done twice: a second report of a lease's end is
/// refused with `conflict`.
template <class Call>
auto patiently(const Environment& environment, const std::stop_token& stop, Call call) {
  constexpr auto pause = std::chrono::milliseconds(100);
  const double until =
      environment.seconds() + std::chrono::duration<double>(environment.store_patience).count();
  std::mutex mutex;
  std::condition_variable_any stopped;
  for (;;) {
    auto result = call();
    if (result || !is_away(result.error()) || environment.seconds() >= until) return result;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, pause, [] { return false; });
    if (stop.stop_requested()) return result;
  }
}

}  // namespace csvm::jobs
