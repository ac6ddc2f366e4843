#include "window.h"

#include <algorithm>

namespace csvm::csv {

Result<std::string_view> Window::view(std::uint64_t at, std::size_t wanted) {
  if (at >= size_) return std::string_view();
  wanted = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, size_ - at));
  if (at < begin_ || at + wanted > begin_ + filled_) {
    const std::size_t load = static_cast<std::size_t>(
        std::min<std::uint64_t>(std::max(wanted, window_bytes_), size_ - at));
    if (buffer_.size() < load) buffer_.resize(load);
    begin_ = at;
    filled_ = 0;
    filled_ = CSVM_TRY(text_->read_at(at, std::span<char>(buffer_).first(load)));
    if (filled_ < wanted) return Error{Errc::io, "'" + text_->name() + "' became shorter"};
  }
  const auto offset = static_cast<std::size_t>(at - begin_);
  return std::string_view(buffer_.data() + offset, filled_ - offset);
}

Result<std::optional<char>> Window::byte(std::uint64_t at) {
  const std::string_view text = CSVM_TRY(view(at, 1));
  if (text.empty()) return std::optional<char>();
  return std::optional<char>(text.front());
}

Result<std::uint64_t> next_line(Window& window, std::uint64_t at, std::uint64_t stop) {
  // Two searches for one byte are faster than one for either, in pieces that a text with one kind
  // of line end only does not make long.
  constexpr std::size_t piece_bytes = 4096;
  while (at < stop) {
    std::string_view text = CSVM_TRY(window.view(at, 2));
    if (text.empty()) return at;
    text = text.substr(0, piece_bytes);
    const std::size_t lf = text.find('\n');
    const std::size_t cr = text.substr(0, lf).find('\r');
    if (cr != std::string_view::npos) {
      const auto next = CSVM_TRY(window.byte(at + cr + 1));
      return at + cr + (next == '\n' ? 2 : 1);
    }
    if (lf != std::string_view::npos) return at + lf + 1;
    at += text.size();
  }
  return at;
}

}  // namespace csvm::csv
