// Words and phrases of seven languages -> concepts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "concept.h"
#include "csvm/columns.h"

namespace csvm::columns {

/// A set of languages, one bit each.
using Languages = std::uint8_t;
inline constexpr Languages english = 1, german = 2, french = 4, spanish = 8, italian = 16,
                           portuguese = 32, dutch = 64, any_language = 127;

/// One meaning of a phrase and the languages in which it has it.
struct Sense {
  Concept meant;
  Languages languages;
};

/// The longest phrase of the data files, in words.
inline constexpr std::size_t longest_phrase = 7;

/// The words of a header for looking up: camelCase, digits, punctuation and emoji separate words,
/// "#" is one; folded (see text::fold).
std::vector<std::string> header_words(std::string_view header);

class Vocabulary {
 public:
  /// The one built from the data files, made at the first call. Threads: any.
  static const Vocabulary& built_in();

  /// The senses of words joined by one blank; empty when unknown.
  const std::vector<Sense>* find(std::string_view phrase) const;

  /// `word` taken apart into known words ("telefonnummer"); empty when that does not work.
  std::vector<std::string> decompound(std::string_view word) const;

  /// The known word that `word` probably is a slip of; empty when there is none or several that
  /// differ in meaning.
  std::string correct(std::string_view word) const;

 private:
  Vocabulary();
  void add(std::string_view phrase, Concept meant, Languages languages);
  bool is_part(std::string_view word) const;

  std::unordered_map<std::string, std::vector<Sense>> phrases_;
  /// Single words that may be misspelled, by first letter and length.
  std::unordered_map<std::uint32_t, std::vector<std::string>> by_shape_;
};

}  // namespace csvm::columns
