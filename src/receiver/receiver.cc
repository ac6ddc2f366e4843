// The loop: one thread, epoll, a line of answers that are due later.
#include "csvm/receiver.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <map>
#include <thread>
#include <unordered_map>
#include <utility>

#include "ledger.h"
#include "request.h"

namespace csvm::receiver {
namespace {

constexpr int listen_backlog = 1024;
constexpr std::size_t read_bytes = std::size_t{64} << 10;
constexpr std::size_t events_at_once = 256;

class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

struct Connection {
  Descriptor socket;
  std::uint64_t number = 0;
  std::string received;
  std::string to_send;
  bool waiting = false;    // an answer is due later; nothing more is read until then
  bool continued = false;  // "100 Continue" was sent for the request under way
  bool close_when_sent = false;
  bool blocked = false;  // the peer takes no more bytes for now
};

std::string_view phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 403:
      return "Forbidden";
    case 429:
      return "Too Many Requests";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

std::string answer(int status, std::string_view headers, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}\r\n{}", status,
      phrase(status), body.size(), headers, body);
}

Result<Descriptor> listen_on(const std::string& host, std::uint16_t& port) {
  Descriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    return Error{Errc::invalid_input, fmt::format("'{}' is no IPv4 address to listen on", host)};
  }
  const int on = 1;
  setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  socklen_t size = sizeof address;
  if (listener.get() < 0 ||
      bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener.get(), listen_backlog) != 0 ||
      getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return io_error("listen on", fmt::format("{}:{}", host, port), errno);
  }
  port = ntohs(address.sin_port);
  return listener;
}

}  // namespace

class Receiver::Loop {
 public:
  Loop(Settings settings, Descriptor listener, Ledger ledger)
      : settings_(std::move(settings)),
        decisions_(settings_.plan, settings_.seed),
        ledger_(std::move(ledger)),
        listener_(std::move(listener)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    watch(listener_.get(), EPOLLIN, EPOLL_CTL_ADD);
    watch(stop_.get(), EPOLLIN, EPOLL_CTL_ADD);
    thread_ = std::jthread([this] { run(); });
  }

