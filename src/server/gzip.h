// gzip for answers.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "csvm/base.h"

namespace csvm::server {

/// Whether answers of this content type get smaller by compression.
bool is_compressible(std::string_view content_type);

/// Compresses a stream piece by piece. Not thread-safe; calls may come from different threads.
class GzipStream {
 public:
  /// `level`: 1 (fast) to 9 (small). Throws std::bad_alloc.
  explicit GzipStream(int level);
  ~GzipStream();
  /// The compressed bytes that are ready; with `last`, all that remain.
  std::string push(std::string_view bytes, bool last);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace csvm::server
