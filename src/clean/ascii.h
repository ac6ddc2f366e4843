// ASCII characters by class, without locale.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace csvm::clean {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) { return is_upper(c) || is_lower(c); }
constexpr bool is_alnum(char c) { return is_letter(c) || is_digit(c); }
constexpr bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - ('a' - 'A')) : c; }

/// `text` starts with `start`, which is lower case; ASCII letters of either case are equal.
constexpr bool starts_with_any_case(std::string_view text, std::string_view start) {
  if (text.size() < start.size()) return false;
  for (std::size_t i = 0; i < start.size(); ++i) {
    if (to_lower(text[i]) != start[i]) return false;
  }
  return true;
}

constexpr bool equals_any_case(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && starts_with_any_case(text, lower);
}

constexpr std::string_view trimmed(std::string_view text, std::string_view set = " ") {
  // A loop beats a call of memchr for each byte of so few.
  const auto is_cut = [set](char c) {
    for (const char one : set) {
      if (one == c) return true;
    }
    return false;
  };
  while (!text.empty() && is_cut(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_cut(text.back())) text.remove_suffix(1);
  return text;
}

inline void append_lower(std::string_view text, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + text.size());
  for (std::size_t i = 0; i < text.size(); ++i) out[start + i] = to_lower(text[i]);
}

}  // namespace csvm::clean
