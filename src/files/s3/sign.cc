// Source: Amazon S3 API reference, "Authenticating Requests (AWS Signature Version 4)".
#include "sign.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace csvm::files::s3 {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
  }
  return text;
}

std::string digest(const EVP_MD* kind, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (EVP_Digest(data.data(), data.size(), bytes.data(), &size, kind, nullptr) != 1) {
    throw std::runtime_error("the cryptographic library cannot hash");
  }
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(data.data()), data.size(), bytes.data(),
           &size) == nullptr) {
    throw std::runtime_error("the cryptographic library cannot sign");
  }
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::string escaped(std::string_view text, bool keep_slash) {
  std::string result;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~' ||
                          (keep_slash && c == '/');
    if (is_plain) {
      result += c;
    } else {
      fmt::format_to(std::back_inserter(result), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

}  // namespace

std::string escape(std::string_view text) { return escaped(text, false); }
std::string escape_path(std::string_view text) { return escaped(text, true); }
std::string sha256_hex(std::string_view data) { return hex(digest(EVP_sha256(), data)); }

std::string md5_base64(std::string_view data) {
  const std::string bytes = digest(EVP_md5(), data);
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string query_text(const Unsigned& request) {
  std::vector<std::string> pairs;
  for (const auto& [name, value] : request.query) {
    pairs.push_back(escape(name) + "=" + escape(value));
  }
  std::ranges::sort(pairs);
  return fmt::format("{}", fmt::join(pairs, "&"));
}

std::vector<std::pair<std::string, std::string>> sign(const Unsigned& request,
                                                      const Credentials& credentials,
                                                      std::string_view region, Seconds now) {
  const std::time_t seconds = now.time_since_epoch().count();
  const std::string date = fmt::format("{:%Y%m%d}", fmt::gmtime(seconds));
  const std::string time = fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(seconds));

  auto headers = request.headers;
  headers.emplace_back("host", request.host);
  headers.emplace_back("x-amz-date", time);
  headers.emplace_back("x-amz-content-sha256", request.payload_sha256);
  if (!credentials.session_token.empty()) {
    headers.emplace_back("x-amz-security-token", credentials.session_token);
  }
  std::ranges::sort(headers);

  std::string canonical_headers;
  std::string names;
  for (const auto& [name, value] : headers) {
    canonical_headers += fmt::format("{}:{}\n", name, value);
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string canonical =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path, query_text(request),
                  canonical_headers, names, request.payload_sha256);
  const std::string scope = fmt::format("{}/{}/s3/aws4_request", date, region);
  const std::string to_sign =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, sha256_hex(canonical));

  std::string key = hmac_sha256("AWS4" + credentials.secret_access_key, date);
  key = hmac_sha256(key, region);
  key = hmac_sha256(key, "s3");
  key = hmac_sha256(key, "aws4_request");
  headers.emplace_back(
      "authorization",
      fmt::format("AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={},Signature={}",
                  credentials.access_key_id, scope, names, hex(hmac_sha256(key, to_sign))));
  return headers;
}

}  // namespace csvm::files::s3
