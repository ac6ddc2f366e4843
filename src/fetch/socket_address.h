// socket_address.h - the system's form of an address -> ours.
#pragma once

#include <sys/socket.h>

#include <optional>

#include "csvm/fetch.h"

namespace csvm::fetch {

/// Nothing for families other than IPv4 and IPv6.
std::optional<Address> address_of(const sockaddr* socket_address);

}  // namespace csvm::fetch
