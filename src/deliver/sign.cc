// Signatures as in Standard Webhooks.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <optional>

#include "csvm/deliver.h"

namespace csvm::deliver {
namespace {

constexpr std::string_view encoded_prefix = "whsec_";

std::string base64(std::span<const unsigned char> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP writes a final zero
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

std::optional<std::string> key_of(std::string_view secret) {
  if (!secret.starts_with(encoded_prefix)) return std::string(secret);
  return from_base64(secret.substr(encoded_prefix.size()));
}

}  // namespace

Result<void> check_secret(std::string_view secret) {
  const auto key = key_of(secret);
  if (key && !key->empty()) return {};
  return Error{Errc::invalid_input,
               secret.empty() ? "the webhook secret is empty"
                              : "the webhook secret begins with 'whsec_', so what follows must be "
                                "base64"};
}

std::string signature(std::string_view secret, std::string_view id, std::int64_t timestamp_seconds,
                      std::string_view body) {
  const std::string key = key_of(secret).value_or("");
  std::string signed_text;
  signed_text.reserve(id.size() + body.size() + 24);
  signed_text.append(id)
      .append(".")
      .append(std::to_string(timestamp_seconds))
      .append(".")
      .append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(),
       digest.data(), &length);
  return "v1," + base64({digest.data(), length});
}

}  // namespace csvm::deliver
