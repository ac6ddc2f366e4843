#include "cell_text.h"

#include <algorithm>
#include <array>

#include "csvm/text.h"

namespace csvm::app {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode's East Asian Width "W" and "F" in coarse blocks, and marks that take no room.
constexpr std::array<Range, 12> wide = {{{0x1100, 0x115F},
                                         {0x2E80, 0x303E},
                                         {0x3041, 0xA4CF},
                                         {0xA960, 0xA97F},
                                         {0xAC00, 0xD7A3},
                                         {0xF900, 0xFAFF},
                                         {0xFE30, 0xFE6F},
                                         {0xFF00, 0xFF60},
                                         {0xFFE0, 0xFFE6},
                                         {0x1F300, 0x1F64F},
                                         {0x1F900, 0x1FAFF},
                                         {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 6> without_room = {{{0x0300, 0x036F},
                                                {0x200B, 0x200F},
                                                {0x2060, 0x2064},
                                                {0x20D0, 0x20FF},
                                                {0xFE00, 0xFE0F},
                                                {0xFEFF, 0xFEFF}}};

template <std::size_t n>
bool is_in(char32_t c, const std::array<Range, n>& ranges) {
  return std::ranges::any_of(ranges, [c](const Range& r) { return c >= r.first && c <= r.last; });
}

bool is_control(char32_t c) {
  const bool bidirectional = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || bidirectional;
}

std::size_t width_of(char32_t c) {
  if (is_in(c, without_room)) return 0;
  return is_in(c, wide) ? 2 : 1;
}

/// `text` without anything that steers a terminal.
std::string harmless(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t c = text::next_code_point(text, at);
    if (c == text::not_a_character) {
      out += '?';
    } else if (is_control(c)) {
      out += ' ';
    } else {
      out += text.substr(from, at - from);
    }
  }
  return out;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += width_of(text::next_code_point(text, at));
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  // Long cells are cut early, not measured to their end.
  std::string cell = harmless(text.substr(0, width * 8 + 64));
  if (display_width(cell) <= width && text.size() <= width * 8 + 64) return cell;
  constexpr std::string_view dots = "...";
  const std::size_t room = width > dots.size() ? width - dots.size() : 0;
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < cell.size()) {
    std::size_t next = at;
    used += width_of(text::next_code_point(cell, next));
    if (used > room) break;
    at = next;
  }
  cell.resize(at);
  cell += dots.substr(0, std::min(width, dots.size()));
  return cell;
}

std::string padded_to_width(std::string_view text, std::size_t width) {
  std::string cell = cut_to_width(text, width);
  const std::size_t used = display_width(cell);
  if (used < width) cell.append(width - used, ' ');
  return cell;
}

std::string shell_quoted(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

}  // namespace csvm::app
