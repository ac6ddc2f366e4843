// watch.h - notices that a file was changed, made, replaced or removed.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "csvm/base.h"

namespace csvm::recipe {

/// Watches the folder of a file (an editor replaces the file, and a watch on the old one would see
/// nothing) on a thread of its own, until it is destroyed.
class Watch {
 public:
  /// @param changed  called on the watch's thread after each change.
  /// Fails with `io` when the folder can't be watched.
  static Result<std::unique_ptr<Watch>> start(const std::string& path,
                                              std::function<void()> changed);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  struct State;
  explicit Watch(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace csvm::recipe
