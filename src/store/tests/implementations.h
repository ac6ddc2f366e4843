// The implementations that every test of the interface runs over.
#pragma once

#include "redis_server.h"
#include "temporary.h"

namespace csvm::store {

inline const std::array implementations = {
    Implementation{"sqlite", [] { return std::make_unique<SqliteFile>(); }},
    Implementation{"redis", [] { return std::make_unique<RedisPlace>(); }},
};

}  // namespace csvm::store
