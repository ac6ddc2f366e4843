// Engine.IO 4 packets <-> bytes. Pure functions.
// Source: the Engine.IO protocol, revision 4 (socketio/socket.io, docs/engine.io-protocol).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"

namespace csvm::server {

enum class EngineType : char {
  open = '0',
  close = '1',
  ping = '2',
  pong = '3',
  message = '4',
  upgrade = '5',
  noop = '6',
};

struct EnginePacket {
  EngineType type = EngineType::message;
  std::string data;
  bool binary = false;  // a message of bytes
  bool operator==(const EnginePacket&) const = default;
};

/// A packet of text, as a WebSocket text frame has it. `invalid_input` for an unknown type.
Result<EnginePacket> decode_engine_packet(std::string_view text);

/// The packets of a polling body: separated by 0x1e, binary ones as 'b' and base64.
Result<std::vector<EnginePacket>> decode_engine_payload(std::string_view body);

std::string encode_base64(std::string_view bytes);
/// False if it is not base64; padding may be missing.
bool decode_base64(std::string_view text, std::string& bytes);

}  // namespace csvm::server
