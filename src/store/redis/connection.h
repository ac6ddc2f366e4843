// One connection to Redis, and what it answers.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "csvm/base.h"
#include "url.h"

struct redisContext;
struct redisReply;

namespace csvm::store::redis {

/// A part of a reply; borrows it.
class Node {
 public:
  explicit Node(const redisReply* at) : at_(at) {}
  bool is_nil() const;
  bool is_error() const;
  std::string_view text() const;  // empty for what is no text
  std::uint64_t count() const;    // of a text, too; 0 for what is no number
  double real() const;
  std::size_t size() const;
  Node operator[](std::size_t index) const;  // a nil beyond the end

 private:
  const redisReply* at_;
};

class Reply {
 public:
  explicit Reply(redisReply* owned) : owned_(owned) {}
  Node root() const { return Node(owned_.get()); }

 private:
  struct Free {
    void operator()(redisReply* reply) const;
  };
  std::unique_ptr<redisReply, Free> owned_;
};

/// Threads: one at a time.
/// Errors:  `io`: not done; `timeout`: sent, but no answer came, so it may have been done. After
///          either, the connection is of no more use.
class Connection {
 public:
  /// Connects, logs in, selects the database; asks the Sentinels first if there are any. A refused
  /// user, password, database or certificate is `io`, too: it may be put right while we run.
  static Result<std::unique_ptr<Connection>> open(const Target& target);

  Result<Reply> run(std::span<const std::string_view> words);
  Result<Reply> run(std::initializer_list<std::string_view> words) {
    return run(std::span(words.begin(), words.size()));
  }
  /// False when the server has closed it.
  bool is_open() const;

  // For subscriptions.
  int descriptor() const;
  /// Reads what has come; fails with `io` when the connection is lost.
  Result<void> receive();
  /// The next whole message of what was received.
  std::optional<Reply> next();

 private:
  struct Close {
    void operator()(redisContext* context) const;
  };
  explicit Connection(redisContext* owned) : context_(owned) {}
  static Result<std::unique_ptr<Connection>> connect(const Target& target, const Address* address);
  static Result<std::unique_ptr<Connection>> open_master(const Target& target);
  Result<void> log_in(const Target& target);

  std::unique_ptr<redisContext, Close> context_;
};

/// An error that Redis answered, in our words.
Error error_of(std::string_view answer);

}  // namespace csvm::store::redis
