#include "progress_line.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "run_options.h"

namespace csvm::app {

ProgressLine::ProgressLine(bool visible) : visible_(visible), started_(monotonic_seconds()) {}

ProgressLine::~ProgressLine() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
}

void ProgressLine::show(const pipeline::Progress& progress) {
  if (!visible_) return;
  const double now = monotonic_seconds();
  if (now - last_drawn_ < 0.1) return;
  last_drawn_ = now;
  drawn_ = true;
  const double seconds = now - started_;
  std::string line = fmt::format("\r\033[K{:<8} {:3.0f} %", pipeline::to_string(progress.stage),
                                 100 * progress.done);
  if (progress.rows > 0 && seconds > 0.2) {
    line += fmt::format("  {} rows", grouped(progress.rows));
    const double rows_done = progress.done * static_cast<double>(progress.total_rows);
    if (progress.total_rows > 0) {
      line += fmt::format("  {} rows/s", grouped(static_cast<std::uint64_t>(rows_done / seconds)));
    }
    if (progress.done > 0.05) {
      line += fmt::format("  {:.0f} s left", std::ceil(seconds / progress.done - seconds));
    }
  }
  fmt::print(stderr, "{}", line);
  std::fflush(stderr);
}

std::string grouped(std::uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

}  // namespace csvm::app
