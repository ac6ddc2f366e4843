#include "websocket.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <utility>

#include "connection.h"

namespace csvm::server {

namespace websocket = boost::beast::websocket;

namespace {

constexpr std::chrono::milliseconds handshake_time{10'000};
constexpr std::chrono::milliseconds upgrade_time{10'000};
constexpr std::chrono::milliseconds close_time{2'000};
constexpr std::chrono::milliseconds write_time{30'000};

}  // namespace

/// The stream, the connection it runs on, and the session it carries. An idle one costs no
/// coroutine and no buffer to speak of: it waits for the first bytes of a message, and it writes
/// when its session wakes it. For the link's strand, but for `wake`.
class WebSocket : public Waiter, public std::enable_shared_from_this<WebSocket> {
  std::shared_ptr<Shared> shared_;  // goes last: the link is in its register

 public:
  explicit WebSocket(std::shared_ptr<Link> carrier)
      : link(std::move(carrier)), stream(link->socket) {}

  /// From now on the session sends and receives here.
  void carry(std::shared_ptr<EngineSession> session, std::shared_ptr<Shared> shared);
  void wake() override;

  const std::shared_ptr<Link> link;
  websocket::stream<asio::ip::tcp::socket&, false> stream;  // false: no compression, 10 KB less

 private:
  void await_message();
  void began_message(boost::system::error_code error, std::size_t bytes);
  static Task<void> take_message(std::shared_ptr<WebSocket> self, std::size_t bytes);
  Task<void> read_rest(std::string& message, bool& failed);
  void write_next();
  void wrote(boost::system::error_code error);
  void finish();

  std::shared_ptr<EngineSession> session_;
  std::vector<Outgoing> outgoing_;
  std::size_t next_ = 0, next_binary_ = 0;  // of `outgoing_`; of its binaries
  bool text_is_sent_ = false;               // of outgoing_[next_]
  bool writing_ = false;
  std::array<char, 128> begin_{};  // of a message; most are not longer
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

Task<void> serve_websocket(Upgraded upgraded, std::shared_ptr<Shared> shared) {
  auto socket = std::move(upgraded.socket);
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
  socket->carry(std::move(session), std::move(shared));
}

void WebSocket::carry(std::shared_ptr<EngineSession> session, std::shared_ptr<Shared> shared) {
  session_ = std::move(session);
  shared_ = std::move(shared);
  writing_ = true;
  write_next();
  await_message();
}

void WebSocket::await_message() {
  stream.async_read_some(asio::buffer(begin_), [self = shared_from_this()](auto error, auto bytes) {
    self->began_message(error, bytes);
  });
}

void WebSocket::began_message(boost::system::error_code error, std::size_t bytes) {
  if (error) return session_->close("transport close");
  asio::co_spawn(link->executor(), take_message(shared_from_this(), bytes),
                 [session = session_](std::exception_ptr failure) {
                   if (failure) session->close("server error");
                 });
}

Task<void> WebSocket::read_rest(std::string& message, bool& failed) {
  std::array<char, 4096> piece;
  while (!stream.is_message_done()) {
    auto [error, bytes] = co_await stream.async_read_some(asio::buffer(piece), use_result);
    message.append(piece.data(), bytes);
    failed = static_cast<bool>(error);
    if (failed) co_return;
  }
}

Task<void> WebSocket::take_message(std::shared_ptr<WebSocket> self, std::size_t bytes) {
  std::string message(self->begin_.data(), bytes);
  const std::shared_ptr<EngineSession> session = self->session_;
  if (!self->stream.is_message_done()) {
    bool failed = false;
    co_await self->read_rest(message, failed);
    if (failed) co_return session->close("transport close");
  }
  Result<EnginePacket> packet = EnginePacket{EngineType::message, {}, true};
  if (self->stream.got_text()) {
    packet = decode_engine_packet(message);
  } else {
    packet->data = std::move(message);
  }
  if (!packet) co_return session->close("parse error");
  if (!session->begin_receiving(true)) co_return session->close("transport close");
  co_await session->receive(std::move(*packet));
  session->end_receiving();
  self->await_message();
}

void WebSocket::wake() {
  asio::post(link->executor(), [self = shared_from_this()] {
    if (std::exchange(self->writing_, true)) return;
    self->write_next();
  });
}

// Sends what the session has; at its end closes the WebSocket, which the reader sees.
void WebSocket::write_next() {
  while (next_ < outgoing_.size()) {
    const Outgoing& outgoing = outgoing_[next_];
    std::shared_ptr<const std::string> frame;
    const bool is_text = outgoing.text && !text_is_sent_;
    if (is_text) {
      frame = outgoing.text;
      text_is_sent_ = true;
    } else if (next_binary_ < outgoing.binaries.size()) {
      frame = outgoing.binaries[next_binary_++];
    } else {
      ++next_;
      next_binary_ = 0;
      text_is_sent_ = false;
      continue;
    }
    stream.text(is_text);
    link->allow(write_time);
    const asio::const_buffer bytes = asio::buffer(*frame);
    stream.async_write(bytes, [self = shared_from_this(), frame = std::move(frame)](
                                  auto error, std::size_t) { self->wrote(error); });
    return;
  }
  bool ended = false;
  next_ = 0;
  outgoing_ = session_->take(weak_from_this(), ended);
  if (!outgoing_.empty()) return write_next();
  writing_ = false;
  if (ended) finish();
}

void WebSocket::wrote(boost::system::error_code error) {
  link->allow_forever();
  if (!error) return write_next();
  outgoing_.clear();
  session_->close("transport error");
  finish();
}

void WebSocket::finish() {
  writing_ = true;  // nothing any more
  session_->close("server disconnect");
  link->allow(close_time);
  stream.async_close(websocket::close_code::normal, [self = shared_from_this()](auto) {
    boost::system::error_code ignored;
    self->link->socket.close(ignored);
  });
}

}  // namespace csvm::server
