// The session's token as it stands in a cookie: sealed with the operator's key, so that a made-up
// one is known without asking the store, and a new key ends all sessions. Pure.
#pragma once

#include <string>
#include <string_view>

namespace csvm::api {

/// "TOKEN.SEAL"; the token itself when `key` is empty.
std::string seal(std::string_view token, std::string_view key);

/// The token in what `seal` made with this key; empty for anything else.
std::string open_seal(std::string_view cookie, std::string_view key);

}  // namespace csvm::api
