// A server with the handlers that the public test suites of Engine.IO 4 and Socket.IO 5 expect:
//   socketio_echo [--engine] [--port N] [--path P] [--ping-interval MS] [--ping-timeout MS]
//                 [--connect-timeout MS] [--max-payload BYTES] [--threads N]
// Prints the port as its first line and runs until its standard input ends or SIGTERM comes.
#include <poll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>

#include "engine.h"
#include "routes.h"

namespace csvm::server {
namespace {

std::chrono::steady_clock::time_point monotonic_time() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::chrono::steady_clock::time_point(std::chrono::seconds(time.tv_sec) +
                                               std::chrono::nanoseconds(time.tv_nsec));
}

std::string random_token() {
  constexpr std::string_view hex = "0123456789abcdef";
  unsigned char bytes[16];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) std::abort();
  std::string token;
  for (const unsigned char byte : bytes) {
    token += hex[byte >> 4];
    token += hex[byte & 15];
  }
  return token;
}

Task<Result<std::string>> let_in(SocketConnect connect) { co_return connect.auth; }

Task<Result<std::string>> refuse(SocketConnect) { co_return Error{Errc::refused, "not you"}; }

Task<SocketAnswer> on_event(SocketHub& hub, SocketClient client, SocketEvent event) {
  SocketAnswer answer;
  if (event.name == "message") {
    event.name = "message-back";
    client.emit(std::move(event));
  } else if (event.name == "message-with-ack") {
    answer = std::move(event);
  } else if (event.name == "join") {
    client.join("room");
  } else if (event.name == "leave") {
    client.leave("room");
  } else if (event.name == "to-room") {
    hub.emit("/", "room", SocketEvent{"room-message", event.arguments, event.attachments, {}});
  } else if (event.name == "ask-me") {
    client.ask(
        SocketEvent{"question", event.arguments, {}, {}}, std::chrono::milliseconds{5'000},
        [client](Result<SocketAnswer> said) {
          client.emit(SocketEvent{
              "answered", said ? said->arguments : "[\"" + said.error().message + "\"]", {}, {}});
        });
  } else if (event.name == "disconnect-me") {
    client.disconnect();
  }
  co_return answer;
}

// Sends back what it gets.
class Echo : public EngineUser {
 public:
  explicit Echo(std::shared_ptr<EngineSession> session) : session_(session) {}
  Task<void> message(EnginePacket packet) override {
    const auto session = session_.lock();
    if (!session) co_return;
    Outgoing outgoing;
    auto bytes =
        std::make_shared<const std::string>(packet.binary ? packet.data : "4" + packet.data);
    if (packet.binary) {
      outgoing.binaries.push_back(std::move(bytes));
    } else {
      outgoing.text = std::move(bytes);
    }
    session->send(std::move(outgoing));
  }
  void closed(std::string_view) override {}

 private:
  std::weak_ptr<EngineSession> session_;
};

class EchoListener : public EngineListener {
 public:
  std::shared_ptr<EngineUser> opened(std::shared_ptr<EngineSession> session, Handshake) override {
    return std::make_shared<Echo>(std::move(session));
  }
};

int run(int argc, char** argv) {
  ServerSettings settings;
  settings.max_connections = 20'000;
  SocketSettings sockets;
  sockets.max_payload_bytes = 1'000'000;
  sockets.connect_timeout = std::chrono::milliseconds{1'000};
  std::string path;
  bool engine_alone = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--engine") {
      engine_alone = true;
      continue;
    }
    if (i + 1 == argc) return 2;
    const std::string value = argv[++i];
    if (option == "--path") {
      path = value;
      continue;
    }
    const int number = std::stoi(value);
    if (option == "--port") settings.port = static_cast<std::uint16_t>(number);
    if (option == "--threads") settings.io_threads = static_cast<unsigned>(number);
    if (option == "--ping-interval") sockets.ping_interval = std::chrono::milliseconds{number};
    if (option == "--ping-timeout") sockets.ping_timeout = std::chrono::milliseconds{number};
    if (option == "--connect-timeout") sockets.connect_timeout = std::chrono::milliseconds{number};
    if (option == "--max-payload") sockets.max_payload_bytes = static_cast<std::size_t>(number);
  }
  if (path.empty()) path = engine_alone ? "/engine.io/" : "/socket.io/";

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  EchoListener listener;
  SocketHub hub(sockets);
  SocketNamespace echo;
  echo.connect = let_in;
  echo.connected = [](const SocketClient& client) {
    client.emit(SocketEvent{"auth", "[" + client.identity() + "]", {}, {}});
  };
  echo.event = [&hub](SocketClient client, SocketEvent event) {
    return on_event(hub, std::move(client), std::move(event));
  };
  hub.on("/", echo);
  hub.on("/custom", echo);
  SocketNamespace closed;
  closed.connect = refuse;
  hub.on("/closed", closed);

  Router router;
  if (engine_alone) {
    Routes::add_engine(router, path, std::make_shared<EngineServer>(sockets, listener));
  } else {
    router.add_sockets(path, hub);
  }
  asio::thread_pool workers(1);
  auto server = Server::start(settings, router,
                              Environment{workers, monotonic_time, {}, random_token, nullptr, {}});
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  std::printf("%d\n", (*server)->port());
  std::fflush(stdout);
  int signal = 0;
  if (::isatty(0) == 0) {
    char byte = 0;
    timespec soon{0, 50'000'000};
    pollfd input{0, POLLIN, 0};
    // Ends with whoever started it, or with SIGTERM.
    while (sigtimedwait(&signals, nullptr, &soon) < 0)
      if (::poll(&input, 1, 0) > 0 && ::read(0, &byte, 1) <= 0) break;
  } else {
    sigwait(&signals, &signal);
  }
  (*server)->stop(std::chrono::milliseconds{1'000});
  server->reset();
  workers.join();
  return 0;
}

}  // namespace
}  // namespace csvm::server

int main(int argc, char** argv) { return csvm::server::run(argc, argv); }
