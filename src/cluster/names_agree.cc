#include "names_agree.h"

#include <algorithm>

#include "csvm/text.h"
#include "dictionary.h"
#include "store.h"

namespace csvm::cluster {
namespace {

std::string_view leading_word(std::string_view words) { return words.substr(0, words.find(' ')); }

bool has_word(std::string_view words, std::string_view wanted) {
  bool found = false;
  each_word(words, [&](std::string_view word) { found = found || word == wanted; });
  return found;
}

bool equal_without_blanks(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (true) {
    while (i < a.size() && a[i] == ' ') ++i;
    while (j < b.size() && b[j] == ' ') ++j;
    if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
    if (a[i++] != b[j++]) return false;
  }
}

bool given_agree(std::string_view a, std::string_view b) {
  if (compare_given(leading_word(a), leading_word(b)) != GivenLevel::conflict) return true;
  if (equal_without_blanks(a, b)) return true;
  // The name one goes by may be the middle one.
  bool shared = false;
  each_word(a, [&](std::string_view mine) {
    each_word(b, [&](std::string_view theirs) {
      shared = shared || (mine.size() > 1 && theirs.size() > 1 &&
                          compare_given(mine, theirs) >= GivenLevel::nickname);
    });
  });
  return shared;
}

}  // namespace

bool is_slip(std::string_view a, std::string_view b) {
  if (std::min(a.size(), b.size()) < 5 || a.front() != b.front()) return false;
  if (text::edit_distance(a, b, 1) > 1) return false;
  // Same but for the last letter, or one letter longer: Mario and Maria, Daniel and Daniela.
  const std::size_t common = std::min(a.size(), b.size()) - (a.size() == b.size() ? 1 : 0);
  return a.substr(0, common) != b.substr(0, common);
}

bool same_but_umlauts(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  const auto is_vowel = [](char letter) { return letter == 'a' || letter == 'o' || letter == 'u'; };
  while (i < a.size() && j < b.size()) {
    if (a[i] != b[j]) {
      if (i > 0 && a[i] == 'e' && is_vowel(a[i - 1])) {
        ++i;
        continue;
      }
      if (j > 0 && b[j] == 'e' && is_vowel(b[j - 1])) {
        ++j;
        continue;
      }
      return false;
    }
    ++i;
    ++j;
  }
  if (i + 1 == a.size() && i > 0 && a[i] == 'e' && is_vowel(a[i - 1])) ++i;
  if (j + 1 == b.size() && j > 0 && b[j] == 'e' && is_vowel(b[j - 1])) ++j;
  return i == a.size() && j == b.size();
}

GivenLevel compare_given(std::string_view a, std::string_view b) {
  if (a == b) return GivenLevel::equal;
  if (a.empty() || b.empty()) return GivenLevel::conflict;
  if (a.size() == 1 || b.size() == 1) {
    return a.front() == b.front() ? GivenLevel::initial : GivenLevel::conflict;
  }
  const Dictionary& dictionary = Dictionary::get();
  const NameGroups& mine = dictionary.groups(hash_of(a));
  const NameGroups& theirs = dictionary.groups(hash_of(b));
  if (mine.shares(theirs)) return GivenLevel::nickname;
  // Two names of the list that share nothing are two names, however alike they look.
  if (mine.group[0] != 0 && theirs.group[0] != 0) return GivenLevel::conflict;
  return is_slip(a, b) ? GivenLevel::typo : GivenLevel::conflict;
}

bool contradict(const NameView& a, const NameView& b) {
  if (a.generation != 0 && b.generation != 0 && a.generation != b.generation) return true;
  const bool a_empty = a.given.empty() && a.family.empty();
  const bool b_empty = b.given.empty() && b.family.empty();
  if (a_empty || b_empty) return false;
  if (a.given.empty() || b.given.empty()) {
    // A single word may be either name.
    const NameView& one = a.given.empty() ? a : b;
    const NameView& other = a.given.empty() ? b : a;
    bool found = false;
    each_word(one.family, [&](std::string_view word) {
      found = found || has_word(other.family, word) || has_word(other.given, word);
    });
    return !found;
  }
  if (a.family.empty() || b.family.empty()) {
    const NameView& one = a.family.empty() ? a : b;
    const NameView& other = a.family.empty() ? b : a;
    return !given_agree(one.given, other.given) && !has_word(other.family, leading_word(one.given));
  }
  if (given_agree(a.given, b.given)) return false;
  if (!a.alias.empty() && given_agree(a.alias, b.given)) return false;
  if (!b.alias.empty() && given_agree(b.alias, a.given)) return false;
  // "Hiro Nakamura" and "Nakamura Hiro".
  return !(has_word(b.family, leading_word(a.given)) && has_word(a.family, leading_word(b.given)));
}

}  // namespace csvm::cluster
