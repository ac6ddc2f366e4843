#include "name_words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "ascii.h"
#include "data.h"

namespace csvm::clean {
namespace {

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};
using WordTable = std::unordered_map<std::string, NameWord, Hash, std::equal_to<>>;

void note(std::string_view section, std::string_view word, NameWord& known) {
  if (section == "particle") known.particle = true;
  if (section == "second") known.second = true;
  if (section == "syllable") known.syllable = true;
  if (section == "eastern") known.eastern = true;
  if (section == "title") known.title = true;
  if (section == "mac") known.mac = true;
  if (section == "elision") known.elision = true;
  if (section == "syllabic") known.syllabic = true;
  if (section == "initials") known.initials = true;
  if (section == "suffix") known.suffix = word;
  if (section == "degree") known.degree = word;
}

WordTable load() {
  WordTable words;
  for_each_line(name_words_text, [&words](std::string_view line) {
    std::size_t at = std::min(line.size(), line.find(' '));
    const std::string_view section = line.substr(0, at);
    while (at < line.size()) {
      const std::size_t start = at + 1;
      at = std::min(line.size(), line.find(' ', start));
      const std::string_view word = line.substr(start, at - start);
      std::string lower;
      append_lower(word, lower);
      note(section, word, words[lower]);
    }
  });
  return words;
}

/// Which first and last bytes (modulo 64) the words of a length have: most words of names are not
/// known, and this says so without a hash.
struct Filter {
  static constexpr std::size_t longest = 31;  // bytes; longer words are looked up
  std::array<std::uint64_t, longest + 1> first{};
  std::array<std::uint64_t, longest + 1> last{};

  static std::uint64_t bit(char c) {
    return std::uint64_t{1} << (static_cast<unsigned char>(c) % 64U);
  }
  explicit Filter(const WordTable& words) {
    for (const auto& [word, known] : words) {
      if (word.empty() || word.size() > longest) continue;
      first[word.size()] |= bit(word.front());
      last[word.size()] |= bit(word.back());
    }
  }
  bool may_be_known(std::string_view word) const {
    if (word.empty()) return false;
    return word.size() > longest || ((first[word.size()] & bit(word.front())) != 0 &&
                                     (last[word.size()] & bit(word.back())) != 0);
  }
};

}  // namespace

const NameWord& name_word(std::string_view lower) {
  static const WordTable words = load();
  static const Filter filter(words);
  static const NameWord unknown;
  if (!filter.may_be_known(lower)) return unknown;
  const auto found = words.find(lower);
  return found == words.end() ? unknown : found->second;
}

}  // namespace csvm::clean
