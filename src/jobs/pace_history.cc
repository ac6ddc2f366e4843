#include "pace_history.h"

#include <algorithm>
#include <utility>

namespace csvm::jobs {
namespace {

// A latency of 0 is none.
PacePoint average(const PacePoint& a, const PacePoint& b) {
  const double latency = a.latency_p50 == 0 || b.latency_p50 == 0
                             ? std::max(a.latency_p50, b.latency_p50)
                             : (a.latency_p50 + b.latency_p50) / 2;
  return {a.at + (b.at - a.at) / 2, (a.rate + b.rate) / 2, latency};
}

}  // namespace

PaceHistory::PaceHistory(std::vector<PacePoint> points) : points_(std::move(points)) {
  if (points_.size() > most) points_.resize(most);
  // Time in which nobody sent stands between two points; most points have the usual spacing.
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 1; i < points_.size(); ++i)
    gaps.push_back(points_[i].at - points_[i - 1].at);
  if (gaps.empty()) return;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::ranges::nth_element(gaps, middle);
  spacing_ = std::max<std::int64_t>(1, *middle);
}

void PaceHistory::add(const PacePoint& point) {
  if (!points_.empty() && point.at - points_.back().at < spacing_) return;
  points_.push_back(point);
  if (points_.size() <= most) return;
  // The last one stays alone until it has a partner.
  for (std::size_t i = 0; i < most / 2; ++i) {
    points_[i] = average(points_[2 * i], points_[2 * i + 1]);
  }
  points_[most / 2] = points_.back();
  points_.resize(most / 2 + 1);
  spacing_ *= 2;
}

}  // namespace csvm::jobs