  ~Loop() {
    const std::uint64_t one = 1;
    if (write(stop_.get(), &one, sizeof one) != sizeof one) std::terminate();
    thread_.join();
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  std::uint16_t port() const { return settings_.port; }
  Guarded<Ledger>& ledger() { return ledger_; }

 private:
  void watch(int descriptor, std::uint32_t events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    epoll_ctl(epoll_.get(), operation, descriptor, &event);
  }

  void run() {
    std::array<epoll_event, events_at_once> events{};
    while (true) {
      const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   milliseconds_until_due());
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.fd == stop_.get()) {
          ledger_.with([](Ledger& ledger) { ledger.flush(); });
          return;
        }
        if (event.data.fd == listener_.get()) {
          accept_all();
        } else {
          handle(event.data.fd, event.events);
        }
      }
      send_due();
      // Whoever reads the file sees what was answered before the receiver had nothing to do.
      if (count == 0) ledger_.with([](Ledger& ledger) { ledger.flush(); });
    }
  }

  int milliseconds_until_due() const {
    if (due_.empty()) return 100;
    const auto wait =
        std::chrono::ceil<std::chrono::milliseconds>(due_.begin()->first - settings_.clock());
    return static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, 100));
  }

  void accept_all() {
    while (true) {
      const int socket = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (socket < 0) return;
      const int on = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      Connection connection;
      connection.socket = Descriptor(socket);
      connection.number = ++last_number_;
      connections_.insert_or_assign(socket, std::move(connection));
      watch(socket, EPOLLIN, EPOLL_CTL_ADD);
    }
  }

  void handle(int socket, std::uint32_t events) {
    const auto found = connections_.find(socket);
    if (found == connections_.end()) return;
    Connection& connection = found->second;
    if ((events & EPOLLOUT) != 0 && !flush(connection)) return;
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !read(connection)) return;
    answer_received(connection);
  }

  void end(Connection& connection) { connections_.erase(connection.socket.get()); }

  // False: the connection is gone.
  bool read(Connection& connection) {
    const std::size_t had = connection.received.size();
    connection.received.resize(had + read_bytes);
    const ssize_t got =
        recv(connection.socket.get(), connection.received.data() + had, read_bytes, 0);
    connection.received.resize(had + (got > 0 ? static_cast<std::size_t>(got) : 0));
    // While an answer waits nothing is parsed; a peer that sends on and on is cut off.
    const bool too_much = connection.received.size() > 2 * settings_.max_body_bytes;
    if (!too_much && (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))) {
      return true;
    }
    end(connection);
    return false;
  }

  void answer_received(Connection& connection) {
    std::size_t taken = 0;
    while (!connection.waiting && !connection.close_when_sent) {
      const std::string_view rest = std::string_view(connection.received).substr(taken);
      const Parsed parsed = parse_request(rest, settings_.max_body_bytes);
      if (parsed.state == Parsed::State::incomplete) {
        if (parsed.wants_continue && !std::exchange(connection.continued, true)) {
          connection.to_send += "HTTP/1.1 100 Continue\r\n\r\n";
        }
        break;
      }
      connection.continued = false;
      if (parsed.state == Parsed::State::refused) {
        connection.to_send += answer(parsed.status, "Connection: close\r\n", "{}");
        connection.close_when_sent = true;
        break;
      }
      taken += parsed.request.bytes;
      if (!react(connection, parsed.request)) return;
    }
    connection.received.erase(0, taken);
    flush(connection);
  }

  // False: the connection is gone.
  bool react(Connection& connection, const Request& request) {
    if (request.method == "GET") {
      const std::string counts =
          ledger_.with([](const Ledger& ledger) { return to_json(ledger.counts()); });
      connection.to_send += answer(200, "", counts);
      return true;
    }
    const auto now = settings_.clock();
    const Reaction reaction = decisions_.next(now);
    ledger_.with([&](Ledger& ledger) { ledger.note(request.id, request.body, reaction, now); });
    switch (reaction.what) {
      case What::answer:
        reply(connection, reaction, request.keep_alive, settings_.plan.delay);
        return true;
      case What::slow:
        reply(connection, reaction, request.keep_alive, settings_.plan.slow);
        return true;
      case What::cut:
        connection.to_send += "HTTP/1.1 2";
        connection.close_when_sent = true;
        return true;
      case What::hang:
        wait(connection, "", true, settings_.plan.hang);
        return true;
      case What::reset: {
        const linger at_once{1, 0};
        setsockopt(connection.socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        end(connection);
        return false;
      }
      case What::lost:
        end(connection);
        return false;
    }
    return true;
  }

  void reply(Connection& connection, const Reaction& reaction, bool keep_alive,
             std::chrono::milliseconds delay) {
    std::string headers;
    if (reaction.retry_after)
      headers += fmt::format("Retry-After: {}\r\n", reaction.retry_after->count());
    if (!keep_alive) headers += "Connection: close\r\n";
    std::string text = answer(reaction.status, headers, "{}");
    if (delay.count() > 0) {
      wait(connection, std::move(text), !keep_alive, delay);
      return;
    }
    connection.to_send += text;
    connection.close_when_sent = !keep_alive;
  }

  struct Due {
    int socket;
    std::uint64_t number;  // of the connection; the socket may be another's by then
    std::string text;
    bool close;
  };

  void wait(Connection& connection, std::string text, bool close, std::chrono::milliseconds delay) {
    connection.waiting = true;
    due_.emplace(settings_.clock() + delay,
                 Due{connection.socket.get(), connection.number, std::move(text), close});
  }

  void send_due() {
    while (!due_.empty() && due_.begin()->first <= settings_.clock()) {
      Due due = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      const auto found = connections_.find(due.socket);
      if (found == connections_.end() || found->second.number != due.number) continue;
      Connection& connection = found->second;
      connection.waiting = false;
      connection.to_send += due.text;
      connection.close_when_sent = due.close;
      answer_received(connection);
    }
  }

  // False: the connection is gone.
  bool flush(Connection& connection) {
    std::size_t sent = 0;
    while (sent < connection.to_send.size()) {
      const ssize_t wrote = send(connection.socket.get(), connection.to_send.data() + sent,
                                 connection.to_send.size() - sent, MSG_NOSIGNAL);
      if (wrote > 0) {
        sent += static_cast<std::size_t>(wrote);
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN) {
        end(connection);
        return false;
      }
      connection.to_send.erase(0, sent);
      connection.blocked = true;
      watch(connection.socket.get(), EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
      return true;
    }
    connection.to_send.clear();
    if (connection.close_when_sent) {
      end(connection);
      return false;
    }
    if (std::exchange(connection.blocked, false)) {
      watch(connection.socket.get(), EPOLLIN, EPOLL_CTL_MOD);
    }
    return true;
  }

  Settings settings_;
  Decisions decisions_;
  Guarded<Ledger> ledger_;
  Descriptor listener_, epoll_, stop_;
  std::unordered_map<int, Connection> connections_;
  std::multimap<Clock::time_point, Due> due_;
  std::uint64_t last_number_ = 0;
  std::jthread thread_;
};

Receiver::Receiver(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Receiver::~Receiver() = default;

Result<std::unique_ptr<Receiver>> Receiver::start(Settings settings) {
  Ledger ledger = CSVM_TRY(Ledger::create(settings.record_file));
  Descriptor listener = CSVM_TRY(listen_on(settings.host, settings.port));
  return std::unique_ptr<Receiver>(new Receiver(
      std::make_unique<Loop>(std::move(settings), std::move(listener), std::move(ledger))));
}

std::uint16_t Receiver::port() const { return loop_->port(); }
Counts Receiver::counts() const {
  return loop_->ledger().with([](const Ledger& ledger) { return ledger.counts(); });
}
std::vector<Clock::time_point> Receiver::arrivals() const {
  return loop_->ledger().with([](const Ledger& ledger) {
    return std::vector<Clock::time_point>(ledger.arrivals().begin(), ledger.arrivals().end());
  });
}

}  // namespace csvm::receiver
