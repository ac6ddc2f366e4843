// lookups.h - host names under look-up, away from the thread that sends.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "csvm/fetch.h"

namespace csvm::fetch {

/// Runs the resolver on a thread for each name that is asked for.
///
/// Threads: start() and take() from one thread; `ready` is called from the look-up's.
class Lookups {
 public:
  struct Answer {
    std::string host;
    Result<std::vector<Address>> addresses;
  };

  /// @param ready called after an answer can be taken
  Lookups(Resolver resolver, std::function<void()> ready)
      : resolver_(std::move(resolver)), ready_(std::move(ready)) {}

  void start(const std::string& host);
  std::vector<Answer> take();

 private:
  void run(const std::string& host);

  Resolver resolver_;
  std::function<void()> ready_;
  Guarded<std::vector<Answer>> answers_;
  std::map<std::string, std::jthread> threads_;  // of look-ups not yet taken; last: joined first
};

}  // namespace csvm::fetch
