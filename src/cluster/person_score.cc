#include "person_score.h"

#include <algorithm>
#include <array>

#include "csvm/text.h"
#include "dictionary.h"
#include "names_agree.h"
#include "weights.h"

namespace csvm::cluster {
namespace {

/// A list of words without blanks, short enough to need no allocation.
class Joined {
 public:
  explicit Joined(std::span<const HashedWord> words) {
    for (const HashedWord& word : words) {
      for (const char letter : word.text) {
        if (length_ < text_.size()) text_[length_++] = letter;
      }
    }
  }
  std::string_view view() const { return {text_.data(), length_}; }

 private:
  std::array<char, 96> text_;
  std::size_t length_ = 0;
};

// More than a slip: two edits, one in a short word, another first letter.
bool is_far_slip(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  if (shorter >= 2 && (a.starts_with(b) || b.starts_with(a))) return true;
  if (shorter < 3) return false;
  const std::size_t limit = shorter < 5 ? 1 : shorter < 9 ? 2 : 3;
  return text::edit_distance(a, b, limit) <= limit;
}

// "barackk" and "barack".
bool same_but_doubles(std::string_view a, std::string_view b) {
  if (std::min(a.size(), b.size()) < 6) return false;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size() && a[i] == b[j]) {
    const char letter = a[i];
    while (i < a.size() && a[i] == letter) ++i;
    while (j < b.size() && b[j] == letter) ++j;
  }
  return i == a.size() && j == b.size();
}

bool same_words(std::span<const HashedWord> a, std::span<const HashedWord> b) {
  return std::ranges::all_of(a, [&](const HashedWord& word) {
    return std::ranges::find(b, word.hash, &HashedWord::hash) != b.end();
  });
}

struct Level {
  PartLevel level = PartLevel::missing;
  float bits = 0;
};

class Names {
 public:
  explicit Names(const Frequencies& frequencies) : frequencies_(frequencies) {}

  float given_bits(const HashedWord& word) const {
    const bool known = Dictionary::get().groups(word.hash).group[0] != 0;
    return frequencies_.bits(Kind::given, word.hash,
                             known ? weights::common_name : weights::rare_word);
  }
  float family_bits(std::span<const HashedWord> words) const {
    return frequencies_.bits(Kind::family, words.back().hash, weights::rare_word);
  }
  float least_family(std::span<const HashedWord> a, std::span<const HashedWord> b) const {
    const float mine = family_bits(a);
    return a.back().hash == b.back().hash ? mine : std::min(mine, family_bits(b));
  }

