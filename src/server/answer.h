// From a Response to bytes on the socket.
#pragma once

#include <memory>
#include <string>

#include "connection.h"
#include "csvm/server.h"

namespace csvm::server {

struct Sent {
  std::uint64_t bytes = 0;
  bool whole = false;  // false: the connection is of no more use
  std::string cut_by;  // what the body failed with, if that is why
};

/// Adds what every answer carries, and CORS where the settings allow it.
void add_standard_headers(Response& response, const Request& request, const Shared& shared);

/// Writes the answer. `http_1_0`: no chunks. `keep_alive` may be cleared (a body of unknown length
/// for an old peer). `head`: headers only.
Task<Sent> send_response(std::shared_ptr<Link> link, std::shared_ptr<Shared> shared,
                         Response response, bool accepts_gzip, bool head, bool http_1_0,
                         bool& keep_alive);

/// As asio::async_write with the write timeout; false if it failed.
Task<bool> write_all(std::shared_ptr<Link> link, std::chrono::milliseconds timeout,
                     std::string_view first, std::string_view second, std::string_view third = {});

}  // namespace csvm::server
