#include "grant.h"

#include <algorithm>

namespace csvm::deliver {
namespace {

constexpr auto least_life = std::chrono::milliseconds(10);
constexpr auto free_for = std::chrono::milliseconds(200);
constexpr auto longest_wait = std::chrono::seconds(1);  // others may come to need less
constexpr auto prefetch = Grant::ahead / 2;
constexpr auto wait_after_failure = std::chrono::milliseconds(200);

}  // namespace

bool Grant::is_ready(Time now) {
  if (now < free_until_) return true;
  free_until_ = Time::min();
  while (!batches_.empty()) {
    Batch& batch = batches_.front();
    if (batch.next + batch.life >= now) return batch.next <= now;
    batch.next += batch.interval;
    if (--batch.count == 0) batches_.pop_front();
  }
  return false;
}

void Grant::take() {
  if (batches_.empty()) return;  // no limit
  Batch& batch = batches_.front();
  batch.next += batch.interval;
  if (--batch.count == 0) batches_.pop_front();
}

Time Grant::ready_at() const {
  if (free_until_ != Time::min()) return Time::min();
  if (!batches_.empty()) return batches_.front().next;
  return is_asked_ ? Time::max() : ask_at_;
}

std::pair<std::uint64_t, std::int64_t> Grant::give_back(Time now) {
  if (is_asked_ || batches_.empty()) return {0, 0};  // what comes is given back then
  const Batch last = batches_.back();
  batches_.clear();
  std::uint64_t count = 0;
  for (std::uint64_t i = 0; i < last.count; ++i) {
    if (last.next + last.interval * i > now) ++count;
  }
  return {count, last.grant};
}

void Grant::rate_changed(Time now) {
  free_until_ = Time::min();
  ask_at_ = std::min(ask_at_, now);
  is_outdated_ = is_asked_;
}

void Grant::receive(const Share& share, Duration burst, Time now) {
  is_asked_ = false;
  free_until_ = Time::min();
  const bool is_outdated = std::exchange(is_outdated_, false);
  if (share.interval.count() == 0) {
    batches_.clear();
    if (!is_outdated) free_until_ = now + free_for;
    ask_at_ = is_outdated ? now : now + free_for / 2;
    return;
  }
  if (share.tokens == 0) {
    ask_at_ = std::clamp<Time>(share.first, now + std::chrono::milliseconds(1), now + longest_wait);
    if (is_outdated) ask_at_ = now;
    return;
  }
  const Duration life = std::max<Duration>(burst * 3 / 4 - share.uncertainty, least_life);
  batches_.push_back({share.first, share.interval, share.tokens, life, share.grant});
  ask_at_ = share.first + share.interval * (share.tokens - 1) - prefetch;
}

void Grant::fail(Time now) {
  is_asked_ = false;
  is_outdated_ = false;
  ask_at_ = now + wait_after_failure;
}

}  // namespace csvm::deliver
