// Blanks of every kind -> single blanks; characters nobody sees -> gone; characters broken by a
// wrong encoding are noticed on the way.
#pragma once

#include <string>
#include <string_view>

namespace csvm::clean {

/// What stands among the bytes above 127 of a text. One pass, no decoding.
struct HighLook {
  bool blanks = false;    // perhaps a character that `normalize_blanks` changes
  bool mojibake = false;  // U+FFFD, or letters that are UTF-8 read as Windows-1252
};
HighLook look_at_high(std::string_view text);

/// Writes `text` into `out` (cleared first) with runs of white space (line breaks and the Unicode
/// spaces too) as one blank, none at the ends, and without control and zero-width characters. The
/// joiners that emoji and some scripts are spelled with stay between letters of theirs.
void normalize_blanks(std::string_view text, std::string& out);

}  // namespace csvm::clean
