// pace_history.h - how fast a delivery went since it began, in a bounded number of points.
#pragma once

#include <cstdint>
#include <vector>

#include "csvm/jobs.h"

namespace csvm::jobs {

/// A point a second; of a long delivery fewer, each the average of its time. Threads: one at a
/// time.
class PaceHistory {
 public:
  static constexpr std::size_t most = 240;

  PaceHistory() = default;
  /// Goes on after points that an earlier one had.
  explicit PaceHistory(std::vector<PacePoint> points);

  /// Adds a point, unless it comes sooner than the spacing of the others.
  void add(const PacePoint& point);
  const std::vector<PacePoint>& points() const { return points_; }

 private:
  std::vector<PacePoint> points_;
  std::int64_t spacing_ = 1;  // seconds
};

}  // namespace csvm::jobs