  Level given(std::span<const HashedWord> a, std::span<const HashedWord> b) const {
    if (a.empty() || b.empty()) return {};
    const HashedWord& x = a.front();
    const HashedWord& y = b.front();
    if (x.hash == y.hash) {
      if (x.text.size() == 1) return {PartLevel::initial, weights::initial_bits};
      return {PartLevel::equal, given_bits(x)};
    }
    // Looking up how common a name is costs more than most comparisons: only when it counts.
    const auto least = [&] { return std::min(given_bits(x), given_bits(y)); };
    switch (compare_given(x.text, y.text)) {
      case GivenLevel::equal:
        return {PartLevel::equal, least()};
      case GivenLevel::nickname:
        return {PartLevel::nickname, least() - weights::nickname};
      case GivenLevel::initial:
        return {PartLevel::initial, weights::initial_bits};
      case GivenLevel::typo:
        return {PartLevel::typo, least() - weights::typo};
      case GivenLevel::conflict:
        break;
    }
    if (same_but_umlauts(x.text, y.text)) return {PartLevel::spelling, least() - 1};
    const Joined all_a(a);
    const Joined all_b(b);
    if (all_a.view() == all_b.view()) return {PartLevel::spelling, least() - 1};
    if (same_but_doubles(x.text, y.text)) return {PartLevel::typo, least() - weights::typo};
    // The name one goes by may be the middle one.
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < b.size(); ++j) {
        if ((i == 0) != (j == 0) && a[i].text.size() > 2 && a[i].hash == b[j].hash) {
          return {PartLevel::half, given_bits(a[i]) - 3};
        }
      }
    }
    if (is_far_slip(x.text, y.text) && !are_two_names(x, y)) {
      return {PartLevel::far, least() - weights::far_typo};
    }
    return {PartLevel::conflict, weights::given_conflict};
  }

  Level family(std::span<const HashedWord> a, std::span<const HashedWord> b) const {
    if (a.empty() || b.empty()) return {};
    const auto least = [&] { return least_family(a, b); };
    if (a.size() == 1 && b.size() == 1) {
      if (a[0].hash == b[0].hash) {
        if (a[0].text.size() == 1) return {PartLevel::initial, weights::initial_bits};
        return {PartLevel::equal, least()};
      }
      if (a[0].text.size() == 1 || b[0].text.size() == 1) {
        if (a[0].text.front() == b[0].text.front()) {
          return {PartLevel::initial, weights::initial_bits};
        }
        return {PartLevel::conflict, weights::family_conflict};
      }
    }
    const Joined all_a(a);
    const Joined all_b(b);
    if (all_a.view() == all_b.view()) return {PartLevel::equal, least()};
    if (same_but_umlauts(all_a.view(), all_b.view())) return {PartLevel::spelling, least() - 1};
    if (a.size() > 1 || b.size() > 1) {
      for (const HashedWord& mine : a) {
        for (const HashedWord& theirs : b) {
          if (mine.text.size() > 3 && mine.hash == theirs.hash) {
            return {PartLevel::half,
                    frequencies_.bits(Kind::family, mine.hash, weights::rare_word) -
                        weights::family_half};
          }
        }
      }
    }
    if (is_slip(all_a.view(), all_b.view()) || is_ending_slip(all_a.view(), all_b.view())) {
      return {PartLevel::typo, least() - weights::typo};
    }
    if (is_double_slip(all_a.view(), all_b.view())) {
      return {PartLevel::typo, least() - weights::typo - 1.5F};
    }
    if (is_far_slip(all_a.view(), all_b.view())) {
      return {PartLevel::far, least() - weights::far_typo};
    }
    return {PartLevel::conflict, weights::family_conflict};
  }

 private:
  // Jon and Joan are of our list, Kayla and Layla are names of many in the file: no slips.
  bool are_two_names(const HashedWord& a, const HashedWord& b) const {
    const auto is_name = [this](const HashedWord& word) {
      return Dictionary::get().groups(word.hash).group[0] != 0 ||
             frequencies_.bits(Kind::given, word.hash, 0) < weights::rare_given;
    };
    return is_name(a) && is_name(b);
  }

  // The last letter of a family name tells no gender, as that of a first name does.
  static bool is_ending_slip(std::string_view a, std::string_view b) {
    return std::min(a.size(), b.size()) >= 6 && a.front() == b.front() &&
           text::edit_distance(a, b, 1) <= 1;
  }
  // Two slips in a long name.
  static bool is_double_slip(std::string_view a, std::string_view b) {
    return std::min(a.size(), b.size()) >= 8 && a.front() == b.front() &&
           text::edit_distance(a, b, 2) <= 2;
  }

  const Frequencies& frequencies_;
};

enum class WholeLevel : std::uint8_t { apart, near, equal };

// All words together: "Sergei Lavrov" and "SergeiLavrov", "bin Salman Mohammed" and "Mohammed bin
// Salman".
WholeLevel compare_whole(const Side& a, const Side& b) {
  std::array<HashedWord, 12> words_a;
  std::array<HashedWord, 12> words_b;
  const auto gather = [](const Side& side, std::array<HashedWord, 12>& words) {
    std::size_t count = 0;
    for (const HashedWord& word : side.given.all()) words[count++] = word;
    for (const HashedWord& word : side.family.all()) words[count++] = word;
    return count;
  };
  const std::size_t count_a = gather(a, words_a);
  const std::size_t count_b = gather(b, words_b);
  if (count_a == 0 || count_b == 0) return WholeLevel::apart;
  const Joined joined_a({words_a.data(), count_a});
  const Joined joined_b({words_b.data(), count_b});
  if (joined_a.view().size() >= 6 && count_a != count_b) {
    if (joined_a.view() == joined_b.view()) return WholeLevel::equal;
    if (is_slip(joined_a.view(), joined_b.view())) return WholeLevel::near;
  }
  // The same words in another order, one of them with a slip at most.
  if (count_a != count_b || count_a < 3) return WholeLevel::apart;
  std::size_t near = 0;
  std::uint32_t used = 0;
  for (std::size_t i = 0; i < count_a; ++i) {
    std::size_t found = count_b;
    for (std::size_t j = 0; j < count_b && found == count_b; ++j) {
      if ((used >> j & 1) == 0 && words_a[i].hash == words_b[j].hash) found = j;
    }
    for (std::size_t j = 0; j < count_b && found == count_b; ++j) {
      if ((used >> j & 1) != 0 || !is_far_slip(words_a[i].text, words_b[j].text)) continue;
      found = j;
      ++near;
    }
    if (found == count_b) return WholeLevel::apart;
    used |= 1U << found;
  }
  return near == 0 ? WholeLevel::equal : near == 1 ? WholeLevel::near : WholeLevel::apart;
}

bool is_first_name(const HashedWords<6>& words) {
  return Dictionary::get().groups(words.words[0].hash).group[0] != 0;
}

bool is_conflict(const Level& level) { return level.level == PartLevel::conflict; }
bool is_worse(const Level& level) { return is_conflict(level) || level.level == PartLevel::far; }

}  // namespace

