// Which encoding a file is in: byte order mark, distribution of zeros, then what the non-ASCII
// bytes would spell.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace csvm::bytes {

struct Mark {
  std::string_view encoding;  // empty: none
  std::size_t bytes = 0;
};

/// The byte order mark at the start of a file.
Mark find_mark(std::string_view head);

/// "utf-16le", "utf-16be", "utf-32le" or "utf-32be" when the zeros of the first kilobytes lie as
/// those encodings put them, else empty.
std::string_view wide_encoding(std::string_view head);

/// The encoding of text that is not UTF-8. `sample` are stretches of the file around non-ASCII
/// bytes. Always names one that a decoder exists for; "windows-1252" when in doubt.
std::string legacy_encoding(std::string_view sample);

/// Our name of an encoding that a user named ("cp1252" -> "windows-1252", "UTF8" -> "utf-8");
/// nullopt when it is not known. "utf-16" and "utf-32" stay without byte order.
std::optional<std::string> encoding_named(std::string_view given);

}  // namespace csvm::bytes
