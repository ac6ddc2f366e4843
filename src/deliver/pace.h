// pace.h - a token bucket as one point in time: when the next token is due (GCRA).
#pragma once

#include <algorithm>

#include "csvm/deliver.h"

namespace csvm::deliver {

/// Seconds as the clock's duration.
inline Duration seconds(double value) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
}

/// Hands out `rate` tokens a second, evenly. Time lost (a busy loop, a pause of others) is made up
/// for by at most `burst` of tokens; a bucket starts without any. Rate 0: no limit.
class Pace {
 public:
  Pace(double rate, Duration burst, Time now) : rate_(rate), burst_(burst), due_(now) {}

  double rate() const { return rate_; }
  Duration burst() const { return burst_; }
  Time ready_at() const { return rate_ <= 0 ? held_until_ : std::max(due_, held_until_); }
  bool is_ready(Time now) const { return now >= ready_at(); }
  void take(Time now);
  /// What is waited for already is shortened or lengthened in proportion.
  void set_rate(double rate, Time now);
  /// No token before `time`, and none made up for after it.
  void hold_until(Time time);

 private:
  double rate_;
  Duration burst_;
  Time due_;
  Time held_until_ = Time::min();
};

}  // namespace csvm::deliver
