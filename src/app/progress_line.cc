#include "progress_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "run_options.h"

namespace csvm::app {
namespace {

std::size_t terminal_columns() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

std::string time_left(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s left", whole);
  return fmt::format("{} min {:02} s left", whole / 60, whole % 60);
}

std::string bar(double done) {
  constexpr std::size_t width = 24;
  const auto full = static_cast<std::size_t>(done * static_cast<double>(width));
  return fmt::format("[{}{}]", std::string(full, '#'), std::string(width - full, '.'));
}

std::string spelled(const pipeline::Progress& progress, double seconds) {
  const double done = std::clamp(progress.done, 0.0, 1.0);
  std::string line =
      fmt::format("{:<8} {} {:3.0f} %", pipeline::to_string(progress.stage), bar(done), 100 * done);
  // Too early, any rate or time would be a guess.
  if (seconds < 0.2 || done < 0.02) return line;
  if (progress.total_rows > 0) {
    const double rows = done * static_cast<double>(progress.total_rows);
    line += fmt::format("  {} rows/s", grouped(static_cast<std::uint64_t>(rows / seconds)));
  }
  return line + "  " + time_left(seconds / done - seconds);
}

}  // namespace

ProgressLine::ProgressLine(bool visible)
    : visible_(visible),
      terminal_(isatty(STDERR_FILENO) == 1),
      started_(monotonic_seconds()),
      last_drawn_(started_) {}

void ProgressLine::wipe() {
  if (drawn_ && terminal_) fmt::print(stderr, "\r\033[K");
  drawn_ = false;
}

void ProgressLine::show(const pipeline::Progress& progress) {
  if (!visible_) return;
  const double now = monotonic_seconds();
  if (now - last_drawn_ < (terminal_ ? 0.1 : 1.0)) return;
  last_drawn_ = now;
  const std::string line = spelled(progress, now - started_);
  if (terminal_) {
    // A line that wraps could not be drawn over.
    fmt::print(stderr, "\r{}\033[K", line.substr(0, terminal_columns() - 1));
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  std::fflush(stderr);
  drawn_ = true;
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
