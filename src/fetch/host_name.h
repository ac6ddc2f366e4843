// host_name.h - host names as users write them -> the ASCII form that is asked for.
#pragma once

#include <string>
#include <string_view>

#include "csvm/base.h"

namespace csvm::fetch {

/// Lower case, IDNA-encoded, without a trailing dot. Fails with `invalid_input` for what is no
/// name, or is a spelling that turns into another name (full-width letters, ideographic dots).
Result<std::string> ascii_host(std::string_view host);

}  // namespace csvm::fetch
