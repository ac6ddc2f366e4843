// ALL CAPS and all-lowercase person names -> the way their bearers write them.
#pragma once

#include <string>
#include <string_view>

namespace csvm::clean {

/// Which name a column holds.
enum class NameColumn { first, last, full };

/// True when `name` has letters of one case only: the names that `case_name` may change. Most
/// values are told by their first two bytes.
bool has_one_case(std::string_view name);

/// Writes `name` with capitals where they belong into `out` (cleared first). What is no name
/// (digits, an address, more than eight words) is written as it is.
void case_name(NameColumn column, std::string_view name, std::string& out);

}  // namespace csvm::clean
