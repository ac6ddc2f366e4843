#include "utf8.h"

#include <algorithm>

#include "csvm/bytes.h"

namespace csvm::bytes {

std::size_t utf8_sequence(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return follows(1, 0x80, 0xbf) ? 2 : 0;
  if (lead < 0xf0) {
    const unsigned low = lead == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (lead > 0xf4) return 0;
  const unsigned low = lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xf4 ? 0x8f : 0xbf;
  return follows(1, low, high) && follows(2, 0x80, 0xbf) && follows(3, 0x80, 0xbf) ? 4 : 0;
}

std::size_t first_invalid_utf8_scalar(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t bytes = utf8_sequence(text.substr(at));
    if (bytes == 0) return at;
    at += bytes;
  }
  return std::string_view::npos;
}

std::size_t first_invalid_utf8(std::string_view text) {
  // Pieces keep the second look, which finds the place, short.
  constexpr std::size_t piece_bytes = 4096;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = std::min(text.size(), at + piece_bytes);
    // Not inside a sequence: its bytes belong to the piece it starts in.
    for (int i = 0; i < 3 && end < text.size(); ++i, ++end) {
      if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80) break;
    }
    const std::string_view piece = text.substr(at, end - at);
    if (!is_valid_utf8_simd(piece.data(), piece.size())) {
      const std::size_t found = first_invalid_utf8_scalar(piece);
      if (found != std::string_view::npos) return at + found;
    }
    at = end;
  }
  return std::string_view::npos;
}

void add_utf8_evidence(std::string_view text, Utf8Evidence& evidence) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t bytes = utf8_sequence(text.substr(at));
    if (bytes == 0) ++evidence.invalid;
    if (bytes > 1) ++evidence.multibyte;
    at += std::max<std::size_t>(bytes, 1);
  }
}

}  // namespace csvm::bytes
