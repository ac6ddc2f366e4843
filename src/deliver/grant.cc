#include "grant.h"

namespace csvm::deliver {
namespace {

constexpr auto free_for = std::chrono::seconds(1);
constexpr auto prefetch = Grant::ahead / 2;
constexpr auto wait_after_failure = std::chrono::milliseconds(200);

}  // namespace

bool Grant::is_ready(Time now) {
  if (now < free_until_) return true;
  free_until_ = Time::min();
  while (!batches_.empty()) {
    Batch& batch = batches_.front();
    if (batch.next + life_ >= now) return batch.next <= now;
    ++unused_;
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

void Grant::receive(const Share& share, Duration life, Time now) {
  is_asked_ = false;
  life_ = std::max<Duration>(life, ahead);
  free_until_ = Time::min();
  if (share.interval.count() == 0) {
    batches_.clear();
    free_until_ = now + free_for;
    ask_at_ = now + free_for / 2;
    return;
  }
  if (share.tokens == 0) {
    ask_at_ = now + std::max<Duration>(share.wait, std::chrono::milliseconds(1));
    return;
  }
  batches_.push_back({now + share.wait, share.interval, share.tokens});
  ask_at_ = now + share.wait + share.interval * (share.tokens - 1) - prefetch;
}

void Grant::fail(Time now) {
  is_asked_ = false;
  ask_at_ = now + wait_after_failure;
}

}  // namespace csvm::deliver
