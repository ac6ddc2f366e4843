// What the value of a cell looks like, as far as it tells delimiters and headers apart.
#pragma once

#include <string_view>

namespace csvm::csv {

enum class CellKind {
  empty,
  number,  // also money, percent, phone: digits and the signs around them
  date,    // also time
  email,
  url,
  text,
};

CellKind kind_of_cell(std::string_view cell);

/// Whether a cell that stands without quotes reads like one value: no character inside that
/// separates cells in other files, except as prose uses it (before a blank).
bool reads_like_one_value(std::string_view cell, char delimiter);

/// Whether a cell is a word that columns are called by ("name", "E-Mail", "telefon" ...).
bool is_header_word(std::string_view cell);

}  // namespace csvm::csv
