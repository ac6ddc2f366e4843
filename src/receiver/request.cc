#include "request.h"

#include <algorithm>
#include <charconv>

namespace csvm::receiver {
namespace {

constexpr std::size_t max_head_bytes = std::size_t{64} << 10;

bool same_name(std::string_view name, std::string_view lower) {
  return std::ranges::equal(name, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Parsed refused(int status) {
  Parsed parsed;
  parsed.state = Parsed::State::refused;
  parsed.status = status;
  return parsed;
}

}  // namespace

Parsed parse_request(std::string_view buffer, std::size_t max_body_bytes) {
  const std::size_t head_end = buffer.find("\r\n\r\n");
  if (head_end == std::string_view::npos) {
    return buffer.size() > max_head_bytes ? refused(431) : Parsed{};
  }
  if (head_end > max_head_bytes) return refused(431);
  Parsed parsed;
  Request& request = parsed.request;
  std::string_view head = buffer.substr(0, head_end + 2);
  const std::size_t line_end = head.find("\r\n");
  const std::string_view line = head.substr(0, line_end);
  head.remove_prefix(line_end + 2);
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || !line.ends_with(" HTTP/1.1")) {
    return refused(400);
  }
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  std::size_t length = 0;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view field = head.substr(0, end);
    head.remove_prefix(end + 2);
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos) return refused(400);
    const std::string_view name = field.substr(0, colon);
    const std::string_view value = trimmed(field.substr(colon + 1));
    if (same_name(name, "content-length")) {
      const auto [stop, failed] =
          std::from_chars(value.data(), value.data() + value.size(), length);
      if (failed != std::errc() || stop != value.data() + value.size()) return refused(400);
      if (length > max_body_bytes) return refused(413);
    } else if (same_name(name, "transfer-encoding")) {
      return refused(411);
    } else if (same_name(name, "webhook-id")) {
      request.id = value;
    } else if (same_name(name, "connection")) {
      request.keep_alive = !same_name(value, "close");
    } else if (same_name(name, "expect")) {
      parsed.wants_continue = same_name(value, "100-continue");
    }
  }
  request.bytes = head_end + 4 + length;
  if (buffer.size() < request.bytes) return parsed;
  request.body = buffer.substr(head_end + 4, length);
  parsed.state = Parsed::State::complete;
  return parsed;
}

}  // namespace csvm::receiver
