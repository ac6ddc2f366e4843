// ceiling.h - the rate that a receiver bears, learnt from its 429s.
#pragma once

#include <deque>
#include <optional>

#include "csvm/deliver.h"

namespace csvm::deliver {

/// Halves the rate when a receiver is overloaded, raises it step by step while it is not, and
/// settles below the rate at which it began to refuse.
///
/// Between two refusals a receiver with a token bucket, or a window, accepted as much as it ever
/// will in that time: what was accepted, by the time, is its limit. A receiver without any reserve
/// accepts less than its limit while we climb; there the last step without a refusal is it. The
/// larger of both is taken, and only the first when the second was refused at once.
///
/// Some receivers refuse a share of the requests at any rate. There a settled rate is refused again
/// and again; then refusals are not heeded for a while, so that the rate does not spiral down.
class Ceiling {
 public:
  std::optional<double> rate() const { return rate_; }

  /// Begins with a rate that was learnt earlier, and probes above it like above one of its own.
  void recall(double learnt, Time now) { settle(learnt, now); }
  /// @param sent_at  requests sent before the last cut say nothing new
  /// @param limit    the rate set, or what was measured when none is set
  void refused(Time sent_at, double limit, Time now);
  void accepted() { ++accepted_; }
  /// Raises the rate when it is time to; drops the ceiling when it reaches `limit` (0: never).
  void advance(double limit, Time now);

 private:
  struct Refusal {
    Time at;
    std::uint64_t accepted, refused;
  };
  std::optional<double> estimate(double refused_rate, Time now);
  void settle(double learnt, Time now);
  void set(double rate, Time next_raise);
  void forget();

  std::optional<double> rate_;
  double clean_ = 0;    // the highest rate that was kept for a step without a refusal
  double settled_ = 0;  // the rate settled at last; 0: none
  bool settled_by_clean_ = false;
  bool searching_ = true;
  unsigned disappointments_ = 0;  // settled rates in a row that were refused, too
  Duration hold_{0};              // before probing above a settled rate; doubles each time
  Duration unheeded_{0};          // as long as refusals are not heeded; doubles each time
  Time heeded_from_ = Time::min();
  Time cut_at_ = Time::min();
  Time raise_at_ = Time::max();
  std::deque<Refusal> refusals_;
  std::uint64_t accepted_ = 0, refused_ = 0;
};

}  // namespace csvm::deliver
