// A stretch of a text in memory that moves forward over it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "csvm/base.h"
#include "csvm/bytes.h"

namespace csvm::csv {

/// One thread. Keeps its buffer; borrows `text`.
class Window {
 public:
  explicit Window(const bytes::Text& text, std::size_t window_bytes = std::size_t{256} << 10)
      : text_(&text), size_(text.size()), window_bytes_(window_bytes) {}

  std::uint64_t size() const { return size_; }

  /// What is in memory from `at` on: at least `wanted` bytes, fewer only at the end of the text.
  /// Dead after the next call.
  Result<std::string_view> view(std::uint64_t at, std::size_t wanted);

  /// The byte at `at`, or nullopt behind the end.
  Result<std::optional<char>> byte(std::uint64_t at);

 private:
  const bytes::Text* text_;
  std::uint64_t size_;
  std::size_t window_bytes_;
  std::string buffer_;
  std::uint64_t begin_ = 0;  // of what is in the buffer
  std::size_t filled_ = 0;
};

/// Behind the line end at or after `at`; the size of the text when there is none. What lies from
/// `stop` on is not searched: then the answer is `stop` or a little more.
Result<std::uint64_t> next_line(Window& window, std::uint64_t at,
                                std::uint64_t stop = std::numeric_limits<std::uint64_t>::max());

}  // namespace csvm::csv
