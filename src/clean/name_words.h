// Words of person names that have a spelling or a place of their own: data/name_words.txt.
#pragma once

#include <string_view>

namespace csvm::clean {

/// What is known of a word. The sections of the data file say what each means.
struct NameWord {
  bool particle = false;
  bool second = false;
  bool syllable = false;
  bool eastern = false;
  bool title = false;
  bool mac = false;
  bool elision = false;
  bool syllabic = false;
  bool initials = false;
  std::string_view suffix;  // its spelling, empty if it is none
  std::string_view degree;
};

/// What is known of `lower`, a word in lower case; an empty NameWord for most. Any thread.
const NameWord& name_word(std::string_view lower);

}  // namespace csvm::clean
