#include "csvm/deliver.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace csvm::deliver {
namespace {

constexpr std::size_t max_header_bytes = 8192;

constexpr std::array<std::string_view, 14> reserved = {"user-agent",
                                                       "host",
                                                       "content-length",
                                                       "transfer-encoding",
                                                       "connection",
                                                       "content-type",
                                                       "expect",
                                                       "te",
                                                       "trailer",
                                                       "upgrade",
                                                       "idempotency-key",
                                                       "webhook-id",
                                                       "webhook-timestamp",
                                                       "webhook-signature"};

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

Error bad_header(std::string_view header, std::string_view why) {
  return {Errc::invalid_input,
          fmt::format("the header '{}': {}", header.substr(0, header.find(':')), why)};
}

}  // namespace

Result<std::string> check_header(std::string_view header) {
  const std::size_t colon = header.find(':');
  const std::string_view name = header.substr(0, colon);
  if (colon == std::string_view::npos || name.empty() ||
      !std::ranges::all_of(name, is_name_character)) {
    return bad_header(header, "expected 'Name: value'");
  }
  if (header.size() > max_header_bytes) return bad_header(header, "longer than 8,192 bytes");
  std::string_view value = header.substr(colon + 1);
  while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  const bool has_control = std::ranges::any_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
  if (has_control) return bad_header(header, "a line break or another control character");
  if (value.empty()) return bad_header(header, "it has no value");
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  if (std::ranges::find(reserved, lower) != reserved.end()) {
    return bad_header(header, "it is set by the program");
  }
  return fmt::format("{}: {}", name, value);
}

std::vector<std::string> headers_of(const std::vector<std::string>& constant,
                                    std::string_view secret, std::string_view id, WallTime now,
                                    std::string_view body) {
  const std::int64_t timestamp =
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  std::vector<std::string> headers;
  headers.reserve(constant.size() + 4);
  headers = constant;
  headers.push_back(fmt::format("Idempotency-Key: {}", id));
  headers.push_back(fmt::format("webhook-id: {}", id));
  headers.push_back(fmt::format("webhook-timestamp: {}", timestamp));
  if (!secret.empty()) {
    headers.push_back(fmt::format("webhook-signature: {}", signature(secret, id, timestamp, body)));
  }
  return headers;
}

}  // namespace csvm::deliver
