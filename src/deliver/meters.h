// meters.h - what was measured lately: latencies and rates.
#pragma once

#include <array>

#include "csvm/deliver.h"

namespace csvm::deliver {

/// Percentiles of the last 10 to 20 s, each within 5 %. Constant memory.
class Latencies {
 public:
  void add(Duration latency, Time now);
  /// @param share 0.5 for the median. Zero when nothing was measured.
  Duration percentile(double share) const;

 private:
  static constexpr std::size_t buckets = 320;  // each 5 % wider than the one before, from 10 us
  using Histogram = std::array<std::uint32_t, buckets>;
  Histogram now_{}, before_{};
  Time started_ = Time::min();
};

/// Events a second over the last 5 s, or since the first event if that is later.
class RateMeter {
 public:
  void add(Time now);
  double per_second(Time now) const;

 private:
  static constexpr std::size_t slots = 50;
  static constexpr auto slot_length = std::chrono::milliseconds(100);
  static std::int64_t slot_of(Time time);
  std::array<std::uint32_t, slots> counts_{};
  std::array<std::int64_t, slots> slot_numbers_{};
  std::optional<Time> first_;
};

}  // namespace csvm::deliver
