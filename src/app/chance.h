// Unguessable bytes of the system.
#pragma once

#include <cstddef>
#include <span>

namespace csvm::app {

void fill_with_random(std::span<std::byte> bytes);

}  // namespace csvm::app
