// Links as text holds them.
#pragma once

#include <string_view>

namespace csvm::clean {

/// The target of a Markdown link `[text](target)`, of `<target>`, or of a lone `[target]`; `value`
/// itself when it is none of them. Borrows `value`.
std::string_view link_target(std::string_view value);

}  // namespace csvm::clean
