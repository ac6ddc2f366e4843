// looks.h - what the values of a column look like, whatever its header says.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace csvm::pipeline {

/// Both are false in doubt: of few values, and of a header that names something else.
///
/// @param header  as columns::comparing_key spells it
/// @param values  non-empty ones

/// Dates that are people's dates of birth: of many years, most of them long ago. Dates of hire,
/// of founding or of the last change are none.
bool look_like_birth_dates(std::string_view header, std::span<const std::string> values);

/// Streets with numbers, as a person's or a company's address has them.
bool look_like_streets(std::string_view header, std::span<const std::string> values);

}  // namespace csvm::pipeline
