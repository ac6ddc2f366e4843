#include "meters.h"

#include <algorithm>
#include <cmath>

namespace csvm::deliver {
namespace {

constexpr auto window = std::chrono::seconds(10);
constexpr double smallest_us = 10;
constexpr double growth = 1.05;

}  // namespace

void Latencies::add(Duration latency, Time now) {
  if (started_ == Time::min()) started_ = now;
  if (now - started_ >= window) {
    before_ = now - started_ >= 2 * window ? Histogram{} : now_;
    now_ = {};
    started_ = now;
  }
  const double us = std::chrono::duration<double, std::micro>(latency).count();
  const double position = us <= smallest_us ? 0 : std::log(us / smallest_us) / std::log(growth);
  ++now_[std::min(static_cast<std::size_t>(position), buckets - 1)];
}

Duration Latencies::percentile(double share) const {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < buckets; ++i) total += now_[i] + before_[i];
  if (total == 0) return Duration{0};
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total)));
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  for (; bucket < buckets - 1; ++bucket) {
    seen += now_[bucket] + before_[bucket];
    if (seen >= wanted) break;
  }
  const double us = smallest_us * std::pow(growth, static_cast<double>(bucket) + 0.5);
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::micro>(us));
}

std::int64_t RateMeter::slot_of(Time time) { return time.time_since_epoch() / slot_length; }

void RateMeter::add(Time now) {
  if (!first_) first_ = now;
  const std::int64_t slot = slot_of(now);
  const auto index = static_cast<std::size_t>(slot) % slots;
  if (slot_numbers_[index] != slot) counts_[index] = 0;
  slot_numbers_[index] = slot;
  ++counts_[index];
}

double RateMeter::per_second(Time now) const {
  if (!first_) return 0;
  const std::int64_t slot = slot_of(now);
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < slots; ++i) {
    const std::int64_t age = slot - slot_numbers_[i];
    if (age >= 0 && age < static_cast<std::int64_t>(slots)) count += counts_[i];
  }
  const double known = std::chrono::duration<double>(now - *first_).count();
  return static_cast<double>(count) / std::clamp(known, 1.0, 5.0);
}

}  // namespace csvm::deliver
