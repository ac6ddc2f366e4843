#include "linkedin.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "ascii.h"
#include "byte_set.h"
#include "csvm/clean.h"
#include "csvm/text.h"
#include "links.h"

namespace csvm::clean {
namespace {

constexpr std::string_view person_url = "https://www.linkedin.com/in/";
constexpr std::string_view company_url = "https://www.linkedin.com/company/";
constexpr std::size_t longest_name = 300;  // bytes, escapes included

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Member numbers ("ACoAAB3x..."), sales leads ("ACwAAB...") and recruiters' ("AEMAAB...") that
/// stand for a name. Capitals matter in them.
bool is_member_number(std::string_view name) {
  return name.size() >= 20 && name[0] == 'A' && is_upper(name[1]) && name.substr(3, 2) == "AA";
}

// What a byte may be in a name; marks are kept as they are, escapes and other bytes are not.
constexpr std::uint8_t alnum = 1;
constexpr std::uint8_t mark = 2;
constexpr std::uint8_t escape = 4;
constexpr std::uint8_t high = 8;

constexpr std::array<std::uint8_t, 256> name_bytes = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    if (is_alnum(c)) table[i] = alnum;
    if (std::string_view("-_.'&!~+").find(c) != std::string_view::npos) table[i] = mark;
    if (c == '%') table[i] = escape;
    if (is_high(c)) table[i] = high;
  }
  return table;
}();

std::uint8_t kind_of(char c) { return name_bytes[static_cast<unsigned char>(c)]; }

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > longest_name) return false;
  std::uint8_t all = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const std::uint8_t kind = kind_of(name[i]);
    if (kind == 0) return false;
    all |= kind;
    if (kind != escape) continue;
    if (i + 2 >= name.size() || hex_value(name[i + 1]) < 0 || hex_value(name[i + 2]) < 0) {
      return false;
    }
    i += 2;
  }
  return (all & ~mark) != 0;
}

bool is_plain(std::string_view name) {
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (kind_of(c) & (alnum | mark)) != 0; });
}

struct PathWord {
  std::string_view word;
  LinkedinKind kind;
};
constexpr PathWord path_words[] = {
    {"in", LinkedinKind::person},         {"pub", LinkedinKind::old_person},
    {"company", LinkedinKind::company},   {"company-beta", LinkedinKind::company},
    {"companies", LinkedinKind::company}, {"school", LinkedinKind::school},
    {"showcase", LinkedinKind::showcase},
};

std::string_view word_of(LinkedinKind kind) {
  switch (kind) {
    case LinkedinKind::person:
      return "in";
    case LinkedinKind::old_person:
      return "pub";
    case LinkedinKind::school:
      return "school";
    case LinkedinKind::showcase:
      return "showcase";
    default:
      return "company";
  }
}

std::string_view take_segment(std::string_view& path) {
  const std::size_t slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return segment;
}

LinkedinPage page_of_path(std::string_view path) {
  static constexpr ByteSet path_ends("?#");
  path = path.substr(0, path_ends.find(path));
  while (path.starts_with("/")) path.remove_prefix(1);
  // Pages for phones say so first.
  if (starts_with_any_case(path, "mwlite/")) path.remove_prefix(7);
  const std::string_view first = take_segment(path);
  for (const PathWord& entry : path_words) {
    if (!equals_any_case(first, entry.word)) continue;
    while (path.starts_with("/")) path.remove_prefix(1);
    if (entry.kind == LinkedinKind::old_person) {
      const std::string_view name = trimmed(path, "/");
      // pub/jane-doe/1a/2b3/c4d and nothing longer
      std::string_view rest = name;
      int segments = 0;
      while (!rest.empty()) {
        const std::string_view segment = take_segment(rest);
        if (!is_name(segment)) return {};
        ++segments;
      }
      if (segments == 0 || segments > 4) return {};
      return {entry.kind, name};
    }
    const std::string_view name = take_segment(path);
    if (!is_name(name)) return {};
    return {entry.kind, name};
  }
  return {};
}

/// Cuts "https://uk.linkedin.com/" off. False if `value` is not on LinkedIn.
bool cut_linkedin_host(std::string_view& value) {
  std::string_view rest = value;
  for (const std::string_view scheme : {"https:", "http:"}) {
    if (starts_with_any_case(rest, scheme)) rest.remove_prefix(scheme.size());
  }
  while (rest.starts_with("/")) rest.remove_prefix(1);
  static constexpr ByteSet host_ends("/?#");
  const std::size_t end = host_ends.find(rest);
  std::string_view host = rest.substr(0, end);
  host = host.substr(0, host.find(':'));
  constexpr std::string_view domain = "linkedin.com";
  if (host.size() < domain.size()) return false;
  const std::string_view sub = host.substr(0, host.size() - domain.size());
  if (!equals_any_case(host.substr(sub.size()), domain)) return false;
  if (!sub.empty() && sub.back() != '.') return false;
  for (const char c : sub) {
    if (!is_alnum(c) && c != '.' && c != '-') return false;
  }
  value = rest.substr(end);
  return true;
}

}  // namespace

