// in_order.h - tasks that run in parallel and hand over their results in turn.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace csvm::pipeline {

/// A queue of turns 0, 1, 2, ... Works with `run_parallel`, which starts tasks in rising order: a
/// task that waits for its turn waits only for tasks that are already running.
class InOrder {
 public:
  /// One task's turn. If it ends before `pass()`, those after it are told that the run failed;
  /// those before it go on, so that the first failure in order is the one reported.
  class Turn {
   public:
    Turn(InOrder& order, std::size_t number) : order_(order), number_(number) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (!passed_) order_.fail(number_);
    }

    /// Returns when all turns before this one have passed; false when one of them failed.
    bool wait() {
      for (;;) {
        const std::uint64_t state = order_.state_.load(std::memory_order_acquire);
        if (state / one_turn == number_) return true;
        if (order_.failed_.load(std::memory_order_acquire) < number_) return false;
        order_.state_.wait(state, std::memory_order_acquire);
      }
    }

    void pass() {
      passed_ = true;
      order_.state_.fetch_add(one_turn, std::memory_order_acq_rel);
      order_.state_.notify_all();
    }

   private:
    InOrder& order_;
    std::size_t number_;
    bool passed_ = false;
  };

 private:
  // The state changes with every turn and with every failure, so that each wakes who waits.
  static constexpr std::uint64_t one_turn = 1 << 16;

  void fail(std::size_t number) {
    std::size_t known = failed_.load(std::memory_order_relaxed);
    while (number < known &&
           !failed_.compare_exchange_weak(known, number, std::memory_order_acq_rel)) {
    }
    state_.fetch_add(1, std::memory_order_acq_rel);
    state_.notify_all();
  }

  std::atomic<std::uint64_t> state_{0};  // turns passed * one_turn + failures
  std::atomic<std::size_t> failed_{std::numeric_limits<std::size_t>::max()};
};

}  // namespace csvm::pipeline
