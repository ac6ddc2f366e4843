// in_order.h - tasks that run in parallel and whose results are taken in turn.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "csvm/base.h"

namespace csvm::pipeline {

/// Results for each thread that may lie ahead of their turn: a few even out blocks that take
/// longer.
inline constexpr std::size_t results_ahead = 2;

/// Takes results 0, 1, 2, ... one after the other, however their tasks end. Works with
/// `run_parallel`, which starts tasks in rising order. Nobody waits for those before: a result that
/// comes early lies here until its turn, and the task that brings the one before takes both.
template <class T>
class InOrder {
 public:
  using Take = std::function<Result<void>(T& result)>;

  /// @param most  so many results may lie here; with more a task waits for its turn, so that one
  ///              slow block does not fill the memory
  /// @param take  called by one task at a time
  InOrder(std::size_t most, Take take) : most_(most), take_(std::move(take)) {}

  /// One task. If it ends before `hand_over`, those after it are told that the run failed; those
  /// before it go on, so that the first failure in order is the one reported.
  class Task {
   public:
    T result;  // as an earlier one was left, to use its memory again

    Task(InOrder& order, std::size_t number)
        : result(order.fresh()), order_(order), number_(number) {}
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    ~Task() {
      if (!handed_over_) order_.fail(number_);
    }

    /// Once, at the end. Errors: what `take` says of this result or of another that was taken with
    /// it; `cancelled` if one before it failed.
    Result<void> hand_over() {
      auto done = order_.take_in_turn(number_, std::move(result));
      handed_over_ = static_cast<bool>(done);
      return done;
    }

   private:
    InOrder& order_;
    const std::size_t number_;
    bool handed_over_ = false;
  };

 private:
  T fresh() {
    const std::scoped_lock lock(mutex_);
    if (spare_.empty()) return T{};
    T result = std::move(spare_.back());
    spare_.pop_back();
    return result;
  }

  Result<void> take_in_turn(std::size_t number, T result) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [&] { return number == next_ || number > failed_ || early_.size() < most_; });
    if (number > failed_) return Error{Errc::cancelled, "cancelled"};
    early_.emplace(number, std::move(result));
    if (taking_ || number != next_) return {};
    taking_ = true;
    while (!early_.empty() && early_.begin()->first == next_ && next_ < failed_) {
      T at_turn = std::move(early_.extract(early_.begin()).mapped());
      lock.unlock();
      CSVM_CHECK(take_(at_turn));
      lock.lock();
      spare_.push_back(std::move(at_turn));
      ++next_;
      changed_.notify_all();
    }
    taking_ = false;
    return {};
  }

  void fail(std::size_t number) {
    const std::scoped_lock lock(mutex_);
    failed_ = std::min(failed_, number);
    changed_.notify_all();
  }

  const std::size_t most_;
  const Take take_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, T> early_;
  std::vector<T> spare_;
  std::size_t next_ = 0;
  std::size_t failed_ = std::numeric_limits<std::size_t>::max();
  bool taking_ = false;
};

}  // namespace csvm::pipeline
