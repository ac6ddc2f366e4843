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
  const std::size_t first = text.find_first_not_of(set);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(set) - first + 1);
}

inline void append_lower(std::string_view text, std::string& out) {
  for (const char c : text) out.push_back(to_lower(c));
}

}  // namespace csvm::clean
