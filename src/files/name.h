// The names of sessions and objects: ids of ours.
#pragma once

#include <string_view>

#include "csvm/files.h"

namespace csvm::files {

/// Whether `text` is 1 to 100 of [a-z0-9_-] and does not begin with '-'.
bool is_id(std::string_view text);
/// `invalid_input` when it is none.
Result<void> check_id(std::string_view text);
Result<void> check_place(const Place& place);

}  // namespace csvm::files
