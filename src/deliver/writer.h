// writer.h - outcomes to the ledgers, on a thread of its own.
#pragma once

#include <atomic>
#include <functional>
#include <semaphore>
#include <thread>
#include <vector>

#include "csvm/deliver.h"

namespace csvm::deliver {

struct Batch {
  JobKey job = 0;
  Ledger* ledger = nullptr;
  std::vector<Entry> entries;
};

struct Written {
  Batch batch;
  Result<void> result;
};

/// Threads: submit, take and is_idle from one; `done` is called from the writer's.
class Writer {
 public:
  /// @param done called after something can be taken
  explicit Writer(std::function<void()> done);
  ~Writer();  // writes what was submitted

  void submit(std::vector<Batch> batches);
  std::vector<Written> take();
  /// Nothing submitted is still to be written.
  bool is_idle() const { return waiting_ == 0; }

 private:
  void run(const std::stop_token& stop);

  std::function<void()> done_;
  Guarded<std::vector<Batch>> submitted_;
  Guarded<std::vector<Written>> written_;
  std::size_t waiting_ = 0;  // submitted and not yet taken; of the caller's thread
  std::counting_semaphore<> work_{0};
  std::jthread thread_;
};

}  // namespace csvm::deliver
