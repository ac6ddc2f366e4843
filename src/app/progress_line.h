// progress_line.h - the running line on a terminal: stage, share, rows a second, time left.
#pragma once

#include <string>

#include "csvm/pipeline.h"

namespace csvm::app {

/// Draws on standard error, at most ten times a second. Threads: calls must not overlap.
class ProgressLine {
 public:
  explicit ProgressLine(bool visible);
  ~ProgressLine();  // wipes the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const pipeline::Progress& progress);

 private:
  bool visible_;
  bool drawn_ = false;
  double started_;
  double last_drawn_ = 0;
};

/// "1,234,567".
std::string grouped(std::uint64_t number);

}  // namespace csvm::app
