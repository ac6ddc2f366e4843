#include "error_reports.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/formatter.h>
#include <boost/json.hpp>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <thread>

#include "csvm/fetch.h"

namespace csvm::app {
namespace {

namespace json = boost::json;

constexpr std::size_t most_waiting = 50;
constexpr std::size_t most_message_bytes = 500;
constexpr auto most_of_an_exchange = std::chrono::seconds(5);

struct Event {
  std::string level, logger, message;
  std::chrono::sys_seconds at;
  std::uint64_t dropped_before = 0;
};

std::string hex_id(const std::function<void(std::span<std::byte>)>& random) {
  std::array<std::byte, 16> bytes{};
  random(bytes);
  std::string text;
  for (const std::byte byte : bytes) {
    text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  }
  return text;
}

class ErrorSink final : public spdlog::sinks::sink {
 public:
  explicit ErrorSink(ReportSettings settings)
      : settings_(std::move(settings)), client_(settings_.ca_file) {
    set_level(spdlog::level::err);
    sender_ = std::thread([this] { send_all(); });
  }
  ~ErrorSink() override {
    {
      const std::lock_guard lock(mutex_);
      is_ending_ = true;
    }
    called_.notify_all();
    sender_.join();
  }

  void log(const spdlog::details::log_msg& message) override {
    const auto level = spdlog::level::to_string_view(message.level);
    Event event{std::string(level.data(), level.size()),
                std::string(message.logger_name.data(), message.logger_name.size()),
                without_values({message.payload.data(), message.payload.size()}), settings_.now(),
                0};
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting) {
      ++dropped_;
      return;
    }
    event.dropped_before = std::exchange(dropped_, 0);
    waiting_.push_back(std::move(event));
    called_.notify_all();
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  void send_all() {
    std::unique_lock lock(mutex_);
    while (true) {
      called_.wait(lock, [this] { return is_ending_ || !waiting_.empty(); });
      if (waiting_.empty()) return;  // the end; what was reported before it is sent
      const Event event = std::move(waiting_.front());
      waiting_.pop_front();
      const bool is_ending = is_ending_;
      lock.unlock();
      const bool is_taken = send(event);
      lock.lock();
      if (is_ending && !is_taken) return;
    }
  }

  bool send(const Event& event) {
    const std::string id = hex_id(settings_.random);
    json::object body{
        {"event_id", id},
        {"timestamp", fmt::format("{:%FT%TZ}", fmt::gmtime(event.at.time_since_epoch().count()))},
        {"platform", "native"},
        {"level", event.level == "critical" ? "fatal" : "error"},
        {"logger", event.logger},
        {"release", settings_.release},
        {"environment", settings_.environment},
        {"message", json::object{{"formatted", event.message}}}};
    if (event.dropped_before > 0) body["extra"] = {{"dropped_before", event.dropped_before}};
    const std::string payload = json::serialize(body);
    const std::string envelope = fmt::format(
        "{}\n{}\n{}\n",
        json::serialize(json::object{{"event_id", id}, {"dsn", settings_.dsn.text}}),
        json::serialize(json::object{{"type", "event"}, {"length", payload.size()}}), payload);
    fetch::Exchange request;
    request.method = "POST";
    request.url = settings_.dsn.envelope_url;
    request.headers = {
        "Content-Type: application/x-sentry-envelope",
        fmt::format("X-Sentry-Auth: Sentry sentry_version=7, sentry_client={}, sentry_key={}",
                    settings_.release, settings_.dsn.key)};
    request.body = envelope;
    request.connect_timeout = most_of_an_exchange;
    request.stall_timeout = most_of_an_exchange;
    return client_.exchange(request).status == 200;
  }

  const ReportSettings settings_;
  fetch::OperatorClient client_;
  std::mutex mutex_;
  std::condition_variable called_;
  std::deque<Event> waiting_;
  std::uint64_t dropped_ = 0;
  bool is_ending_ = false;
  std::thread sender_;
};

}  // namespace

Result<Dsn> parse_dsn(std::string_view text) {
  const Error wrong{Errc::invalid_input, "must be https://KEY@host/PROJECT"};
  const std::size_t scheme_end = text.find("://");
  const std::size_t at = text.find('@');
  if (scheme_end == std::string_view::npos || at == std::string_view::npos || at < scheme_end) {
    return wrong;
  }
  const std::string_view scheme = text.substr(0, scheme_end + 3);
  std::string_view key = text.substr(scheme_end + 3, at - scheme_end - 3);
  key = key.substr(0, key.find(':'));
  const std::string_view rest = text.substr(at + 1);
  const std::size_t last_slash = rest.rfind('/');
  if (last_slash == std::string_view::npos || last_slash == 0) return wrong;
  const std::string_view project = rest.substr(last_slash + 1);
  const auto is_plain = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of(
                                "abcdefghijklmnopqrstuvwxyz0123456789"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == std::string_view::npos;
  };
  if (!is_plain(key) || !is_plain(project)) return wrong;
  Dsn dsn;
  dsn.envelope_url =
      fmt::format("{}{}/api/{}/envelope/", scheme, rest.substr(0, last_slash), project);
  if (!fetch::parse_url(dsn.envelope_url)) return wrong;
  dsn.key = key;
  dsn.text = fmt::format("{}{}@{}", scheme, key, rest);
  return dsn;
}

std::string without_values(std::string_view message) {
  std::string bare;
  char quote = 0;
  for (const char c : message) {
    if (quote != 0) {
      if (c == quote) {
        bare += "*";
        bare += c;
        quote = 0;
      }
      continue;
    }
    // An apostrophe inside a word opens nothing.
    const bool follows_word = !bare.empty() && bare.back() != ' ' && bare.back() != '(' &&
                              bare.back() != ':' && bare.back() != ',' && bare.back() != '=';
    if (c == '"' || c == '`' || (c == '\'' && !follows_word)) quote = c;
    bare += c;
  }
  if (quote != 0) bare += "*";  // never closed: all after it is a value
  std::string clean;
  std::string_view rest = bare;
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of(" \t\r\n");
    const std::string_view word = rest.substr(0, end);
    const bool is_value = word.find_first_of("@0123456789") != std::string_view::npos;
    clean += is_value ? "*" : word;
    if (end == std::string_view::npos) break;
    clean += ' ';
    rest.remove_prefix(end + 1);
  }
  if (clean.size() > most_message_bytes) clean.resize(most_message_bytes);
  return clean;
}

std::shared_ptr<spdlog::sinks::sink> report_errors(ReportSettings settings) {
  return std::make_shared<ErrorSink>(std::move(settings));
}

}  // namespace csvm::app
