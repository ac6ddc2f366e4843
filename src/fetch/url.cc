// One parse of a destination, stricter than what clients accept.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "csvm/fetch.h"
#include "host_name.h"

namespace csvm::fetch {
namespace {

constexpr std::size_t max_url_bytes = 8192;

Error bad(std::string_view why) {
  return {Errc::invalid_input, fmt::format("not a usable URL: {}", why)};
}

bool is_control_or_blank(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7f;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

// Fetch standard "bad port", and the services of private networks that speak a line protocol or
// obey an HTTP request without asking who sends it.
bool is_blocked(std::uint16_t port) {
  constexpr auto blocked = std::to_array<std::uint16_t>(
      {0,    1,    7,    9,    11,   13,   15,   17,   19,   20,    21,    22,    23,   25,
       37,   42,   43,   53,   69,   77,   79,   87,   95,   101,   102,   103,   104,  109,
       110,  111,  113,  115,  117,  119,  123,  135,  137,  139,   143,   161,   179,  389,
       427,  465,  512,  513,  514,  515,  526,  530,  531,  532,   540,   548,   554,  556,
       563,  587,  601,  636,  989,  990,  993,  995,  1719, 1720,  1723,  2049,  2375, 2376,
       2379, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5984,  6000,  6379,  6566, 6665,
       6666, 6667, 6668, 6669, 6679, 6697, 9042, 9200, 9300, 10080, 10250, 11211, 27017});
  return std::ranges::binary_search(blocked, port);
}

// "1.2.3", "0x7f.1", "example.08": by WHATWG a host whose last part is a number is an IPv4
// address, in whatever spelling.
bool ends_in_a_number(std::string_view host) {
  std::string_view last = host.substr(host.rfind('.') + 1);
  const bool digits = last.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits) return true;
  return last.starts_with("0x") &&
         last.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
}

struct Authority {
  std::string_view host;  // with brackets, if any
  std::optional<std::string_view> port;
};

Result<Authority> split(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return bad("'[' without ']'");
    const std::string_view rest = authority.substr(end + 1);
    if (rest.empty()) return Authority{authority, std::nullopt};
    if (rest.front() != ':') return bad("something between ']' and the port");
    return Authority{authority.substr(0, end + 1), rest.substr(1)};
  }
  const std::size_t colon = authority.find(':');
  if (colon == std::string_view::npos) return Authority{authority, std::nullopt};
  return Authority{authority.substr(0, colon), authority.substr(colon + 1)};
}

Result<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failed != std::errc() || end != digits.data() + digits.size() || digits.starts_with('0')) {
    return bad("the port is not a number from 1 to 65535");
  }
  if (is_blocked(port)) return bad(fmt::format("port {} belongs to another service", port));
  return port;
}

// Escapes what is not allowed to stand as it is, and leaves the rest as the user wrote it.
std::string escaped(std::string_view target) {
  std::string text;
  for (const char c : target) {
    const bool as_is =
        (c & 0x80) == 0 && std::string_view("\"<>`{}|^\\").find(c) == std::string_view::npos;
    if (as_is) {
      text += c;
    } else {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  if (text.empty()) return bad("it is empty");
  if (text.size() > max_url_bytes) return bad("it is longer than 8,192 bytes");
  if (std::ranges::any_of(text, is_control_or_blank)) {
    return bad("it holds a blank or a control character");
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return bad("it has no scheme; write https://...");
  Url url;
  const std::string_view scheme = text.substr(0, colon);
  url.is_https = equals_ignoring_case(scheme, "https");
  if (!url.is_https && !equals_ignoring_case(scheme, "http")) {
    return bad(fmt::format("the scheme is '{}', not http or https", scheme));
  }
  std::string_view rest = text.substr(colon + 1);
  if (!rest.starts_with("//")) return bad("the scheme is not followed by '//'");
  rest.remove_prefix(2);

  const std::size_t end = std::min(rest.find_first_of("/?#\\"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  std::string_view target = rest.substr(end);
  if (authority.empty()) return bad("it has no host");
  if (authority.find('@') != std::string_view::npos) {
    return bad("a user name before '@'; credentials go in a header");
  }
  const std::string_view before_query = target.substr(0, target.find_first_of("?#"));
  if (before_query.find('\\') != std::string_view::npos) return bad("it holds a back slash");
  // "host?@other/" and "host#@other/": some programs take what follows '@' for the host.
  if (!target.starts_with('/') && target.find_first_of("@\\") != std::string_view::npos) {
    return bad("'@' or a back slash right after the host");
  }
  target = target.substr(0, target.find('#'));

  const Authority parts = CSVM_TRY(split(authority));
  if (parts.host.starts_with('[')) {
    url.host = parts.host.substr(1, parts.host.size() - 2);
    url.address = parse_address(url.host);
    if (!url.address || !url.address->is_v6) {
      return bad(fmt::format("'{}' is no IPv6 address in canonical spelling", parts.host));
    }
  } else {
    if (parts.host.find('%') != std::string_view::npos) return bad("an escape in the host");
    url.host = CSVM_TRY(ascii_host(parts.host));
    if (ends_in_a_number(url.host)) {
      url.address = parse_address(url.host);
      // Only the spelling that everybody reads alike: no full-width digits, no trailing dot.
      if (!url.address || url.host != parts.host) {
        return bad(fmt::format("'{}' is no IPv4 address in canonical spelling", parts.host));
      }
    }
  }
  url.port = url.is_https ? 443 : 80;
  if (parts.port) url.port = CSVM_TRY(parse_port(*parts.port));

  const bool default_port = url.port == (url.is_https ? 443 : 80);
  url.text = fmt::format(fmt::runtime(url.address && url.address->is_v6 ? "{}://[{}]" : "{}://{}"),
                         url.is_https ? "https" : "http", url.host);
  if (!default_port) url.text += fmt::format(":{}", url.port);
  if (!target.starts_with('/')) url.text += '/';
  url.text += escaped(target);
  return url;
}

}  // namespace csvm::fetch
