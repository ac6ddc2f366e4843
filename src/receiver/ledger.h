// ledger.h - what a receiver got: counts by id, and a file of it.
#pragma once

#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "csvm/receiver.h"

namespace csvm::receiver {

/// Not thread-safe.
class Ledger {
 public:
  /// An empty path: no file. Fails with `io`.
  static Result<Ledger> create(const std::string& record_file);

  void note(std::string_view id, std::string_view body, const Reaction& reaction,
            Clock::time_point now);
  void flush();
  const Counts& counts() const { return counts_; }
  const std::deque<Clock::time_point>& arrivals() const { return arrivals_; }

 private:
  struct Known {
    std::size_t body = 0;  // its hash
    bool taken = false;
  };
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::unique_ptr<std::FILE, Close> file_;
  std::unordered_map<std::size_t, Known> ids_;  // by the id's hash
  std::deque<Clock::time_point> arrivals_;
  Counts counts_;
};

}  // namespace csvm::receiver
