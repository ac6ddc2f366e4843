// breaker.h - stops sending to a receiver from which nothing but failures come, and probes it.
#pragma once

#include <optional>

#include "csvm/deliver.h"

namespace csvm::deliver {

class Breaker {
 public:
  Breaker(unsigned failures_to_pause, Duration first_pause, Duration longest_pause)
      : failures_to_pause_(failures_to_pause),
        first_pause_(first_pause),
        longest_pause_(longest_pause) {}

  bool is_open() const { return open_since_.has_value(); }
  std::optional<Time> open_since() const { return open_since_; }
  /// When the next request may go; a probe when open, and only while no other is under way.
  Time ready_at() const;
  void sent() { probing_ = is_open(); }
  /// The destination lives: it took a record, or judged one.
  void closes();
  void failed(Time now);
  /// The probe ended in a way that says neither (it was throttled).
  void undecided(Time now);

 private:
  unsigned failures_to_pause_;
  Duration first_pause_, longest_pause_;
  unsigned failures_ = 0;  // in a row
  Duration pause_{0};
  Time probe_at_{};
  bool probing_ = false;
  std::optional<Time> open_since_;
};

}  // namespace csvm::deliver
