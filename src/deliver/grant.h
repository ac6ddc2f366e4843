// grant.h - tokens that a lane holds of a rate that other processes share.
#pragma once

#include <deque>
#include <utility>

#include "csvm/deliver.h"

namespace csvm::deliver {

/// Tokens come in batches, each token with its time. One that was not spent soon after is given
/// back with the next wish. When whoever has the rate cannot be asked, there are no tokens.
class Grant {
 public:
  /// So early before a token is needed it is asked for.
  static constexpr Duration ahead = std::chrono::milliseconds(100);

  /// False: none is due. Drops those that were not spent in time.
  bool is_ready(Time now);
  void take();
  /// When the next token is due, or, without any, when it may be asked for one; Time::max(): it was
  /// asked for, and the answer is not there.
  Time ready_at() const;
  bool has_tokens() const { return !batches_.empty(); }

  bool may_ask(Time now) const { return !is_asked_ && now >= ask_at_; }
  /// Returns how many were not spent.
  std::uint64_t ask() {
    is_asked_ = true;
    return std::exchange(unused_, 0);
  }
  void receive(const Share& share, Duration life, Time now);
  void fail(Time now);

 private:
  struct Batch {
    Time next;
    Duration interval;
    std::uint64_t count;
  };

  std::deque<Batch> batches_;
  Duration life_ = ahead;
  Time free_until_ = Time::min();  // there is no limit until then
  Time ask_at_ = Time::min();
  bool is_asked_ = false;
  std::uint64_t unused_ = 0;
};

}  // namespace csvm::deliver
