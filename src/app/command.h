// command.h - what a subcommand is to main(): its options and what it does.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace csvm::app {

/// Exit codes of every subcommand.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

struct Command {
  CLI::App* options;         // owned by the application
  std::function<int()> run;  // after the options were parsed; returns the exit code
};

}  // namespace csvm::app