PersonEvidence compare_people_names(const Side& a, const Side& b, const Frequencies& frequencies) {
  const Names names(frequencies);
  PersonEvidence found;
  const std::uint8_t x = a.row->generation;
  const std::uint8_t y = b.row->generation;
  found.other_generation = x != 0 && y != 0 && x != y;
  found.generation_on_one_side = (x > 1) != (y > 1);

  Level given = names.given(a.given.all(), b.given.all());
  Level family = names.family(a.family.all(), b.family.all());
  if (is_worse(given)) {
    const auto try_alias = [&](std::string_view alias, const HashedWords<6>& other) {
      if (alias.empty() || other.empty()) return;
      const HashedWord word{alias, hash_of(alias)};
      const Level level = names.given({&word, 1}, other.all());
      if (!is_worse(level) && level.bits > given.bits) given = level;
    };
    try_alias(a.parts[Part::alias], b.given);
    try_alias(b.parts[Part::alias], a.given);
  }
  if ((is_worse(given) || is_worse(family)) && !a.given.empty() && !b.given.empty() &&
      !a.family.empty() && !b.family.empty()) {
    const bool neither = is_conflict(given) && is_conflict(family);
    const auto try_crossed = [&](const Level& first, const Level& last) {
      if (is_conflict(first) || is_conflict(last)) return;
      const bool equal = first.level == PartLevel::equal || last.level == PartLevel::equal;
      const bool initial = first.level == PartLevel::initial || last.level == PartLevel::initial;
      const bool fits = initial ? neither && equal : neither || first.level >= PartLevel::typo;
      if (!fits || first.bits + last.bits - weights::swapped <= given.bits + family.bits) return;
      found.swapped = true;
      given = first;
      family = last;
      given.bits -= weights::swapped;
    };
    try_crossed(names.given(a.family.all(), b.given.all()),
                names.family(a.given.all(), b.family.all()));
    try_crossed(names.given(a.given.all(), b.family.all()),
                names.family(a.family.all(), b.given.all()));
    // One name in common, in the other's place: a family's, unless only it is a first name.
    if (neither && !found.swapped) {
      const auto share = [&](const HashedWords<6>& mine, const HashedWords<6>& theirs,
                             const HashedWords<6>& my_rest, const HashedWords<6>& their_rest) {
        const Level level = names.family(mine.all(), theirs.all());
        if (found.swapped || level.level != PartLevel::equal) return;
        found.swapped = true;
        const bool is_first =
            is_first_name(mine) && !is_first_name(my_rest) && !is_first_name(their_rest);
        (is_first ? given : family) = {level.level, level.bits - weights::swapped};
      };
      share(a.given, b.family, a.family, b.given);
      share(a.family, b.given, a.given, b.family);
    }
  }
  // Of one only one part is told, and that in the other's place.
  if (given.level == PartLevel::conflict && family.level == PartLevel::missing) {
    const Level other = a.family.empty() ? names.given(a.given.all(), b.family.all())
                                         : names.given(b.given.all(), a.family.all());
    if (other.level >= PartLevel::typo) {
      found.swapped = true;
      given = {};
      family = other;
    }
  }
  if (family.level == PartLevel::conflict && given.level == PartLevel::missing) {
    const Level other = a.given.empty() ? names.family(a.family.all(), b.given.all())
                                        : names.family(b.family.all(), a.given.all());
    if (other.level >= PartLevel::typo) {
      found.swapped = true;
      given = other;
      family = {};
    }
  }
  if (is_worse(given) || is_worse(family) || given.level == PartLevel::missing ||
      family.level == PartLevel::missing) {
    const WholeLevel whole = compare_whole(a, b);
    if (whole != WholeLevel::apart) {
      const float each = frequencies.prior() * (whole == WholeLevel::equal ? 0.7F : 0.5F);
      given = {whole == WholeLevel::equal ? PartLevel::spelling : PartLevel::typo, each};
      family = {PartLevel::spelling, each};
    }
  }
  found.given = given.level;
  found.family = family.level;
  found.given_bits = given.bits;
  found.family_bits = family.bits;

  // Middle names: only where both have one and the first ones agree.
  if (a.given.count > 1 && b.given.count > 1 && !found.swapped &&
      given.level >= PartLevel::initial && given.level != PartLevel::half &&
      given.level != PartLevel::spelling) {
    const std::string_view mine = a.given.words[1].text;
    const std::string_view theirs = b.given.words[1].text;
    const GivenLevel level = compare_given(mine, theirs);
    if (level == GivenLevel::equal) {
      found.middle_bits = 2;
    } else if (level == GivenLevel::conflict && !is_far_slip(mine, theirs) &&
               !same_words(a.given.all(), b.given.all())) {
      found.middle_bits = weights::middle_conflict;
    }
  }
  return found;
}

}  // namespace csvm::cluster
