// words.h - a value -> its words, made comparable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace csvm::cluster {

inline bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// What stood between a word and the one before it, as bits.
enum Break : std::uint8_t {
  break_space = 1,
  break_comma = 2,
  break_open = 4,    // ( [ {
  break_close = 8,   // ) ] }
  break_quote = 16,  // a double quotation mark
  break_bar = 32,    // | or a dash with blanks around it
  break_slash = 64,
  break_hyphen = 128,  // a dash without blanks
};

struct Word {
  std::string_view text;
  std::uint8_t before = 0;  // of Break
};

/// Folds one value after another and cuts it into words: runs of letters and digits of any script.
/// Apostrophes vanish ("o'brien" -> "obrien"), dots inside abbreviations too ("g.m.b.h." ->
/// "gmbh"), "&" becomes the word "and", pictographs are blanks.
///
/// The words lie in one text, one blank between them, so neighbours can be read as a phrase.
/// Threads: one per thread. No allocation once its buffers have grown.
class Words {
 public:
  static constexpr std::size_t max_words = 64;  // the rest of a value is not compared

  /// The words of `value`; valid until the next call.
  std::span<const Word> of(std::string_view value);

 private:
  std::string folded_;
  std::string text_;
  std::array<Word, max_words> words_;
};

/// `value` as `Words` has it when it is one word of ASCII letters and digits and nothing else: in
/// lower case in `out`; empty when it is not, or when `out` is too short. No break stands before
/// it.
std::string_view plain_word(std::string_view value, std::span<char> out);

/// The text from the first to the last of `words`, which lie side by side.
inline std::string_view phrase(std::span<const Word> words) {
  if (words.empty()) return {};
  const char* const begin = words.front().text.data();
  const std::string_view last = words.back().text;
  return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
}

}  // namespace csvm::cluster
