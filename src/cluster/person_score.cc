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

struct Level {
  PartLevel level = PartLevel::missing;
  float bits = 0;
};

class Names {
 public:
  Names(const Side& a, const Side& b, const Frequencies& frequencies)
      : a_(a), b_(b), frequencies_(frequencies) {}

  float given_bits(const HashedWord& word) const {
    const bool known = Dictionary::get().groups(word.hash).group[0] != 0;
    return frequencies_.bits(Kind::given, word.hash,
                             known ? weights::common_name : weights::rare_word);
  }
  float family_bits(std::span<const HashedWord> words) const {
    return frequencies_.bits(Kind::family, words.back().hash, weights::rare_word);
  }
  float least_family(std::span<const HashedWord> a, std::span<const HashedWord> b) const {
    return std::min(family_bits(a), family_bits(b));
  }

  Level given(std::span<const HashedWord> a, std::span<const HashedWord> b) const {
    if (a.empty() || b.empty()) return {};
    const HashedWord& x = a.front();
    const HashedWord& y = b.front();
    if (x.hash == y.hash) {
      if (x.text.size() == 1) return {PartLevel::initial, weights::initial_bits};
      return {PartLevel::equal, given_bits(x)};
    }
    const float least = std::min(given_bits(x), given_bits(y));
    switch (compare_given(x.text, y.text)) {
      case GivenLevel::equal:
        return {PartLevel::equal, least};
      case GivenLevel::nickname:
        return {PartLevel::nickname, least - weights::nickname};
      case GivenLevel::initial:
        return {PartLevel::initial, weights::initial_bits};
      case GivenLevel::typo:
        return {PartLevel::typo, least - weights::typo};
      case GivenLevel::conflict:
        break;
    }
    if (same_but_umlauts(x.text, y.text)) return {PartLevel::spelling, least - 1};
    const Joined all_a(a);
    const Joined all_b(b);
    if (all_a.view() == all_b.view()) return {PartLevel::spelling, least - 1};
    // The name one goes by may be the middle one.
    for (const HashedWord& mine : a) {
      for (const HashedWord& theirs : b) {
        if (mine.text.size() > 2 && mine.hash == theirs.hash) {
          return {PartLevel::half, given_bits(mine) - 3};
        }
      }
    }
    if (is_far_slip(x.text, y.text)) return {PartLevel::far, least - weights::far_typo};
    return {PartLevel::conflict, weights::given_conflict};
  }

  Level family(std::span<const HashedWord> a, std::span<const HashedWord> b) const {
    if (a.empty() || b.empty()) return {};
    const float least = least_family(a, b);
    if (a.size() == 1 && b.size() == 1) {
      if (a[0].hash == b[0].hash) {
        if (a[0].text.size() == 1) return {PartLevel::initial, weights::initial_bits};
        return {PartLevel::equal, least};
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
    if (all_a.view() == all_b.view()) return {PartLevel::equal, least};
    if (same_but_umlauts(all_a.view(), all_b.view())) return {PartLevel::spelling, least - 1};
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
      return {PartLevel::typo, least - weights::typo};
    }
    if (is_far_slip(all_a.view(), all_b.view())) {
      return {PartLevel::far, least - weights::far_typo};
    }
    return {PartLevel::conflict, weights::family_conflict};
  }

 private:
  // A family name may lack or repeat its last letter: it has no other gender.
  static bool is_ending_slip(std::string_view a, std::string_view b) {
    const std::string_view shorter = a.size() < b.size() ? a : b;
    const std::string_view longer = a.size() < b.size() ? b : a;
    return shorter.size() >= 6 && longer.size() == shorter.size() + 1 &&
           longer.starts_with(shorter) && longer.back() == shorter.back();
  }

  const Side& a_;
  const Side& b_;
  const Frequencies& frequencies_;
};

bool is_worse(const Level& level) {
  return level.level == PartLevel::conflict || level.level == PartLevel::far;
}

}  // namespace

PersonEvidence compare_people_names(const Side& a, const Side& b, const Frequencies& frequencies) {
  const Names names(a, b, frequencies);
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
    const auto try_crossed = [&](const Level& first, const Level& last) {
      const bool fits = first.level >= PartLevel::typo && last.level != PartLevel::initial &&
                        (last.level != PartLevel::conflict || first.level == PartLevel::equal);
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
  }
  // "Sergei Lavrov" and "SergeiLavrov".
  if ((given.level == PartLevel::missing || family.level == PartLevel::missing ||
       is_worse(family)) &&
      (a.given.empty() || a.family.empty() || b.given.empty() || b.family.empty())) {
    std::array<HashedWord, 12> all_a;
    std::array<HashedWord, 12> all_b;
    std::size_t count_a = 0;
    std::size_t count_b = 0;
    for (const HashedWord& word : a.given.all()) all_a[count_a++] = word;
    for (const HashedWord& word : a.family.all()) all_a[count_a++] = word;
    for (const HashedWord& word : b.given.all()) all_b[count_b++] = word;
    for (const HashedWord& word : b.family.all()) all_b[count_b++] = word;
    if (count_a > 0 && count_b > 0) {
      const Joined joined_a({all_a.data(), count_a});
      const Joined joined_b({all_b.data(), count_b});
      const bool same = joined_a.view() == joined_b.view();
      if (joined_a.view().size() >= 6 && (same || is_slip(joined_a.view(), joined_b.view()))) {
        given = {same ? PartLevel::spelling : PartLevel::typo, frequencies.prior() * 0.7F};
        family = {PartLevel::spelling, frequencies.prior() * 0.7F};
      }
    }
  }
  found.given = given.level;
  found.family = family.level;
  found.given_bits = given.bits;
  found.family_bits = family.bits;

  // Middle names: only where both have one and the first ones agree.
  if (a.given.count > 1 && b.given.count > 1 && !found.swapped &&
      given.level >= PartLevel::initial && given.level != PartLevel::half) {
    const std::string_view mine = a.given.words[1].text;
    const std::string_view theirs = b.given.words[1].text;
    const GivenLevel level = compare_given(mine, theirs);
    if (level == GivenLevel::equal) {
      found.middle_bits = 2;
    } else if (level == GivenLevel::conflict && !is_far_slip(mine, theirs) &&
               given.level != PartLevel::spelling) {
      found.middle_bits = weights::middle_conflict;
    }
  }
  return found;
}

}  // namespace csvm::cluster
