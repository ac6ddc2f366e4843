// progress_line.h - how far a run is: a bar, rows a second, time left.
#pragma once

#include <string>

#include "csvm/pipeline.h"

namespace csvm::app {

/// Shows itself on standard error: on a terminal one line that is drawn anew, at most ten times a
/// second; elsewhere a line a second, for logs. Threads: calls must not overlap.
class ProgressLine {
 public:
  explicit ProgressLine(bool visible);
  ~ProgressLine() { wipe(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const pipeline::Progress& progress);

  /// Takes the line off the terminal, so that other words can follow.
  void wipe();

 private:
  bool visible_;
  bool terminal_;
  bool drawn_ = false;
  double started_;
  double last_drawn_;
};

/// "1,234,567".
std::string grouped(std::uint64_t number);

}  // namespace csvm::app
