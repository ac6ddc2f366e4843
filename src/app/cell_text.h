// cell_text.h - text of a file -> text that is safe and fits in a column on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace csvm::app {

/// How many columns a terminal needs for `text`: two for wide characters, none for combining ones.
/// An estimate: terminals differ in emoji sequences.
std::size_t display_width(std::string_view text);

/// `text` in at most `width` columns, the end cut and marked by "..." if it is longer. Control
/// characters, which could steer the terminal, and invalid bytes become blanks or "?".
std::string cut_to_width(std::string_view text, std::size_t width);

/// The same, filled up with blanks to `width` columns.
std::string padded_to_width(std::string_view text, std::size_t width);

/// `text` as one word of a shell command.
std::string shell_quoted(std::string_view text);

}  // namespace csvm::app
