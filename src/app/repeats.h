// repeats.h - which lines of a log say nothing new.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace csvm::app {

/// A text that stays true (a bucket whose keys have expired) is told once in `every`, however often
/// it is said. Remembers a bounded number of texts; what is beyond is told each time.
/// Threads: one at a time.
class Repeats {
 public:
  using Time = std::chrono::system_clock::time_point;
  explicit Repeats(std::chrono::seconds every) : every_(every) {}

  /// Nothing, when the text is to be left out; else how often it was since it was told.
  std::optional<std::uint64_t> take(std::string_view text, Time now);

 private:
  struct Told {
    Time at;
    std::uint64_t left_out = 0;
  };
  void forget_old(Time now);

  std::chrono::seconds every_;
  std::unordered_map<std::string, Told> told_;
};

}  // namespace csvm::app
