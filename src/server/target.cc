#include "target.h"

#include <algorithm>

namespace csvm::server {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Error bad_target(std::string_view why) {
  return Error{Errc::invalid_input, "The address of the request " + std::string(why) + "."};
}

}  // namespace

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool percent_decode(std::string_view text, bool plus_is_space, std::string& decoded) {
  decoded.clear();
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return false;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return true;
}

Result<Target> parse_target(std::string_view text) {
  if (!text.starts_with('/')) {
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos) return bad_target("does not begin with '/'");
    const auto slash = text.find('/', scheme + 3);
    text = slash == std::string_view::npos ? std::string_view("/") : text.substr(slash);
  }
  text = text.substr(0, text.find('#'));
  const auto question = text.find('?');
  std::string_view path = text.substr(0, question);
  std::string_view query =
      question == std::string_view::npos ? std::string_view{} : text.substr(question + 1);

  Target target;
  std::string decoded;
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    if (!percent_decode(path.substr(0, slash), false, decoded))
      return bad_target("has a '%' that two hexadecimal digits do not follow");
    if (has_control(decoded)) return bad_target("has a control character in it");
    target.path += '/';
    target.path += decoded;
    target.segments.push_back(decoded);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const auto equals = pair.find('=');
    std::pair<std::string, std::string> entry;
    const bool whole = percent_decode(pair.substr(0, equals), true, entry.first) &&
                       (equals == std::string_view::npos ||
                        percent_decode(pair.substr(equals + 1), true, entry.second));
    if (!whole) return bad_target("has a '%' that two hexadecimal digits do not follow");
    if (!pair.empty()) target.query.push_back(std::move(entry));
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return target;
}

std::string_view find_cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = header.find(';');
    const std::string_view pair = trimmed(header.substr(0, end));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      std::string_view value = pair.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
      return value;
    }
    if (end == std::string_view::npos) break;
    header.remove_prefix(end + 1);
  }
  return {};
}

bool accepts_gzip(std::string_view header) {
  while (!header.empty()) {
    const auto end = header.find(',');
    std::string_view coding = trimmed(header.substr(0, end));
    const auto semicolon = coding.find(';');
    std::string_view weight =
        semicolon == std::string_view::npos ? std::string_view{} : coding.substr(semicolon + 1);
    coding = trimmed(coding.substr(0, semicolon));
    if (equal_ignoring_case(coding, "gzip") || coding == "*") {
      weight = trimmed(weight);
      const bool refused =
          weight.starts_with("q=0") && weight.find_first_not_of("0.", 2) == std::string_view::npos;
      return !refused;
    }
    if (end == std::string_view::npos) break;
    header.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace csvm::server
