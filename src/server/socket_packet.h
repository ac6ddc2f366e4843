// Socket.IO 5 packets <-> text. Pure functions; attachments come and go beside the text.
// Source: the Socket.IO protocol, revision 5 (socketio/socket.io, docs/socket.io-protocol).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "csvm/base.h"

namespace csvm::server {

enum class SocketType : char {
  connect = '0',
  disconnect = '1',
  event = '2',
  ack = '3',
  connect_error = '4',
  binary_event = '5',
  binary_ack = '6',
};

struct SocketPacket {
  SocketType type = SocketType::event;
  std::string name_space = "/";
  std::optional<std::uint64_t> id;  // of the acknowledgement
  std::size_t attachments = 0;      // that follow
  std::string event;                // name of an event, decoded
  std::string json;                 // an array (event: without its name; ack) or the auth object
};

/// What a client may send. `invalid_input` for what does not follow the protocol, `limit_exceeded`
/// for more than `max_attachments`.
Result<SocketPacket> decode_socket_packet(std::string_view text, std::size_t max_attachments);

/// Events and acknowledgements become binary ones if they have attachments.
std::string encode_event(std::string_view name_space, std::optional<std::uint64_t> id,
                         std::size_t attachments, std::string_view event,
                         std::string_view arguments);
std::string encode_ack(std::string_view name_space, std::uint64_t id, std::size_t attachments,
                       std::string_view arguments);
std::string encode_connected(std::string_view name_space, std::string_view sid);
std::string encode_refused(std::string_view name_space, std::string_view message);
std::string encode_disconnect(std::string_view name_space);

}  // namespace csvm::server
