// Hears what other processes publish: one connection and one thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "connection.h"

namespace csvm::store::redis {

/// Subscribes to channels and hands each message on, until it is destroyed. When the connection is
/// lost it connects again, waiting longer each time up to 1 s.
class Listener {
 public:
  struct Hooks {
    std::function<void(Node message)> heard;  // ["message", channel, text]
    std::function<void()> missed;  // listening again: what was published meanwhile went unheard
  };
  /// Hears all that is published after it returned. Fails as Connection does.
  static Result<std::unique_ptr<Listener>> start(Target target, std::vector<std::string> channels,
                                                 Hooks hooks);
  ~Listener();

 private:
  Listener(Target target, std::vector<std::string> channels, Hooks hooks);
  Result<std::unique_ptr<Connection>> subscribe() const;
  void listen(std::unique_ptr<Connection> connection);
  /// Until the connection is lost (true) or the end (false).
  bool hear(Connection& connection);
  /// False at the end.
  bool wait(int milliseconds);

  const Target target_;
  const std::vector<std::string> channels_;
  const Hooks hooks_;
  int ends_ = -1;  // an eventfd
  std::thread thread_;
};

}  // namespace csvm::store::redis
