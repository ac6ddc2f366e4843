// gzip -> the bytes inside.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "csvm/bytes.h"
#include "storage.h"

namespace csvm::bytes {

/// Starts like a gzip file (RFC 1952: magic and the only method, deflate).
bool is_gzip(std::string_view head);

/// Inflates all members of a gzip file; zero bytes after the last member are padding.
/// Fails with `limit_exceeded` for a bomb (see Limits), `invalid_input` for corrupt or cut data.
Result<std::unique_ptr<Storage>> inflate(const Storage& compressed, const std::string& name,
                                         const Limits& limits, const std::stop_token& stop);

}  // namespace csvm::bytes
