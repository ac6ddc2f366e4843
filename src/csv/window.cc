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

Result<std::uint64_t> next_line(Window& window, std::uint64_t at) {
  for (;;) {
    const std::string_view text = CSVM_TRY(window.view(at, 2));
    if (text.empty()) return at;
    const std::size_t end = text.find_first_of("\r\n");
    if (end == std::string_view::npos) {
      at += text.size();
      continue;
    }
    if (text[end] == '\n') return at + end + 1;
    const auto next = CSVM_TRY(window.byte(at + end + 1));
    return at + end + (next == '\n' ? 2 : 1);
  }
}

}  // namespace csvm::csv
