// Engine.IO bodies and the Socket.IO packets in them; what is taken must be written back and read
// again as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine_packet.h"
#include "socket_packet.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace csvm::server;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_target(text);
  (void)find_cookie(text, "sid");
  (void)accepts_gzip(text);
  const auto packets = decode_engine_payload(text);
  if (!packets) return 0;
  for (const auto& packet : *packets) {
    if (packet.binary) {
      std::string back;
      if (!decode_base64(encode_base64(packet.data), back) || back != packet.data) std::abort();
      continue;
    }
    const auto socket = decode_socket_packet(packet.data, 4);
    if (!socket || (socket->type != SocketType::event && socket->type != SocketType::binary_event))
      continue;
    const std::string written = encode_event(socket->name_space, socket->id, socket->attachments,
                                             socket->event, socket->json);
    const auto again = decode_socket_packet(written, 4);
    if (!again || again->event != socket->event || again->id != socket->id ||
        again->name_space != socket->name_space)
      std::abort();
  }
  return 0;
}
