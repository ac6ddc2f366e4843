// Connections to Redis, and scripts that run there. Knows nothing of sessions and jobs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connection.h"
#include "redis_scripts.h"

namespace csvm::store::redis {

/// What may be asked again when no answer came.
enum class Again { yes, no };

/// Threads: any. Every call takes a connection of its own from a pool.
/// Errors:  as Connection; what Redis answered with an error is `io`.
class Client {
 public:
  explicit Client(Target target);

  Result<Reply> command(std::initializer_list<std::string_view> words, Again again) {
    return command(std::span(words.begin(), words.size()), again);
  }
  Result<Reply> command(std::span<const std::string_view> words, Again again);
  /// Runs a script by its digest; sends its text when Redis does not have it (any more).
  Result<Reply> run(Script script, std::span<const std::string> arguments, Again again);
  const Target& target() const { return target_; }

 private:
  struct Text {
    std::string text, digest;
  };
  Result<std::unique_ptr<Connection>> take();
  Result<Reply> ask(std::span<const std::string_view> words, Again again);

  const Target target_;
  std::vector<Text> scripts_;
  Guarded<std::vector<std::unique_ptr<Connection>>> idle_;
};

}  // namespace csvm::store::redis
