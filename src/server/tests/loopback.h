// A server on a free port and a plain client for it. The client's waits end after ten seconds, so
// that a test that hangs fails.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cctype>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "csvm/server.h"

namespace csvm::server {

inline std::chrono::steady_clock::time_point monotonic_time() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::chrono::steady_clock::time_point(std::chrono::seconds(time.tv_sec) +
                                               std::chrono::nanoseconds(time.tv_nsec));
}

inline std::string next_token() {
  static std::atomic<int> count = 0;
  return "token-" + std::to_string(++count);
}

class TestServer {
 public:
  explicit TestServer(Router router, ServerSettings settings = {},
                      std::shared_ptr<spdlog::logger> log = nullptr) {
    Environment environment{
        workers_,   monotonic_time, [] { return std::chrono::system_clock::time_point{}; },
        next_token, std::move(log), {}};
    auto started = Server::start(std::move(settings), std::move(router), std::move(environment));
    if (!started) throw std::runtime_error(started.error().message);
    server_ = std::move(*started);
  }
  ~TestServer() {
    server_.reset();
    workers_.join();
  }
  Server& operator*() { return *server_; }
  Server* operator->() { return server_.get(); }
  asio::thread_pool& workers() { return workers_; }

 private:
  asio::thread_pool workers_{2};
  std::unique_ptr<Server> server_;
};

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer_bytes = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (receive_buffer_bytes > 0)
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(int));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect");
  }
  ~Client() { cut(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void cut() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  /// False if the peer has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// Whether the connection has ended, with nothing left to read.
  bool ended() { return buffer_.empty() && !receive(); }
  std::string read_until(std::string_view mark) {
    while (buffer_.find(mark) == std::string::npos)
      if (!receive()) throw std::runtime_error("the connection ended, having sent: " + buffer_);
    return take(buffer_.find(mark) + mark.size());
  }
  std::string read_bytes(std::size_t count) {
    while (buffer_.size() < count)
      if (!receive()) throw std::runtime_error("the connection ended too early");
    return take(count);
  }
  Answer read_answer(bool head = false) {
    Answer answer;
    const std::string text = read_until("\r\n\r\n");
    answer.status = std::stoi(text.substr(9, 3));
    std::size_t line = text.find("\r\n") + 2;
    while (line + 2 < text.size()) {
      const auto end = text.find("\r\n", line);
      const auto colon = text.find(':', line);
      std::string name = text.substr(line, colon - line);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      answer.headers[name] = text.substr(colon + 2, end - colon - 2);
      line = end + 2;
    }
    if (head || answer.status == 204 || answer.status == 304 || answer.status == 100) return answer;
    if (answer.headers.contains("content-length")) {
      answer.body = read_bytes(std::stoul(answer.headers["content-length"]));
    } else if (answer.headers.contains("transfer-encoding")) {
      while (true) {
        const std::size_t size = std::stoul(read_until("\r\n"), nullptr, 16);
        answer.body += read_bytes(size);
        read_bytes(2);
        if (size == 0) break;
      }
    } else {
      while (receive()) {
      }
      answer.body = take(buffer_.size());
    }
    return answer;
  }
  Answer get(const std::string& target, const std::string& headers = "") {
    send("GET " + target + " HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n");
    return read_answer();
  }
  Answer post(const std::string& target, const std::string& body, const std::string& headers = "") {
    send("POST " + target + " HTTP/1.1\r\nHost: test\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return read_answer();
  }

 private:
  bool receive() {
    char bytes[64 * 1024];
    const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      throw std::runtime_error("nothing came for ten seconds");
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  std::string take(std::size_t count) {
    std::string taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
  }

  int socket_;
  std::string buffer_;
};

}  // namespace csvm::server
