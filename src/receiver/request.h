// request.h - the bytes of a connection -> requests.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace csvm::receiver {

/// One request; views into the connection's buffer.
struct Request {
  std::string_view method, target, id, body;
  bool keep_alive = true;
  std::size_t bytes = 0;  // of the buffer that it takes
};

struct Parsed {
  enum class State { incomplete, complete, refused } state = State::incomplete;
  Request request;
  int status = 0;               // of the answer, when refused
  bool wants_continue = false;  // when incomplete: the peer waits for "100 Continue"
};

/// Reads the first request of `buffer`: HTTP/1.1 with Content-Length. Chunked bodies are refused
/// with 411, what is too large with 413 or 431, the rest with 400.
Parsed parse_request(std::string_view buffer, std::size_t max_body_bytes);

}  // namespace csvm::receiver
