#include "engine_packet.h"

#include <cstdint>

namespace csvm::server {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char separator = '\x1e';

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= count ? alphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

bool decode_base64(std::string_view text, std::string& bytes) {
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  bytes.clear();
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return false;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(group >> bits & 0xff);
    }
  }
  return bits < 6;
}

Result<EnginePacket> decode_engine_packet(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '6')
    return Error{Errc::invalid_input, "This is not an Engine.IO 4 packet."};
  return EnginePacket{static_cast<EngineType>(text.front()), std::string(text.substr(1)), false};
}

Result<std::vector<EnginePacket>> decode_engine_payload(std::string_view body) {
  std::vector<EnginePacket> packets;
  while (true) {
    const auto end = body.find(separator);
    const std::string_view text = body.substr(0, end);
    if (text.starts_with('b')) {
      EnginePacket packet{EngineType::message, {}, true};
      if (!decode_base64(text.substr(1), packet.data))
        return Error{Errc::invalid_input, "This binary packet is not base64."};
      packets.push_back(std::move(packet));
    } else {
      packets.push_back(CSVM_TRY(decode_engine_packet(text)));
    }
    if (end == std::string_view::npos) return packets;
    body.remove_prefix(end + 1);
  }
}

}  // namespace csvm::server
