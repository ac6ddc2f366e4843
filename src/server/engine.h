// Engine.IO 4: sessions that outlive the HTTP requests and WebSockets that carry them.
//
//   polling GET/POST --+
//                      +--> EngineSession <--> EngineUser (Socket.IO, or an echo)
//   WebSocket ---------+
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "csvm/server.h"
#include "engine_packet.h"

namespace csvm::server {

class ReceivedRequest;
class EngineSession;
class EngineServer;

/// One or more packets that go out together. What is shared is encoded once for a whole room.
struct Outgoing {
  std::shared_ptr<const std::string> text;  // with its type in front: "42[...]"; null: none
  std::vector<std::shared_ptr<const std::string>> binaries;
  std::string replaces;  // see SocketEvent
  std::size_t size_bytes() const;
};

/// Who uses a session. Calls come one at a time, but `closed` may come during a `message`.
class EngineUser {
 public:
  virtual ~EngineUser() = default;
  virtual Task<void> message(EnginePacket packet) = 0;
  /// Once, at the end of the session.
  virtual void closed(std::string_view reason) = 0;
};

struct Handshake {
  std::string cookie_header;
  std::string client_address;
};

/// Makes the users of new sessions.
class EngineListener {
 public:
  virtual ~EngineListener() = default;
  virtual std::shared_ptr<EngineUser> opened(std::shared_ptr<EngineSession> session,
                                             Handshake handshake) = 0;
};

/// Somebody who waits for a session to have something to send.
class Waiter {
 public:
  virtual ~Waiter() = default;
  /// On any thread, while the session is locked.
  virtual void wake() = 0;
};

/// One Engine.IO connection. All members from any thread.
class EngineSession : public std::enable_shared_from_this<EngineSession> {
 public:
  EngineSession(std::string sid, std::shared_ptr<EngineServer> server, bool websocket);

  const std::string& sid() const { return sid_; }
  asio::any_io_executor executor() const { return executor_; }
  void open(std::shared_ptr<EngineUser> user);  // once; starts the heartbeat
  /// Queues it; false if the session has ended. A queue that grows too long ends the session.
  bool send(Outgoing outgoing);
  /// Ends the session at once, or after what is queued has been sent.
  void close(std::string_view reason);
  void close_after_sending();
  bool is_closed() const;

  // For the transports.
  enum class Poll { wait, send, refused };
  /// Begins a GET: `send` fills `body`; `wait` means that `waiter` is woken when to ask again. A
  /// second GET beside an open one is refused and ends the session.
  Poll begin_poll(const std::shared_ptr<Waiter>& waiter, std::string& body);
  Poll continue_poll(const std::shared_ptr<Waiter>& waiter, std::string& body);
  /// Takes the right to hand in packets; false if this transport has it not, or another request.
  bool begin_receiving(bool websocket);
  void end_receiving();
  Task<void> receive(EnginePacket packet);
  /// A WebSocket wants to take over: false if that cannot be. After `probed` open and new polls
  /// end at once, `finish_upgrade` makes the WebSocket the only transport.
  bool begin_upgrade();
  void probed();
  bool finish_upgrade();
  void abandon_upgrade();
  /// What a WebSocket has to send; empty: wait. `ended`: nothing will follow.
  std::vector<Outgoing> take(const std::weak_ptr<Waiter>& waiter, bool& ended);

 private:
  struct State {
    std::shared_ptr<EngineUser> user;
    std::vector<Outgoing> queue;
    std::size_t queued_bytes = 0;
    std::weak_ptr<Waiter> waiter;  // of the poll or WebSocket that waits
    bool websocket = false;
    bool upgrading = false;
    bool probed = false;
    bool polling = false;    // a GET is open
    bool receiving = false;  // a POST or a frame is being handed in
    bool pinged = false;     // a pong is due
    bool closing = false;    // after the queue is empty
    bool closed = false;
    bool closed_by_peer = false;
    std::uint64_t heartbeats = 0;  // tells a timer that fired for an earlier one
  };
  void close_as(std::string_view reason, bool by_peer);
  Poll answer_poll(State& state, const std::shared_ptr<Waiter>& waiter, std::string& body);
  static void wake(State& state);
  void await_heartbeat(State& state);
  void heartbeat(std::uint64_t number);

  const std::string sid_;
  const std::weak_ptr<EngineServer> server_;
  const asio::any_io_executor executor_;
  const std::chrono::milliseconds ping_interval_;
  const std::chrono::milliseconds ping_timeout_;
  const std::size_t max_queue_bytes_;
  // The timer is not thread-safe; it is touched only while the state is locked.
  asio::steady_timer heartbeat_;
  mutable Guarded<State> state_;
};

/// All sessions of a hub. Any thread.
class EngineServer : public std::enable_shared_from_this<EngineServer> {
 public:
  EngineServer(SocketSettings settings, EngineListener& listener);

  /// Before the first request: where timers run, and who makes ids.
  void start(asio::any_io_executor executor, std::function<std::string()> new_token);
  /// Ends all sessions and lets go of the executor.
  void stop();

  const SocketSettings& settings() const { return settings_; }
  asio::any_io_executor executor() const { return executor_; }
  std::shared_ptr<EngineSession> open(bool websocket, Handshake handshake);
  std::string new_id() const { return new_token_(); }
  std::shared_ptr<EngineSession> find(std::string_view sid) const;
  void forget(const std::string& sid);
  std::string open_packet(const EngineSession& session, bool websocket) const;
  /// nullopt if the request may become a WebSocket, else the answer to it.
  std::optional<Response> refuse_upgrade(const Request& request) const;
  /// nullopt if parameters and origin are right.
  std::optional<Response> refuse(const Request& request, std::string_view transport) const;

 private:
  struct State {
    std::unordered_map<std::string, std::shared_ptr<EngineSession>> sessions;
    bool stopped = false;
  };
  const SocketSettings settings_;
  EngineListener& listener_;
  asio::any_io_executor executor_;
  std::function<std::string()> new_token_;
  mutable Guarded<State> state_;
};

/// Answers a polling request.
Task<Response> answer_polling(std::shared_ptr<EngineServer> engine, ReceivedRequest& request);

/// The engine under a hub.
std::shared_ptr<EngineServer> engine_of(SocketHub& hub);

}  // namespace csvm::server
