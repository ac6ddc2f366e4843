#include "breaker.h"

#include <algorithm>

namespace csvm::deliver {

Time Breaker::ready_at() const {
  if (!open_since_) return Time::min();
  return probing_ ? Time::max() : probe_at_;
}

void Breaker::closes() {
  failures_ = 0;
  pause_ = Duration{0};
  probing_ = false;
  open_since_.reset();
}

void Breaker::failed(Time now) {
  ++failures_;
  if (open_since_) {
    // Answers to requests from before the pause say nothing about the probe.
    if (!probing_) return;
    pause_ = std::min(pause_ * 2, longest_pause_);
  } else {
    if (failures_ < failures_to_pause_) return;
    open_since_ = now;
    pause_ = first_pause_;
  }
  probing_ = false;
  probe_at_ = now + pause_;
}

void Breaker::undecided(Time now) {
  if (!probing_) return;
  probing_ = false;
  probe_at_ = now + pause_;
}

}  // namespace csvm::deliver
