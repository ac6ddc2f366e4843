// The public suffix list: which ends of a host are no one's own.
#pragma once

#include <string_view>

namespace csvm::clean {

/// The longest public suffix of `host` by the list's rules, private ones too; a host whose last
/// label is in no rule has that label as its suffix. Borrows `host`. `host` has no empty label.
std::string_view public_suffix(std::string_view host);

/// True when the list knows `label` (lower case) as a top-level domain, or RFC 2606 sets it aside.
bool is_top_level_domain(std::string_view label);

}  // namespace csvm::clean
