// Names that nobody can guess, and digests that tell nothing of what they were made from.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace csvm::store {

/// 128 random bits in 26 characters [a-z2-7]: fit for URLs, file names and cookies.
std::string new_id(const std::function<void(std::span<std::byte>)>& random);

/// SHA-256 of `text`, 32 bytes as they are.
std::string digest(std::string_view text);

}  // namespace csvm::store
