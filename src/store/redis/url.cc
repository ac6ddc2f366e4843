#include "url.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace csvm::store::redis {
namespace {

constexpr int sentinel_port = 26379;

Error wrong(std::string_view what) {
  return {Errc::invalid_input,
          fmt::format("REDIS_URL: {}; it must be redis://[user:password@]host[:port][/database], "
                      "rediss://..., unix://[user:password@]/path, or "
                      "redis+sentinel://[user:password@]host:port,host:port/name",
                      what)};
}

std::optional<int> number(std::string_view text, int most) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || rest != end || value < 0 || value > most) return std::nullopt;
  return value;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned value = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const auto [rest, failed] = std::from_chars(&text[i + 1], &text[i + 1] + 2, value, 16);
    if (failed != std::errc() || rest != &text[i + 1] + 2) return std::nullopt;
    decoded += static_cast<char>(value);
    i += 2;
  }
  return decoded;
}

// Takes "[user][:password]@" off the start; the last @ of the authority ends it.
Result<void> take_credentials(std::string_view& rest, std::size_t authority_end, Target& target) {
  const auto at = rest.substr(0, authority_end).rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view credentials = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  const auto colon = credentials.find(':');
  const auto user = percent_decoded(credentials.substr(0, colon));
  const auto password = colon == std::string_view::npos
                            ? std::optional<std::string>("")
                            : percent_decoded(credentials.substr(colon + 1));
  if (!user || !password) return wrong("a % in the user or password must be written %25");
  if (password->empty()) return wrong("the password is missing before the @");
  target.user = *user;
  target.password = *password;
  return {};
}

Result<Address> parse_address(std::string_view text, int usual_port) {
  Address address;
  address.port = usual_port;
  std::string_view port;
  if (text.starts_with('[')) {  // IPv6
    const auto end = text.find(']');
    if (end == std::string_view::npos) return wrong(fmt::format("a ] is missing in '{}'", text));
    address.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!port.empty() && port.front() != ':') return wrong(fmt::format("'{}' is no address", text));
  } else {
    const auto colon = text.find(':');
    address.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (address.host.empty()) return wrong("the host is missing");
  if (port.empty()) return address;
  const auto value = number(port.substr(1), 65535);
  if (!value || *value == 0) {
    return wrong(fmt::format("'{}' is no port", port.substr(1)));
  }
  address.port = *value;
  return address;
}

Result<void> take_database(std::string_view text, Target& target) {
  if (text.empty()) return {};
  const auto value = number(text, 1'000'000);
  if (!value) return wrong(fmt::format("'{}' is no number of a database", text));
  target.database = *value;
  return {};
}

Result<Target> parse_socket(std::string_view rest) {
  Target target;
  const auto slash = rest.find('/');
  CSVM_CHECK(take_credentials(rest, slash, target));
  const auto query = rest.find('?');
  target.socket_path = rest.substr(0, query);
  if (!target.socket_path.starts_with('/'))
    return wrong("the path of the socket must begin with /");
  if (query == std::string_view::npos) return target;
  const std::string_view option = rest.substr(query + 1);
  if (!option.starts_with("db=")) return wrong(fmt::format("'{}' is not known", option));
  CSVM_CHECK(take_database(option.substr(3), target));
  return target;
}

}  // namespace

std::string Target::text() const {
  if (addresses.empty()) return socket_path;
  std::vector<std::string> all;
  for (const Address& address : addresses) {
    const bool is_v6 = address.host.find(':') != std::string::npos;
    all.push_back(is_v6 ? fmt::format("[{}]:{}", address.host, address.port)
                        : fmt::format("{}:{}", address.host, address.port));
  }
  const std::string list = fmt::format("{}", fmt::join(all, ","));
  return sentinel_name.empty() ? list : fmt::format("{} (Sentinel, {})", list, sentinel_name);
}

Result<Target> parse_url(std::string_view url) {
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return wrong("it does not begin with a scheme");
  const std::string_view scheme = url.substr(0, colon);
  std::string_view rest = url.substr(colon + 3);
  if (scheme == "unix") return parse_socket(rest);
  const bool is_sentinel = scheme == "redis+sentinel" || scheme == "rediss+sentinel";
  if (scheme != "redis" && scheme != "rediss" && !is_sentinel) {
    return wrong(fmt::format("'{}' is not known", scheme));
  }
  Target target;
  target.tls = scheme.starts_with("rediss");
  // A password may hold a slash, though it should be written %2F.
  const auto at = rest.rfind('@');
  const auto authority_end = rest.find('/', at == std::string_view::npos ? 0 : at);
  CSVM_CHECK(take_credentials(rest, authority_end, target));
  const auto slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  std::string_view path = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  for (;;) {
    const auto comma = is_sentinel ? authority.find(',') : std::string_view::npos;
    target.addresses.push_back(CSVM_TRY(
        parse_address(authority.substr(0, comma), is_sentinel ? sentinel_port : Address().port)));
    if (comma == std::string_view::npos) break;
    authority.remove_prefix(comma + 1);
  }
  if (is_sentinel) {
    const auto end = path.find('/');
    target.sentinel_name = path.substr(0, end);
    if (target.sentinel_name.empty()) return wrong("the name that the Sentinels know is missing");
    path = end == std::string_view::npos ? "" : path.substr(end + 1);
  }
  CSVM_CHECK(take_database(path, target));
  return target;
}

}  // namespace csvm::store::redis
