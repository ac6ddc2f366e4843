// The first and last bytes of a file -> what it seems to be, if it is no text.
#pragma once

#include <string_view>

namespace csvm::bytes {

/// "a ZIP archive", "a PNG image", "an HTML page" ... or empty when nothing speaks against text.
/// `head` are the first bytes (some kilobytes are enough), `tail` the last ones.
std::string_view kind_of_file(std::string_view head, std::string_view tail);

/// Whether bytes that are neither UTF-16 nor UTF-32 hold too many control characters for text.
bool looks_binary(std::string_view head);

}  // namespace csvm::bytes
