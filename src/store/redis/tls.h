// TLS to Redis, where the installed hiredis can (1.0 on, with hiredis_ssl).
#pragma once

#include <string>

#include "csvm/base.h"

struct redisContext;

namespace csvm::store::redis {

/// Begins TLS on a connection; the server must show a certificate of `host` that the system trusts.
/// Fails with `refused` (certificate), `io`, or `invalid_input` where hiredis cannot.
Result<void> begin_tls(redisContext* context, const std::string& host);

}  // namespace csvm::store::redis
