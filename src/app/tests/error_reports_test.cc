#include "error_reports.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <spdlog/logger.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/json.hpp>

#include <array>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

namespace csvm::app {
namespace {

TEST(ErrorReports, ADsnIsTakenApart) {
  const auto dsn = parse_dsn("https://abc:old-secret@sentry.example:8443/prefix/42");
  ASSERT_TRUE(dsn);
  EXPECT_EQ(dsn->envelope_url, "https://sentry.example:8443/prefix/api/42/envelope/");
  EXPECT_EQ(dsn->key, "abc");
  EXPECT_EQ(dsn->text, "https://abc@sentry.example:8443/prefix/42");
  for (const char* wrong : {"", "https://sentry.example/42", "https://abc@sentry.example",
                            "https://abc@sentry.example/", "ftp://abc@sentry.example/1",
                            "https://a b@sentry.example/1", "abc@sentry.example/42"}) {
    EXPECT_FALSE(parse_dsn(wrong)) << wrong;
  }
}

TEST(ErrorReports, ValuesDoNotLeaveTheMachine) {
  EXPECT_EQ(without_values("cannot read 'Ada Lovelace.csv': no such file"),
            "cannot read '*': no such file");
  EXPECT_EQ(without_values("bad value \"+49 170 1234567\" of ada@firm.example in row 7"),
            "bad value \"*\" of * in row *");
  EXPECT_EQ(without_values("it isn't there, and 'never closed Ada"), "it isn't there, and '*");
  EXPECT_EQ(without_values(std::string(2000, 'x')).size(), 500u);
  EXPECT_EQ(without_values("request ab12: handler failed"), "request * handler failed");
}

// Takes one request a connection and answers what it is told to, when it is told to.
class Collector {
 public:
  Collector() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Collector() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  /// The next request, once it is there.
  std::string next() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !requests_.empty(); });
    std::string request = std::move(requests_.front());
    requests_.erase(requests_.begin());
    return request;
  }
  void hold() { gate_.lock(); }
  void release() { gate_.unlock(); }

  std::uint16_t port = 0;

 private:
  void serve() {
    while (true) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      std::string request;
      std::array<char, 4096> chunk{};
      while (!request.ends_with("}}\n") && !request.ends_with("}\n")) {
        const ssize_t got = ::recv(socket, chunk.data(), chunk.size(), 0);
        if (got <= 0) break;
        request.append(chunk.data(), static_cast<std::size_t>(got));
        const auto length = request.find("Content-Length: ");
        const auto head = request.find("\r\n\r\n");
        if (head != std::string::npos && length < head &&
            request.size() >= head + 4 + std::stoul(request.substr(length + 16))) {
          break;
        }
      }
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      arrived_.notify_all();
      const std::lock_guard held(gate_);
      constexpr std::string_view answer =
          "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
      ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
      ::close(socket);
    }
  }

  int listener_ = -1;
  std::mutex mutex_;
  std::mutex gate_;
  std::condition_variable arrived_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

ReportSettings settings_for(const Collector& collector) {
  ReportSettings settings;
  settings.dsn = *parse_dsn("http://abc@127.0.0.1:" + std::to_string(collector.port) + "/42");
  settings.release = "csv-merger@1.2.3";
  settings.environment = "production";
  settings.now = [] { return std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000)); };
  settings.random = [](std::span<std::byte> bytes) {
    for (std::byte& byte : bytes) byte = std::byte{0xab};
  };
  return settings;
}

// The three lines of an envelope's body.
std::vector<std::string> envelope_of(const std::string& request) {
  std::vector<std::string> lines;
  std::string_view body = std::string_view(request).substr(request.find("\r\n\r\n") + 4);
  while (!body.empty()) {
    lines.emplace_back(body.substr(0, body.find('\n')));
    body.remove_prefix(std::min(body.size(), lines.back().size() + 1));
  }
  return lines;
}

TEST(ErrorReports, AnErrorInTheLogBecomesAnEnvelopeWithoutValues) {
  Collector collector;
  spdlog::logger log("csv-merger", report_errors(settings_for(collector)));
  log.warn("not reported");
  log.error("request abc: handler failed: bad value 'Ada Lovelace'");
  const std::string request = collector.next();
  EXPECT_TRUE(request.starts_with("POST /api/42/envelope/ HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("sentry_key=abc"), std::string::npos);
  EXPECT_EQ(request.find("Lovelace"), std::string::npos);
  const auto lines = envelope_of(request);
  ASSERT_EQ(lines.size(), 3u) << request;
  const auto header = boost::json::parse(lines[0]).as_object();
  const auto item = boost::json::parse(lines[1]).as_object();
  const auto event = boost::json::parse(lines[2]).as_object();
  EXPECT_EQ(header.at("event_id"), "abababababababababababababababab");
  EXPECT_EQ(item.at("type"), "event");
  EXPECT_EQ(item.at("length").to_number<std::size_t>(), lines[2].size());
  EXPECT_EQ(event.at("timestamp"), "2023-11-14T22:13:20Z");
  EXPECT_EQ(event.at("level"), "error");
  EXPECT_EQ(event.at("release"), "csv-merger@1.2.3");
  EXPECT_EQ(event.at("message").at("formatted"), "request abc: handler failed: bad value '*'");
}

// While the collector holds its answer back, the log goes on; what is too much is counted.
TEST(ErrorReports, AStuckCollectorDoesNotBlockTheLog) {
  Collector collector;
  {
    spdlog::logger log("csv-merger", report_errors(settings_for(collector)));
    collector.hold();
    log.error("first");
    EXPECT_NE(collector.next().find("\"first\""), std::string::npos);
    for (int i = 0; i < 200; ++i) log.error("more");
    collector.release();
    for (int i = 0; i < 50; ++i) EXPECT_NE(collector.next().find("\"more\""), std::string::npos);
    log.error("last");
    const std::string last = collector.next();
    EXPECT_NE(last.find("\"last\""), std::string::npos);
    EXPECT_NE(last.find(R"("dropped_before":150)"), std::string::npos) << last;
  }
}

}  // namespace
}  // namespace csvm::app
