#include "name_words.h"

#include <deque>
#include <string>

#include "ascii.h"
#include "data.h"

namespace csvm::clean {
namespace {

/// The tables with the lower-case spellings they borrow.
struct Loaded {
  NameWords words;
  std::deque<std::string> lower;

  Loaded() {
    for_each_line(name_words_text, [this](std::string_view line) { load(line); });
  }

  void load(std::string_view line) {
    std::unordered_set<std::string_view>* set = nullptr;
    std::unordered_map<std::string_view, std::string_view>* map = nullptr;
    std::size_t at = 0;
    for (bool first = true; at < line.size(); first = false) {
      const std::size_t end = std::min(line.size(), line.find(' ', at));
      const std::string_view word = line.substr(at, end - at);
      at = end + 1;
      if (first) {
        set = set_named(word);
        if (word == "suffix") map = &words.suffixes;
        if (word == "degree") map = &words.degrees;
      } else if (map != nullptr) {
        append_lower(word, lower.emplace_back());
        map->emplace(lower.back(), word);
      } else if (set != nullptr) {
        set->insert(word);
      }
    }
  }

  std::unordered_set<std::string_view>* set_named(std::string_view section) {
    if (section == "particle") return &words.particles;
    if (section == "second") return &words.seconds;
    if (section == "syllable") return &words.syllables;
    if (section == "eastern") return &words.eastern;
    if (section == "title") return &words.titles;
    if (section == "mac") return &words.mac;
    if (section == "elision") return &words.elisions;
    if (section == "syllabic") return &words.syllabic;
    if (section == "initials") return &words.initials;
    return nullptr;
  }
};

}  // namespace

const NameWords& name_words() {
  static const Loaded loaded;
  return loaded.words;
}

}  // namespace csvm::clean
