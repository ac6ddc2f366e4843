#include "cookie.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace csvm::api {
namespace {

constexpr std::string_view purpose = "csv-merger session cookie 1\n";
constexpr std::size_t seal_bytes = 16;

std::string seal_of(std::string_view token, std::string_view key) {
  const std::string text = std::string(purpose).append(token);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data(),
           &size) == nullptr) {
    throw std::runtime_error("the cryptographic library cannot sign");
  }
  std::string hex;
  for (std::size_t i = 0; i < seal_bytes; ++i) hex += fmt::format("{:02x}", bytes[i]);
  return hex;
}

}  // namespace

std::string seal(std::string_view token, std::string_view key) {
  if (key.empty()) return std::string(token);
  return fmt::format("{}.{}", token, seal_of(token, key));
}

std::string open_seal(std::string_view cookie, std::string_view key) {
  if (key.empty()) return std::string(cookie);
  const std::size_t dot = cookie.find('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view token = cookie.substr(0, dot);
  const std::string_view given = cookie.substr(dot + 1);
  const std::string expected = seal_of(token, key);
  if (given.size() != expected.size() ||
      CRYPTO_memcmp(given.data(), expected.data(), expected.size()) != 0) {
    return {};
  }
  return std::string(token);
}

}  // namespace csvm::api
