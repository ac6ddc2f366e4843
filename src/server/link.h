// One accepted connection: its socket, its deadline, and the register of all of them.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <unordered_set>

#include "csvm/server.h"

namespace csvm::server {

/// How this module awaits an operation: its error comes back as a value.
inline constexpr auto use_result = asio::as_tuple(asio::use_awaitable);

class Link;

/// All open connections. Any thread.
class Links {
 public:
  void add(Link* link);
  void remove(Link* link);
  std::size_t count() const;
  /// Runs `use` for each link that is still alive.
  void for_each(const std::function<void(const std::shared_ptr<Link>&)>& use) const;
  /// From now on the future becomes ready when no link is left. Call once.
  std::future<void> when_empty();

 private:
  struct State {
    std::unordered_set<Link*> open;
    std::promise<void> empty;
    bool awaited = false;
    bool told = false;
  };
  mutable Guarded<State> state_;
};

/// A connection. All members but the constructor are for its strand (`executor()`).
class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(asio::ip::tcp::socket accepted, Links& links);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  asio::any_io_executor executor() { return socket.get_executor(); }
  /// What is being waited for now must end within `time`, or the socket's operations are aborted
  /// and `expired()` says so.
  void allow(std::chrono::milliseconds time);
  void allow_forever();
  bool expired() const { return expired_; }
  /// Calls `lost` if the peer closes or resets before `unwatch`. Bytes that arrive end the watch.
  void watch(std::function<void()> lost);
  void unwatch();
  /// Ends everything at once: closes the socket and cancels the coroutine.
  void cut();
  bool was_cut() const { return cut_; }

  asio::ip::tcp::socket socket;
  asio::cancellation_signal stop;  // of the coroutine that serves this link
  bool idle = true;                // between two requests
  std::string peer_address;

 private:
  Links& links_;
  asio::steady_timer timer_;
  asio::cancellation_signal unwatch_;
  std::uint64_t turn_ = 0;  // a timer that fired for an earlier deadline is told from ours by this
  std::uint64_t watch_turn_ = 0;
  bool expired_ = false;
  bool cut_ = false;
};

}  // namespace csvm::server
