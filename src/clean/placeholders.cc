#include "placeholders.h"

#include <unicode/unistr.h>

#include <array>
#include <cstdint>
#include <string>
#include <unordered_set>

#include "ascii.h"
#include "csvm/clean.h"
#include "csvm/text.h"
#include "data.h"

namespace csvm::clean {
namespace {

constexpr std::string_view punctuation = "-._,;:?/\\|~'\"` ";
constexpr std::string_view wide_punctuation[] = {
    "\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x93", "\xE2\x80\x94",  // hyphens, dashes
    "\xE2\x80\x95", "\xE2\x88\x92", "\xE2\x80\xA6",                  // bar, minus, ellipsis
    "\xEF\xBC\x8D", "\xE3\x83\xBC", "\xEF\xBC\x9F"};                 // full width

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

/// The entries with their ASCII letters in lower case; other letters in every case they come in.
std::unordered_set<std::string> entries() {
  std::unordered_set<std::string> set;
  const auto add = [&set](std::string_view entry) {
    std::string lower;
    append_lower(entry, lower);
    set.insert(std::move(lower));
  };
  for_each_line(placeholders_text, [&add](std::string_view entry) {
    add(entry);
    if (text::is_ascii(entry)) return;
    const auto unicode = icu::UnicodeString::fromUTF8(
        icu::StringPiece(entry.data(), static_cast<std::int32_t>(entry.size())));
    icu::UnicodeString upper = unicode;
    add(utf8(upper.toUpper()));
    const std::int32_t first = unicode.moveIndex32(0, 1);
    add(utf8(icu::UnicodeString(unicode, 0, first).toUpper() + icu::UnicodeString(unicode, first)));
  });
  return set;
}

const std::unordered_set<std::string>& table() {
  static const std::unordered_set<std::string> set = entries();
  return set;
}

PlaceholderFilter filter_of(const std::unordered_set<std::string>& set) {
  PlaceholderFilter filter;
  const auto bit = [](char c) { return std::uint64_t{1} << (static_cast<unsigned char>(c) % 64U); };
  for (const std::string& entry : set) {
    const auto note = [&](char c, std::array<std::uint64_t, longest_placeholder + 1>& bytes) {
      bytes[entry.size()] |= bit(c) | bit(to_upper(c));
    };
    note(entry.front(), filter.first);
    note(entry[entry.size() / 2], filter.middle);
    note(entry.back(), filter.last);
  }
  for (const char c : punctuation) filter.punctuation[static_cast<unsigned char>(c)] = true;
  for (const std::string_view mark : wide_punctuation) {
    filter.punctuation[static_cast<unsigned char>(mark.front())] = true;
    filter.punctuation[static_cast<unsigned char>(mark.back())] = true;
  }
  return filter;
}

/// Dashes, dots, question marks and the like, as many as you please.
bool is_only_punctuation(std::string_view value) {
  while (!value.empty()) {
    if (!is_high(value.front())) {
      if (punctuation.find(value.front()) == std::string_view::npos) return false;
      value.remove_prefix(1);
      continue;
    }
    std::size_t bytes = 0;
    for (const std::string_view mark : wide_punctuation) {
      if (value.starts_with(mark)) bytes = mark.size();
    }
    if (bytes == 0) return false;
    value.remove_prefix(bytes);
  }
  return true;
}

bool is_person_name(columns::Role role) {
  return role == columns::Role::first_name || role == columns::Role::last_name ||
         role == columns::Role::full_name;
}

}  // namespace

const PlaceholderFilter& placeholder_filter() {
  static const PlaceholderFilter filter = filter_of(table());
  return filter;
}

bool is_placeholder(std::string_view value) {
  value = trimmed(value, " \t\r\n");
  if (value.empty()) return true;
  if (!may_be_placeholder(placeholder_filter(), value)) return false;
  if (is_only_punctuation(value)) return true;
  if (value.size() > longest_placeholder) return false;
  std::string lower;
  append_lower(value, lower);
  return table().contains(lower);
}

bool is_placeholder_in(columns::Role role, std::string_view value) {
  if (!is_placeholder(value)) return false;
  value = trimmed(value, " \t\r\n");
  // People are called Null, Nan, Nil and Na; programs write "null", "nan", "NULL".
  if (is_person_name(role)) {
    return !(value == "Null" || value == "Nan" || value == "Nil" || value == "Na");
  }
  // Namibia, North America; Newfoundland's old code, North Dakota.
  const bool ambiguous = equals_any_case(value, "na") || equals_any_case(value, "nd");
  return !ambiguous || !(role == columns::Role::other || role == columns::Role::person_location ||
                         role == columns::Role::company_location);
}

}  // namespace csvm::clean
