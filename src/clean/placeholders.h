// Cells that say "there is nothing here".
#pragma once

#include <string_view>

#include "csvm/columns.h"

namespace csvm::clean {

/// True when `value` (blanks at its ends ignored) is a placeholder in a column of `role`. Where
/// such a word can be a value it is not: "Null" is a family name, "NA" a region.
bool is_placeholder_in(columns::Role role, std::string_view value);

}  // namespace csvm::clean
