#include "websocket.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace csvm::server {

namespace websocket = boost::beast::websocket;

namespace {

constexpr std::chrono::milliseconds handshake_time{10'000};
constexpr std::chrono::milliseconds upgrade_time{10'000};
constexpr std::chrono::milliseconds close_time{2'000};
constexpr std::chrono::milliseconds write_time{30'000};

}  // namespace

/// The stream and the connection it runs on. For the link's strand.
class WebSocket {
 public:
  explicit WebSocket(std::shared_ptr<Link> carrier)
      : link(std::move(carrier)),
        stream(link->socket),
        writer(std::make_shared<Waiter>(link->executor())) {}

  std::shared_ptr<Link> link;
  websocket::stream<asio::ip::tcp::socket&, false> stream;  // false: no compression, 10 KB less
  std::shared_ptr<Waiter> writer;
};

Task<Upgraded> accept_websocket(std::shared_ptr<EngineServer> engine, ReceivedRequest& request,
                                Parser& parser) {
  Upgraded upgraded;
  auto link = request.link().shared_from_this();
  auto socket = std::make_shared<WebSocket>(link);
  socket->stream.read_message_max(engine->settings().max_payload_bytes);
  socket->stream.auto_fragment(false);
  link->allow(handshake_time);
  auto [error] = co_await socket->stream.async_accept(parser.get(), use_result);
  link->allow_forever();
  if (error) co_return upgraded;
  upgraded.socket = std::move(socket);
  upgraded.engine = std::move(engine);
  upgraded.sid = request.query("sid").value_or("");
  upgraded.handshake = Handshake{std::string(request.header("Cookie")), request.client_address()};
  co_return upgraded;
}

namespace {

// One message; nullopt when there will be none any more.
Task<std::optional<EnginePacket>> read_packet(std::shared_ptr<WebSocket> socket, bool& broken) {
  boost::beast::flat_buffer buffer;
  auto [error, read] = co_await socket->stream.async_read(buffer, use_result);
  if (error) co_return std::nullopt;
  const std::string_view bytes(static_cast<const char*>(buffer.cdata().data()), buffer.size());
  if (!socket->stream.got_text())
    co_return EnginePacket{EngineType::message, std::string(bytes), true};
  auto packet = decode_engine_packet(bytes);
  if (packet) co_return std::move(*packet);
  broken = true;
  co_return std::nullopt;
}

Task<bool> write_frame(std::shared_ptr<WebSocket> socket, std::shared_ptr<const std::string> bytes,
                       bool text) {
  socket->stream.text(text);
  socket->link->allow(write_time);
  auto [error, written] = co_await socket->stream.async_write(asio::buffer(*bytes), use_result);
  socket->link->allow_forever();
  co_return !error;
}

Task<bool> write_text(std::shared_ptr<WebSocket> socket, std::string text) {
  co_return co_await write_frame(socket, std::make_shared<const std::string>(std::move(text)),
                                 true);
}

// Sends what the session has until it ends, then closes the WebSocket: the reader sees that.
Task<void> write_session(std::shared_ptr<WebSocket> socket,
                         std::shared_ptr<EngineSession> session) {
  bool ended = false;
  while (!ended) {
    std::deque<Outgoing> taken = session->take(socket->writer, ended);
    if (taken.empty() && !ended) {
      co_await socket->writer->timer.async_wait(use_result);
      continue;
    }
    for (const auto& outgoing : taken) {
      bool sent = true;
      if (outgoing.text) sent = co_await write_frame(socket, outgoing.text, true);
      for (std::size_t i = 0; sent && i < outgoing.binaries.size(); ++i)
        sent = co_await write_frame(socket, outgoing.binaries[i], false);
      if (sent) continue;
      session->close("transport error");
      ended = true;
      break;
    }
  }
  session->close("server disconnect");
  socket->link->allow(close_time);
  co_await socket->stream.async_close(websocket::close_code::normal, use_result);
  boost::system::error_code ignored;
  socket->link->socket.close(ignored);
}

Task<void> close_socket(std::shared_ptr<WebSocket> socket) {
  socket->link->allow(close_time);
  co_await socket->stream.async_close(websocket::close_code::normal, use_result);
}

// The probe of an upgrade; true when the session is ours.
Task<bool> take_over(std::shared_ptr<WebSocket> socket, std::shared_ptr<EngineSession> session) {
  if (!session->begin_upgrade()) co_return false;
  bool broken = false;
  bool taken = false;
  // The writing of the answer ends the deadline; each message has its own.
  socket->link->allow(upgrade_time);
  auto probe = co_await read_packet(socket, broken);
  if (probe && probe->type == EngineType::ping && probe->data == "probe") {
    session->probed();
    if (co_await write_text(socket, "3probe")) {
      socket->link->allow(upgrade_time);
      auto go = co_await read_packet(socket, broken);
      taken = go && go->type == EngineType::upgrade && session->finish_upgrade();
    }
  }
  socket->link->allow_forever();
  if (!taken) session->abandon_upgrade();
  co_return taken;
}

}  // namespace

Task<void> serve_websocket(Upgraded upgraded) {
  auto socket = std::move(upgraded.socket);
  auto link = socket->link;
  std::shared_ptr<EngineSession> session;
  if (upgraded.sid.empty()) {
    session = upgraded.engine->open(true, std::move(upgraded.handshake));
    if (!session) co_return;
    std::string greeting = upgraded.engine->open_packet(*session, true);
    if (!co_await write_text(socket, std::move(greeting))) {
      session->close("transport error");
      co_return;
    }
  } else {
    session = upgraded.engine->find(upgraded.sid);
    bool ours = false;
    if (session) ours = co_await take_over(socket, session);
    if (!ours) {
      co_await close_socket(socket);
      co_return;
    }
  }
  upgraded = Upgraded{};
  asio::co_spawn(link->executor(), write_session(socket, session), asio::detached);

  bool broken = false;
  while (true) {
    auto packet = co_await read_packet(socket, broken);
    if (!packet) break;
    if (!session->begin_receiving(true)) break;
    co_await session->receive(std::move(*packet));
    session->end_receiving();
  }
  session->close(broken ? "parse error" : "transport close");
}

}  // namespace csvm::server
