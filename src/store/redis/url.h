// Where Redis is, as REDIS_URL says it.
#pragma once

#include <string>
#include <vector>

#include "csvm/base.h"

namespace csvm::store::redis {

struct Address {
  std::string host;
  int port = 6379;
  bool operator==(const Address&) const = default;
};

/// One server (TCP or a Unix socket), or Sentinels that know which one it is.
struct Target {
  std::vector<Address> addresses;  // empty: `socket_path`
  std::string socket_path;
  std::string
      sentinel_name;  // set: `addresses` are Sentinels, and this is what they call the server
  std::string user, password;
  int database = 0;
  bool tls = false;

  /// For messages: without user and password.
  std::string text() const;
};

/// Reads redis://[[user]:password@]host[:port][/database], rediss://... (TLS),
/// unix://[[user]:password@]/path[?db=database] and
/// redis+sentinel://[[user]:password@]host:port,host:port/name[/database]. Users and passwords are
/// percent-encoded. Fails with `invalid_input`, without naming a password.
Result<Target> parse_url(std::string_view url);

}  // namespace csvm::store::redis
