// Blanks of every kind -> single blanks; characters nobody sees -> gone.
#pragma once

#include <string>
#include <string_view>

namespace csvm::clean {

/// True when `text`, which has bytes above 127, may hold a character that `normalize_blanks`
/// changes besides ASCII ones. One pass over the bytes, no decoding.
bool has_odd_blanks(std::string_view text);

/// Writes `text` into `out` (cleared first) with runs of white space (line breaks and the Unicode
/// spaces too) as one blank, none at the ends, and without control and zero-width characters. The
/// joiners that emoji and some scripts are spelled with stay between letters of theirs.
void normalize_blanks(std::string_view text, std::string& out);

}  // namespace csvm::clean
