#include "grant.h"

namespace csvm::deliver {
namespace {

constexpr auto least_life = std::chrono::milliseconds(10);
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

std::uint64_t Grant::give_back(Time now) {
  if (is_asked_) return 0;  // what comes is given back then
  std::uint64_t count = 0;
  for (const Batch& batch : batches_) {
    for (std::uint64_t i = 0; i < batch.count; ++i) {
      if (batch.next + batch.interval * i > now) ++count;
    }
  }
  batches_.clear();
  return count;
}

void Grant::receive(const Share& share, Duration burst, Time now) {
  is_asked_ = false;
  others_ = share.others;
  life_ = std::max<Duration>(burst / 2, least_life);
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
