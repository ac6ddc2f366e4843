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

constexpr std::size_t longest = 40;  // bytes; no entry is longer

/// The entries with their ASCII letters in lower case; other letters in every case they come in.
class Table {
 public:
  Table() {
    for_each_line(placeholders_text, [this](std::string_view entry) {
      add(entry);
      if (text::is_ascii(entry)) return;
      const auto unicode = icu::UnicodeString::fromUTF8(
          icu::StringPiece(entry.data(), static_cast<std::int32_t>(entry.size())));
      icu::UnicodeString upper = unicode;
      add(utf8(upper.toUpper()));
      icu::UnicodeString capital = unicode;
      const std::int32_t first = capital.moveIndex32(0, 1);
      add(utf8(icu::UnicodeString(capital, 0, first).toUpper() +
               icu::UnicodeString(capital, first)));
    });
  }

  bool holds(std::string_view value) const {
    if (value.size() > longest) return false;
    const auto first = static_cast<unsigned char>(to_lower(value.front()));
    if ((first_bytes_[value.size()] >> (first % 64U) & 1U) == 0) return false;
    std::string lower;
    append_lower(value, lower);
    return entries_.contains(lower);
  }

 private:
  static std::string utf8(const icu::UnicodeString& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
  }

  void add(std::string_view entry) {
    std::string lower;
    append_lower(entry, lower);
    first_bytes_[lower.size()] |= std::uint64_t{1}
                                  << (static_cast<unsigned char>(lower.front()) % 64U);
    entries_.insert(std::move(lower));
  }

  std::unordered_set<std::string> entries_;
  // [length]: which first bytes (modulo 64) the entries of this length have. Most values end here.
  std::array<std::uint64_t, longest + 1> first_bytes_{};
};

/// Dashes, dots, question marks and the like, as many as you please.
bool is_only_punctuation(std::string_view value) {
  constexpr std::string_view ascii = "-._,;:?/\\|~'\"` ";
  constexpr std::string_view dashes[] = {
      "\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x93", "\xE2\x80\x94",  // hyphens, dashes
      "\xE2\x80\x95", "\xE2\x88\x92", "\xE2\x80\xA6",                  // bar, minus, ellipsis
      "\xEF\xBC\x8D", "\xE3\x83\xBC", "\xEF\xBC\x9F"};                 // full width
  while (!value.empty()) {
    if (!is_high(value.front())) {
      if (ascii.find(value.front()) == std::string_view::npos) return false;
      value.remove_prefix(1);
      continue;
    }
    std::size_t bytes = 0;
    for (const std::string_view dash : dashes) {
      if (value.starts_with(dash)) bytes = dash.size();
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

bool is_placeholder(std::string_view value) {
  static const Table table;
  value = trimmed(value, " \t\r\n");
  if (value.empty()) return true;
  if (!is_alnum(value.front()) && is_only_punctuation(value)) return true;
  return table.holds(value);
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
