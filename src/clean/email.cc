#include "email.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "ascii.h"
#include "byte_set.h"
#include "csvm/clean.h"
#include "csvm/text.h"

namespace csvm::clean {
namespace {

constexpr std::size_t longest_address = 254;  // bytes (RFC 5321, section 4.5.3.1)
constexpr std::size_t longest_local = 64;
constexpr std::size_t longest_cell = 4096;

constexpr std::string_view atom_marks = "!#$%&'*+-/=?^_`{}~.";  // RFC 5322, without "|"

/// [byte]: may stand in a local part.
constexpr std::array<bool, 256> local_bytes = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    table[c] = is_alnum(byte) || is_high(byte) || atom_marks.find(byte) != std::string_view::npos;
  }
  return table;
}();

// What a byte is to `look_at_email`. A slash and an apostrophe may be separators: no local bytes.
constexpr std::uint8_t in_local = 1;
constexpr std::uint8_t in_host = 2;
constexpr std::uint8_t capital = 4;
constexpr std::uint8_t digit = 8;
constexpr std::uint8_t hyphen_kind = 16;
constexpr std::uint8_t dot_kind = 32;

constexpr std::array<std::uint8_t, 256> look_bytes = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    unsigned kind = 0;
    if (local_bytes[i] && !is_high(c) && c != '/' && c != '\'') kind |= in_local;
    if (is_alnum(c) || c == '-' || c == '.') kind |= in_host;
    if (is_upper(c)) kind |= capital;
    if (is_digit(c)) kind |= digit;
    if (c == '-') kind |= hyphen_kind;
    if (c == '.') kind |= dot_kind;
    table[i] = static_cast<std::uint8_t>(kind);
  }
  return table;
}();

bool is_valid_local(std::string_view local) {
  if (local.empty() || local.size() > longest_local) return false;
  if (local.front() == '.' || local.back() == '.') return false;
  return std::all_of(local.begin(), local.end(),
                     [](char c) { return local_bytes[static_cast<unsigned char>(c)]; });
}

bool is_valid_mail_host(std::string_view host) {
  std::size_t label_bytes = 0;
  bool letters_only = true;  // in the last label
  int labels = 1;
  char before = '.';
  for (const char c : host) {
    if (c == '.') {
      if (before == '.' || before == '-') return false;
      ++labels;
      label_bytes = 0;
      letters_only = true;
    } else {
      if (!is_alnum(c) && !is_high(c) && (c != '-' || before == '.')) return false;
      letters_only = letters_only && !is_digit(c) && c != '-';
      if (++label_bytes > 63) return false;
    }
    before = c;
  }
  if (labels < 2 || label_bytes < 2 || before == '-') return false;
  return letters_only || starts_with_any_case(host.substr(host.size() - label_bytes), "xn--");
}

/// Words that say nothing an address in an e-mail column does not say.
bool is_label(std::string_view word) {
  static constexpr std::string_view labels[] = {
      "mailto",  "mail",      "email", "e-mail", "emails",  "smtp",     "to",
      "cc",      "or",        "and",   "und",    "et",      "y",        "e",
      "work",    "business",  "main",  "office", "home",    "personal", "private",
      "primary", "secondary", "other", "alt",    "contact", "&",        "+"};
  return std::any_of(std::begin(labels), std::end(labels),
                     [word](std::string_view label) { return equals_any_case(word, label); });
}

void append_lower_case(std::string_view text, std::string& out) {
  if (text::is_ascii(text)) {
    append_lower(text, out);
    return;
  }
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t start = at;
    const char32_t c = text::next_code_point(text, at);
    if (c == text::not_a_character) {
      out.append(text, start, at - start);
    } else {
      text::append_code_point(static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))), out);
    }
  }
}

void add(std::string_view address, std::vector<std::string>& addresses) {
  std::string lower;
  append_lower_case(address, lower);
  if (std::find(addresses.begin(), addresses.end(), lower) == addresses.end()) {
    addresses.push_back(std::move(lower));
  }
}

