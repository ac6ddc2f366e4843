#include "email.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

#include "ascii.h"
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
  constexpr std::string_view separators = " ,;|:()[]<>\"\t\r\n";
  std::size_t at = 0;
  while ((at = part.find_first_not_of(separators, at)) != std::string_view::npos) {
    std::size_t end = std::min(part.size(), part.find_first_of(separators, at));
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

bool is_clean_email(std::string_view value) {
  for (const char c : value) {
    if (is_upper(c) || is_high(c)) return false;
  }
  // What find_emails would take apart or trim off.
  if (value.empty() || value.front() == '\'' || value.find('/') != std::string_view::npos) {
    return false;
  }
  return is_valid_email(value);
}

void find_emails(std::string_view value, std::vector<std::string>& addresses) {
  if (value.size() > longest_cell || value.find('@') == std::string_view::npos) return;
  const std::size_t before = addresses.size();
  if (find_in_angles(value, addresses)) return;
  addresses.resize(before);
  if (!find_in_words(value, addresses)) addresses.resize(before);
}

}  // namespace csvm::clean
