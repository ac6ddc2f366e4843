// page.h - the page (web/), as it is embedded in the program.
#pragma once

#include <span>
#include <string_view>

#include "csvm/server.h"

namespace csvm::app {

/// Every file of the page; lives as long as the program. Defined in build/web/page_assets.cc, which
/// tools/build_page.py makes.
std::span<const server::Asset> page_assets();

}  // namespace csvm::app
