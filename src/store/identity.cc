#include "identity.h"

#include <openssl/evp.h>

#include <cassert>
#include <cstdint>

namespace csvm::store {

std::string new_id(const std::function<void(std::span<std::byte>)>& random) {
  std::array<std::byte, 16> bytes;
  random(bytes);
  static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";
  std::string id;
  std::uint32_t held = 0;
  int held_bits = 0;
  for (const std::byte byte : bytes) {
    held = (held << 8) | std::to_integer<std::uint32_t>(byte);
    held_bits += 8;
    while (held_bits >= 5) {
      held_bits -= 5;
      id += letters[(held >> held_bits) & 31];
    }
  }
  id += letters[(held << (5 - held_bits)) & 31];
  return id;
}

std::string digest(std::string_view text) {
  std::string bytes(32, '\0');
  unsigned length = 0;
  [[maybe_unused]] const int done =
      EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(bytes.data()), &length,
                 EVP_sha256(), nullptr);
  assert(done == 1 && length == bytes.size());
  return bytes;
}

}  // namespace csvm::store
