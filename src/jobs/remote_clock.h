// remote_clock.h - what our clock says when that of another machine says something.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "csvm/deliver.h"

namespace csvm::jobs {

/// Learns from answers that say what the other clock was at, some time between question and answer:
/// how long that took bounds how wrong we can be, and the quickest answer counts for the later
/// ones, as long as clocks go nearly alike. A clock that was set is believed at its first answer.
class RemoteClock {
 public:
  void compare(deliver::Time asked, std::chrono::microseconds theirs, deliver::Time answered) {
    Bounds now{theirs - answered.time_since_epoch(), theirs - asked.time_since_epoch()};
    if (bounds_) {
      const deliver::Duration drift = (answered - compared_at_) / part_of_drift;
      const Bounds both{std::max(now.least, bounds_->least - drift),
                        std::min(now.most, bounds_->most + drift)};
      if (both.least <= both.most) now = both;
    }
    bounds_ = now;
    compared_at_ = answered;
  }

  /// The latest that ours may be at then. Only after a comparison.
  deliver::Time latest(std::chrono::microseconds theirs) const {
    return deliver::Time(theirs - bounds_->least);
  }
  deliver::Duration uncertainty() const { return bounds_->most - bounds_->least; }

 private:
  static constexpr int part_of_drift = 1000;  // twice what a clock is slewed at
  struct Bounds {                             // of theirs - ours
    deliver::Duration least, most;
  };
  std::optional<Bounds> bounds_;
  deliver::Time compared_at_{};
};

}  // namespace csvm::jobs
