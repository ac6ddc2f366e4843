#include "loopback.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace csvm::fetch::testing {
namespace {

int listen_on(const std::string& host, std::uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener, 64) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen on " + host);
  }
  port = ntohs(address.sin_port);
  return listener;
}

}  // namespace

std::optional<std::string> Connection::read_request() {
  std::array<char, 4096> chunk{};
  while (true) {
    const std::size_t head = buffer_.find("\r\n\r\n");
    if (head != std::string::npos) {
      std::size_t whole = head + 4;
      const std::size_t length = buffer_.find("Content-Length: ");
      if (length < head) whole += std::stoul(buffer_.substr(length + 16));
      if (buffer_.size() >= whole) {
        std::string request = buffer_.substr(0, whole);
        buffer_.erase(0, whole);
        return request;
      }
    }
    const ssize_t got = recv(socket_, chunk.data(), chunk.size(), 0);
    if (got <= 0) return std::nullopt;
    buffer_.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

bool Connection::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Connection::wait_for_close() {
  std::array<char, 4096> chunk{};
  while (recv(socket_, chunk.data(), chunk.size(), 0) > 0) {
  }
}

Loopback::Loopback(Script script, const std::string& host)
    : script_(std::move(script)), listener_(listen_on(host, port_)) {
  acceptor_ = std::jthread([this] { accept_all(); });
}

Loopback::~Loopback() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  sockets_.with([](const auto& sockets) {
    for (const int socket : sockets) shutdown(socket, SHUT_RDWR);
  });
  scripts_.clear();
  sockets_.with([](const auto& sockets) {
    for (const int socket : sockets) close(socket);
  });
  close(listener_);
}

void Loopback::accept_all() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    ++connections_;
    sockets_.with([&](auto& sockets) { sockets.push_back(socket); });
    scripts_.emplace_back([this, socket] {
      Connection connection(socket);
      script_(connection);
      shutdown(socket, SHUT_RDWR);
    });
  }
}

std::uint16_t closed_port() {
  std::uint16_t port = 0;
  close(listen_on("127.0.0.1", port));
  return port;
}

std::string answer(std::string_view status_line, std::string_view headers, std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", status_line, body.size(),
                     headers, body);
}

}  // namespace csvm::fetch::testing
