#include "name_words.h"

#include <algorithm>
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
using Words = std::unordered_map<std::string, NameWord, Hash, std::equal_to<>>;

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

Words load() {
  Words words;
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

}  // namespace

const NameWord& name_word(std::string_view lower) {
  static const Words words = load();
  static const NameWord unknown;
  const auto found = words.find(lower);
  return found == words.end() ? unknown : found->second;
}

}  // namespace csvm::clean