/// Adds the addresses of `part`, words between separators. False if it holds anything else.
bool find_in_words(std::string_view part, std::vector<std::string>& addresses) {
  static constexpr ByteSet separators(" ,;|:()[]<>\"\t\r\n");
  std::size_t at = 0;
  while (at < part.size()) {
    std::size_t end = separators.find(part, at);
    const std::size_t sign = part.substr(0, end).find('@', at);
    // jane@acme.com/john@acme.com; before the "@" a slash belongs to the address.
    if (sign != std::string_view::npos) end = std::min(end, part.find('/', sign));
    std::string_view word = part.substr(at, end - at);
    // mailto:jane@acme.com?subject=...
    if (sign != std::string_view::npos) word = word.substr(0, word.find('?', sign - at));
    word = trimmed(word, ".'");
    at = end < part.size() ? end + 1 : end;
    if (word.empty()) continue;
    if (word.size() <= longest_address && is_valid_email(word)) {
      add(word, addresses);
    } else if (!is_label(word) && !is_placeholder(word)) {
      return false;
    }
  }
  return true;
}

/// `Jane Doe <jane@acme.com>; <john@acme.com>`: what stands in angle brackets; the text before each
/// is its owner's name. False if there is no such form.
bool find_in_angles(std::string_view value, std::vector<std::string>& addresses) {
  bool any = false;
  while (true) {
    const std::size_t open = value.find('<');
    if (open == std::string_view::npos) break;
    const std::size_t close = value.find('>', open);
    if (close == std::string_view::npos) return false;
    if (value.substr(0, open).find('@') != std::string_view::npos) return false;
    std::string_view inside = trimmed(value.substr(open + 1, close - open - 1));
    if (starts_with_any_case(inside, "mailto:")) inside.remove_prefix(7);
    if (!is_valid_email(inside)) return false;
    add(inside, addresses);
    any = true;
    value.remove_prefix(close + 1);
  }
  return any && trimmed(value, " ,;.|").empty();
}

}  // namespace

bool is_valid_email(std::string_view address) {
  const std::size_t sign = address.rfind('@');
  return sign != std::string_view::npos && address.size() <= longest_address &&
         is_valid_local(address.substr(0, sign)) && is_valid_mail_host(address.substr(sign + 1));
}

EmailLook look_at_email(std::string_view value) {
  const std::size_t sign = value.find('@');
  if (sign == std::string_view::npos || sign == 0 || sign > longest_local ||
      value.size() > longest_address || value[0] == '.' || value[sign - 1] == '.') {
    return EmailLook::other;
  }
  std::uint8_t all = 0xFF;  // what every byte is
  std::uint8_t any = 0;     // what some byte is
  for (const char c : value.substr(0, sign)) {
    const std::uint8_t kind = look_bytes[static_cast<unsigned char>(c)];
    all &= kind;
    any |= kind;
  }
  if ((all & in_local) == 0) return EmailLook::other;

  const std::string_view host = value.substr(sign + 1);
  std::size_t last_dot = 0;
  std::uint8_t before = dot_kind;
  std::uint8_t label = 0;  // what some byte of the label is
  bool whole = true;
  for (std::size_t i = 0; i < host.size(); ++i) {
    const std::uint8_t kind = look_bytes[static_cast<unsigned char>(host[i])];
    // Labels neither start nor end with a hyphen, and none is empty.
    whole = whole && (kind & in_host) != 0 &&
            !((before & dot_kind) != 0 && (kind & (dot_kind | hyphen_kind)) != 0) &&
            !((before & hyphen_kind) != 0 && (kind & dot_kind) != 0);
    any |= kind;
    label |= kind;
    if ((kind & dot_kind) != 0) {
      whole = whole && i - last_dot <= 63;
      last_dot = i;
      label = 0;
    }
    before = kind;
  }
  const bool valid = whole && last_dot > 0 && host.size() - last_dot > 2 &&
                     host.size() - last_dot <= 64 && (label & (digit | hyphen_kind)) == 0;
  if (!valid) return EmailLook::other;
  return (any & capital) != 0 ? EmailLook::capitals : EmailLook::clean;
}

void find_emails(std::string_view value, std::vector<std::string>& addresses) {
  if (value.size() > longest_cell || value.find('@') == std::string_view::npos) return;
  const std::size_t before = addresses.size();
  if (find_in_angles(value, addresses)) return;
  addresses.resize(before);
  if (!find_in_words(value, addresses)) addresses.resize(before);
}

}  // namespace csvm::clean
