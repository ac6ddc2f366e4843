// grant.h - tokens that a lane holds of a rate that other processes share.
#pragma once

#include <deque>
#include <utility>

#include "csvm/deliver.h"

namespace csvm::deliver {

/// Tokens come in batches, each token with its time. One that was not spent soon after is lost, as
/// with Pace: made up for later, it would be one too many in its second. So whoever has a token,
/// and however late the answer with it came, it is spent in the same few moments. When whoever has
/// the rate cannot be asked, there are no tokens.
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
  void ask() { is_asked_ = true; }
  /// Nothing is to be sent: returns how many tokens of the last grant are not due yet, and which
  /// grant that is; has none any more.
  std::pair<std::uint64_t, std::int64_t> give_back(Time now);
  /// A job has another rate now: asks anew at once, and heeds no "no limit" from before.
  void rate_changed(Time now);
  /// @param burst  that no second may exceed the rate by: three quarters of it are for lateness
  ///               here, the rest for that on the way
  void receive(const Share& share, Duration burst, Time now);
  void fail(Time now);

 private:
  struct Batch {
    Time next;
    Duration interval;
    std::uint64_t count;
    Duration life;
    std::int64_t grant;
  };

  std::deque<Batch> batches_;
  Time free_until_ = Time::min();  // there is no limit until then
  Time ask_at_ = Time::min();
  bool is_asked_ = false;
  bool is_outdated_ = false;  // what was asked
};

}  // namespace csvm::deliver