LinkedinPage linkedin_page(std::string_view value) {
  value = trimmed(link_target(trimmed(value)));
  std::string_view rest = value;
  if (cut_linkedin_host(rest)) return page_of_path(rest);
  // A path alone says so with its first word.
  if (rest.starts_with("/")) rest.remove_prefix(1);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos || rest.find(' ') != std::string_view::npos) return {};
  const LinkedinPage page = page_of_path(rest);
  return page.kind == LinkedinKind::old_person ? LinkedinPage{} : page;
}

std::string_view bare_linkedin_name(std::string_view value, bool any_word) {
  if (value.starts_with("@")) {
    value.remove_prefix(1);
    any_word = true;
  }
  if (value.size() < 2 || value.size() > 100) return {};
  bool letter = false;
  bool mark = false;
  for (const char c : value) {
    if (!is_alnum(c) && c != '-' && c != '_') return {};
    letter = letter || is_letter(c);
    mark = mark || !is_letter(c);
  }
  if (value.front() == '-' || (!any_word && !(letter && mark))) return {};
  return value;
}

void append_linkedin_name(std::string_view name, std::string& out) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  if (is_member_number(name)) {
    out += name;
    return;
  }
  if (is_plain(name)) {
    append_lower(name, out);
    return;
  }
  // Escapes of UTF-8 letters are resolved first, so that the case of those letters can be changed.
  std::string plain;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '%') {
      plain.push_back(static_cast<char>(hex_value(name[i + 1]) * 16 + hex_value(name[i + 2])));
      i += 2;
    } else {
      plain.push_back(name[i]);
    }
  }
  const bool readable = text::is_valid_utf8(plain);
  std::string lower;
  std::size_t at = 0;
  while (at < plain.size()) {
    if (!readable || !is_high(plain[at])) {
      lower.push_back(to_lower(plain[at++]));
      continue;
    }
    const auto c = static_cast<UChar32>(text::next_code_point(plain, at));
    text::append_code_point(static_cast<char32_t>(u_tolower(c)), lower);
  }
  for (const char c : lower) {
    if ((kind_of(c) & (alnum | mark)) != 0) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(hex[byte >> 4U]);
      out.push_back(hex[byte & 0xFU]);
    }
  }
}

void append_linkedin_url(const LinkedinPage& page, std::string& out) {
  out += "https://www.linkedin.com/";
  out += word_of(page.kind);
  std::string_view rest = page.name;
  while (!rest.empty()) {
    out.push_back('/');
    append_linkedin_name(take_segment(rest), out);
  }
}

bool append_canonical_url(std::string_view value, std::string& out) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (value.starts_with(scheme)) {
      value.remove_prefix(scheme.size());
      break;
    }
  }
  constexpr std::string_view www = "www.";
  if (value.starts_with(www)) value.remove_prefix(www.size());
  for (const std::string_view url : {person_url, company_url}) {
    const std::string_view start = url.substr(url.find(www) + www.size());
    if (!value.starts_with(start)) continue;
    const std::string_view rest = value.substr(start.size());
    std::size_t end = 0;
    bool has_letter = false;
    for (; end < rest.size() && end <= longest_name; ++end) {
      const char c = rest[end];
      if (is_lower(c) || is_digit(c)) {
        has_letter = true;
      } else if (c != '-') {
        break;
      }
    }
    const bool ends = end == rest.size() || rest[end] == '/' || rest[end] == '?';
    if (!ends || !has_letter || end > longest_name) return false;
    out += url;
    out += rest.substr(0, end);
    return true;
  }
  return false;
}

bool is_clean_linkedin_url(std::string_view value) {
  std::string_view name;
  if (value.starts_with(person_url)) {
    name = value.substr(person_url.size());
  } else if (value.starts_with(company_url)) {
    name = value.substr(company_url.size());
  }
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_lower(c) || is_digit(c) || c == '-';
  });
}

std::string linkedin_handle(std::string_view url) {
  const LinkedinPage page = linkedin_page(url);
  std::string handle;
  if (page.kind == LinkedinKind::company || page.kind == LinkedinKind::school ||
      page.kind == LinkedinKind::showcase) {
    append_linkedin_name(page.name, handle);
  }
  return handle;
}

std::string linkedin_person(std::string_view url) {
  const LinkedinPage page = linkedin_page(url);
  std::string name;
  if (page.kind == LinkedinKind::person) append_linkedin_name(page.name, name);
  return name;
}

std::string linkedin_company_url(std::string_view handle) {
  std::string handle_of_url = linkedin_handle(handle);
  if (handle_of_url.empty()) {
    handle = trimmed(handle);
    if (handle.starts_with("@")) handle.remove_prefix(1);
    if (!is_name(handle)) return {};
    append_linkedin_name(handle, handle_of_url);
  }
  return std::string(company_url) + handle_of_url;
}

}  // namespace csvm::clean
