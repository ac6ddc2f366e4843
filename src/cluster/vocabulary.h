// vocabulary.h - the lists behind the dictionary, as text. Words are folded; all lists are our own.
#pragma once

#include <cstdint>
#include <string_view>

#include "dictionary.h"

namespace csvm::cluster::vocabulary {

/// Comma-separated words or phrases that mean one thing.
struct List {
  std::uint32_t meaning;
  std::string_view phrases;
};
struct Generation {
  std::uint32_t number;
  std::string_view words;
};

inline constexpr std::size_t list_count = 13;
extern const List lists[list_count];
extern const Generation generations[5];
extern const std::string_view legal_forms;

/// One group a line: a first name, its short forms and its spellings.
extern const std::string_view first_names;

/// One a line: the word that stands for the ones after it.
extern const std::string_view abbreviations;

}  // namespace csvm::cluster::vocabulary
