#include "log.h"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <boost/json.hpp>

#include "chance.h"
#include "error_reports.h"
#include "repeats.h"
#include "version.h"

namespace csvm::app {
namespace {

// The message as a JSON string: paths of requests and names of files may hold anything.
class JsonText final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& into) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    fmt::format_to(std::back_inserter(into), "{}", boost::json::serialize(text));
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonText>();
  }
};

constexpr auto same_warning_every = std::chrono::seconds(10);

// Before the sink that writes: leaves out warnings that say nothing new.
class Sparing final : public spdlog::sinks::dist_sink<std::mutex> {
 public:
  explicit Sparing(spdlog::sink_ptr writes) { add_sink(std::move(writes)); }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (message.level != spdlog::level::warn) return dist_sink::sink_it_(message);
    const std::string_view text(message.payload.data(), message.payload.size());
    const auto left_out = repeats_.take(text, message.time);
    if (!left_out) return;
    if (*left_out == 0) return dist_sink::sink_it_(message);
    const std::string counted = fmt::format("{} ({} more since it was last said)", text, *left_out);
    spdlog::details::log_msg told = message;
    told.payload = counted;
    dist_sink::sink_it_(told);
  }

  Repeats repeats_{same_warning_every};  // under the lock of the base
};

spdlog::sink_ptr make_sink(const ServiceSettings& settings) {
  if (!settings.log_as_json) {
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
    return sink;
  }
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<JsonText>('*').set_pattern(
      R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":%*})");
  auto sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  sink->set_formatter(std::move(formatter));
  return sink;
}

}  // namespace

Result<std::shared_ptr<spdlog::logger>> make_log(const ServiceSettings& settings) {
  std::vector<spdlog::sink_ptr> sinks = {std::make_shared<Sparing>(make_sink(settings))};
  if (!settings.sentry_dsn.empty()) {
    auto dsn = parse_dsn(settings.sentry_dsn);
    // Not the value: it holds a key.
    if (!dsn) return Error{dsn.error().code, "SENTRY_DSN: " + dsn.error().message};
    ReportSettings reports;
    reports.dsn = *std::move(dsn);
    reports.release = fmt::format("csv-merger@{}", version);
    reports.environment = settings.production ? "production" : "development";
    reports.now = [] {
      return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    };
    reports.random = fill_with_random;
    sinks.push_back(report_errors(std::move(reports)));
  }
  auto log = std::make_shared<spdlog::logger>("csv-merger", sinks.begin(), sinks.end());
  log->set_level(spdlog::level::from_str(settings.log_level));
  log->flush_on(spdlog::level::info);  // also into a pipe
  return log;
}

}  // namespace csvm::app
