// broker.h - asks for shares of rates, on a thread of its own.
#pragma once

#include <functional>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

#include "csvm/deliver.h"

namespace csvm::deliver {

struct Answered {
  std::string url;
  Result<Share> share;
};

/// Threads: submit and take from one; `ask` and `done` are called from the broker's.
class Broker {
 public:
  /// @param done called after something can be taken
  Broker(std::function<Result<Share>(const ShareWish&)> ask, std::function<void()> done);
  ~Broker();

  void submit(std::vector<ShareWish> wishes);
  std::vector<Answered> take();

 private:
  void run(const std::stop_token& stop);

  std::function<Result<Share>(const ShareWish&)> ask_;
  std::function<void()> done_;
  Guarded<std::vector<ShareWish>> submitted_;
  Guarded<std::vector<Answered>> answered_;
  std::counting_semaphore<> work_{0};
  std::jthread thread_;
};

}  // namespace csvm::deliver
