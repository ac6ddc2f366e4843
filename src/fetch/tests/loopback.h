// loopback.h - a listener on 127.0.0.0/8 that does to each connection what a test says.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "csvm/base.h"

namespace csvm::fetch::testing {

/// One accepted connection. Closed when the script returns.
class Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}
  int socket() const { return socket_; }

  /// Head and body (by Content-Length) of the next request, or nothing when the peer has closed.
  std::optional<std::string> read_request();
  /// False when the peer no longer listens.
  bool write(std::string_view text);
  /// Blocks until the peer closes.
  void wait_for_close();

 private:
  int socket_;
  std::string buffer_;
};

class Loopback {
 public:
  using Script = std::function<void(Connection&)>;

  /// Listens on a free port of `host`.
  explicit Loopback(Script script, const std::string& host = "127.0.0.1");
  ~Loopback();
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void accept_all();

  Script script_;
  std::uint16_t port_ = 0;
  int listener_;
  std::atomic<int> connections_ = 0;
  Guarded<std::vector<int>> sockets_;
  std::list<std::jthread> scripts_;
  std::jthread acceptor_;
};

/// A port of 127.0.0.1 on which nobody listens.
std::uint16_t closed_port();

/// An answer with a Content-Length.
std::string answer(std::string_view status_line, std::string_view headers = "",
                   std::string_view body = "");

}  // namespace csvm::fetch::testing
