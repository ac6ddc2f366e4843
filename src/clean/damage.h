// Marks that spreadsheets leave on values.
#pragma once

#include <string_view>

#include "csvm/clean.h"

namespace csvm::clean {

/// Adds what `value`, not empty and with single blanks, shows in a column of `role`.
void note_damage(columns::Role role, std::string_view value, Damage& damage);

/// True when `text` holds U+FFFD or letters that are UTF-8 read as Windows-1252.
bool is_mojibake(std::string_view text);

}  // namespace csvm::clean
