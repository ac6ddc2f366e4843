// Words of person names that have a spelling or a place of their own: data/name_words.txt.
#pragma once

#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace csvm::clean {

/// All words in lower case; `suffixes` and `degrees` give their spelling.
struct NameWords {
  std::unordered_set<std::string_view> particles;
  std::unordered_set<std::string_view> seconds;    // lower case only behind de, von, van
  std::unordered_set<std::string_view> syllables;  // particles that are given names in East Asia
  std::unordered_set<std::string_view> eastern;    // East Asian family names
  std::unordered_set<std::string_view> titles;
  std::unordered_set<std::string_view> mac;  // written Mac + capital
  std::unordered_set<std::string_view> elisions;
  std::unordered_set<std::string_view> syllabic;  // two letters without vowel, no initials
  std::unordered_set<std::string_view> initials;  // initials though there is a vowel
  std::unordered_map<std::string_view, std::string_view> suffixes;
  std::unordered_map<std::string_view, std::string_view> degrees;
};

/// Made once, at the first use; any thread.
const NameWords& name_words();

}  // namespace csvm::clean
