// Errors in the log -> a Sentry-compatible collector. No values of leads leave the process.
#pragma once

#include <spdlog/sinks/sink.h>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "csvm/base.h"

namespace csvm::app {

/// Where reports go: "https://KEY@host[:port]/[path/]PROJECT".
struct Dsn {
  std::string envelope_url;  // "https://host/path/api/PROJECT/envelope/"
  std::string key;
  std::string text;  // without the secret that old ones hold
};

/// Fails with `invalid_input`.
Result<Dsn> parse_dsn(std::string_view text);

/// `message` as it may leave the machine: what stands in quotes, holds an '@' or a digit is "*",
/// and nothing is longer than 500 bytes. Pure.
std::string without_values(std::string_view message);

struct ReportSettings {
  Dsn dsn;
  std::string release;      // "csv-merger@1.2.3"
  std::string environment;  // "production"
  std::string ca_file;      // PEM; empty: the system's authorities
  std::function<std::chrono::sys_seconds()> now;
  std::function<void(std::span<std::byte>)> random;
};

/// A sink for a logger: takes errors and worse, and sends each as an event from a thread of its
/// own. Never blocks: 50 wait at most, what comes then is counted and told with the next. A report
/// that the collector does not take is gone; that is no error of ours.
///
/// Threads: any. The destructor ends an exchange that is under way after at most 5 s.
std::shared_ptr<spdlog::sinks::sink> report_errors(ReportSettings settings);

}  // namespace csvm::app
