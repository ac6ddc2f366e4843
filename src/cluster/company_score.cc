#include "company_score.h"

#include <algorithm>
#include <string>

#include "csvm/text.h"
#include "dictionary.h"
#include "names_agree.h"
#include "weights.h"
#include "words.h"

namespace csvm::cluster {
namespace {

// Numbers, and roman ones that are no abbreviations of anything in a company's name.
bool is_all_digits(std::string_view word) { return std::ranges::all_of(word, is_digit); }

bool is_generic(const HashedWord& word) {
  return (Dictionary::get().find(word.hash).meaning & (is_generic_word | is_region)) != 0;
}

// A slip of the finger, or two in a long word.
bool is_near(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  if (shorter < 6 || a.front() != b.front() || std::max(a.size(), b.size()) > shorter + 2)
    return false;
  if (std::ranges::any_of(a, is_digit) || std::ranges::any_of(b, is_digit)) return false;
  if (is_slip(a, b)) return true;
  if (shorter < 10) return false;
  return a.substr(0, 3) == b.substr(0, 3) && text::edit_distance(a, b, 2) <= 2;
}

// A slip at the first letter, or another name: Harrison and Garrison.
bool is_near_but_begin(std::string_view a, std::string_view b) {
  return std::min(a.size(), b.size()) >= 6 && a.size() == b.size() && a.front() != b.front() &&
         a.substr(1) == b.substr(1) && !is_digit(a.front()) && !is_digit(b.front());
}

// "natl" for national is in the vocabulary; this is "manuf." for manufacturers.
bool abbreviates(std::string_view a, std::string_view b) {
  const std::string_view shorter = a.size() < b.size() ? a : b;
  const std::string_view longer = a.size() < b.size() ? b : a;
  return shorter.size() >= 4 && shorter.size() <= 6 && longer.size() >= shorter.size() + 3 &&
         longer.starts_with(shorter);
}

struct Rest {
  std::array<std::uint8_t, 16> at{};
  std::size_t count = 0;
};

std::string joined(std::span<const HashedWord> words, const Rest& rest) {
  std::string text;
  for (std::size_t i = 0; i < rest.count; ++i) text += words[rest.at[i]].text;
  return text;
}

// "bbn" of "bolt beranek newman".
bool is_acronym(std::span<const HashedWord> one, std::span<const HashedWord> many) {
  if (one.size() != 1 || many.size() < 3 || one[0].text.size() < 3) return false;
  std::size_t at = 0;
  const std::string_view letters = one[0].text;
  for (const HashedWord& word : many) {
    if (at < letters.size() && word.text.front() == letters[at]) {
      ++at;
    } else if ((Dictionary::get().find(word.hash).meaning & is_generic_word) == 0) {
      return false;
    }
  }
  return at == letters.size();
}

class Comparison {
 public:
  Comparison(std::span<const HashedWord> a, std::span<const HashedWord> b,
             const Frequencies& frequencies)
      : a_(a), b_(b), frequencies_(frequencies) {}

  NameEvidence run() {
    match_equal();
    std::size_t near_words = match_joined();
    if (near_words == 0) near_words = match_near() + match_initials();
    const Rest rest_a = rest(a_, used_a_);
    const Rest rest_b = rest(b_, used_b_);
    if (is_acronym(a_, b_) || is_acronym(b_, a_)) {
      result_.bits += weights::acronym;
      result_.level = NameLevel::part;
      return result_;
    }
    const float left_a = leftovers(a_, rest_a);
    const float left_b = leftovers(b_, rest_b);
    const bool both = rest_a.count > 0 && rest_b.count > 0;
    // Each has a word of its own that tells: two departments, two towns, two funds.
    if (left_a < weights::leftover_own && left_b < weights::leftover_own) {
      result_.own_words = true;
      result_.bits += weights::own_words;
    } else if (both && (left_a < weights::leftover_own || left_b < weights::leftover_own)) {
      result_.own_words = true;
    }
    result_.bits += (left_a + left_b) * (both ? 1.0F : weights::one_sided);
    // A slip and a word too many: two liberties at once.
    if (near_words > 0 && rest_a.count + rest_b.count > 0) result_.bits += weights::two_liberties;
    if (both && numbers_differ(rest_a, rest_b)) result_.numbers_differ = true;
    if (!both && (has_number(a_, rest_a) || has_number(b_, rest_b))) {
      result_.bits += weights::number_conflict / 2;
    }
    if (result_.numbers_differ) result_.bits += weights::number_conflict;
    result_.level = level(near_words, rest_a.count, rest_b.count);
    return result_;
  }

 private:
  float bits(const HashedWord& word) const { return company_word_bits(word, frequencies_); }

  void match_equal() {
    int last = -1;
    for (std::size_t i = 0; i < a_.size(); ++i) {
      for (std::size_t j = 0; j < b_.size(); ++j) {
        if ((used_b_ >> j & 1) != 0 || a_[i].hash != b_[j].hash) continue;
        used_a_ |= 1U << i;
        used_b_ |= 1U << j;
        const float found = bits(a_[i]);
        result_.bits += found;
        if (!is_generic(a_[i])) ++distinct_;
        in_order_ = in_order_ && (last < 0 || static_cast<int>(j) > last);
        last = static_cast<int>(j);
        break;
      }
    }
    if (!in_order_) result_.bits += weights::other_order;
  }

  std::size_t match_near() {
    std::size_t found = 0;
    for (std::size_t i = 0; i < a_.size(); ++i) {
      if ((used_a_ >> i & 1) != 0) continue;
      for (std::size_t j = 0; j < b_.size(); ++j) {
        if ((used_b_ >> j & 1) != 0) continue;
        const bool umlauts = same_but_umlauts(a_[i].text, b_[j].text);
        const bool other_begin = is_near_but_begin(a_[i].text, b_[j].text);
        const bool slip = umlauts || other_begin || is_near(a_[i].text, b_[j].text);
        if (!slip && !abbreviates(a_[i].text, b_[j].text)) continue;
        used_a_ |= 1U << i;
        used_b_ |= 1U << j;
        const float worth = std::min(bits(a_[i]), bits(b_[j])) - (umlauts ? 0.5F : weights::typo);
        result_.bits += worth;
        if (slip && !is_generic(a_[i])) ++distinct_;
        if (other_begin) result_.own_words = true;
        ++found;
        break;
      }
    }
    return found;
  }

  // "bright path" and "brightpath", "the vertex" and "thevertex".
  std::size_t match_joined() {
    const Rest rest_a = rest(a_, used_a_);
    const Rest rest_b = rest(b_, used_b_);
    if (rest_a.count == 0 || rest_b.count == 0) return 0;
    const std::string one = joined(a_, rest_a);
    const std::string other = joined(b_, rest_b);
    const std::string& shorter = one.size() < other.size() ? one : other;
    const std::string& longer = one.size() < other.size() ? other : one;
    if (shorter.size() < 4) return 0;
    const bool glued_article = longer.size() == shorter.size() + 3 && longer.starts_with("the") &&
                               longer.ends_with(shorter);
    const bool glued_form =
        longer.starts_with(shorter) &&
        (Dictionary::get().meaning(std::string_view(longer).substr(shorter.size())) &
         is_legal_form) != 0;
    const bool same = one == other || glued_article || glued_form;
    if (!same && (rest_a.count + rest_b.count < 3 || !is_near(one, other))) return 0;
    float worth_a = 0;
    float worth_b = 0;
    for (std::size_t i = 0; i < rest_a.count; ++i) worth_a += bits(a_[rest_a.at[i]]);
    for (std::size_t i = 0; i < rest_b.count; ++i) worth_b += bits(b_[rest_b.at[i]]);
    result_.bits += std::max(worth_a, worth_b) - (same ? 1 : weights::typo + 1);
    ++distinct_;
    used_a_ = used_b_ = 0xffffffff;
    return 1;
  }

  // "friendship hill nhs" and "friendship hill national historic site"; "nbp" and "nb park".
  std::size_t match_initials() {
    const Rest rest_a = rest(a_, used_a_);
    const Rest rest_b = rest(b_, used_b_);
    if (rest_a.count == 1 && spells_initials(a_[rest_a.at[0]].text, b_, rest_b)) {
      result_.bits += bits(a_[rest_a.at[0]]) - 2;
    } else if (rest_b.count == 1 && spells_initials(b_[rest_b.at[0]].text, a_, rest_a)) {
      result_.bits += bits(b_[rest_b.at[0]]) - 2;
    } else {
      return 0;
    }
    used_a_ = used_b_ = 0xffffffff;
    return 1;
  }

  static bool spells_initials(std::string_view letters, std::span<const HashedWord> words,
                              const Rest& rest) {
    if (rest.count < 2 || letters.size() < 2 || letters.size() > 6) return false;
    std::size_t at = 0;
    for (std::size_t i = 0; i < rest.count; ++i) {
      const std::string_view word = words[rest.at[i]].text;
      if (word.size() <= 2 && letters.substr(at).starts_with(word)) {
        at += word.size();
      } else if (at < letters.size() && letters[at] == word.front()) {
        ++at;
      } else {
        return false;
      }
    }
    return at == letters.size();
  }

  static Rest rest(std::span<const HashedWord> words, std::uint32_t used) {
    Rest left;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if ((used >> i & 1) == 0) left.at[left.count++] = static_cast<std::uint8_t>(i);
    }
    return left;
  }

  float leftovers(std::span<const HashedWord> words, const Rest& rest) const {
    float total = 0;
    for (std::size_t i = 0; i < rest.count; ++i) {
      const HashedWord& word = words[rest.at[i]];
      total += is_generic(word) ? weights::leftover_generic
                                : weights::leftover_base - weights::leftover_share * bits(word);
    }
    return total;
  }

  static bool has_number(std::span<const HashedWord> words, const Rest& rest) {
    for (std::size_t i = 0; i < rest.count; ++i) {
      if (is_all_digits(words[rest.at[i]].text)) return true;
    }
    return false;
  }
  bool numbers_differ(const Rest& a, const Rest& b) const {
    return has_number(a_, a) && has_number(b_, b);
  }

  NameLevel level(std::size_t near_words, std::size_t left_a, std::size_t left_b) const {
    if (distinct_ == 0 && left_a + left_b > 0) return NameLevel::conflict;
    if (left_a == 0 && left_b == 0) return near_words == 0 ? NameLevel::equal : NameLevel::spelling;
    if (left_a == 0 || left_b == 0) return NameLevel::part;
    return result_.bits > 0 ? NameLevel::weak : NameLevel::conflict;
  }

  std::span<const HashedWord> a_, b_;
  const Frequencies& frequencies_;
  NameEvidence result_;
  std::size_t distinct_ = 0;
  bool in_order_ = true;
  std::uint32_t used_a_ = 0, used_b_ = 0;
};

// What every way in which words can agree needs: an equal first letter, or, for a slip at the first
// letter, all the others; a glued "the" is the one exception.
bool may_agree(std::span<const HashedWord> a, std::span<const HashedWord> b) {
  const auto first_letters = [](std::span<const HashedWord> words) {
    std::uint32_t letters = 0;
    for (const HashedWord& word : words) {
      letters |= 1U << (static_cast<unsigned char>(word.text.front()) & 31U);
    }
    return letters;
  };
  if ((first_letters(a) & first_letters(b)) != 0) return true;
  if (a.front().text.starts_with("the") || b.front().text.starts_with("the")) return true;
  return std::ranges::any_of(a, [&](const HashedWord& mine) {
    return std::ranges::any_of(
        b, [&](const HashedWord& theirs) { return is_near_but_begin(mine.text, theirs.text); });
  });
}

}  // namespace

bool have_words_in_common(const Side& a, const Side& b) {
  if (a.company.empty() || b.company.empty()) return false;
  if (!a.alias.empty() || !b.alias.empty()) return true;
  return may_agree(a.company.get().all(), b.company.get().all());
}

float company_word_bits(const HashedWord& word, const Frequencies& frequencies) {
  return frequencies.bits(Kind::company_word, word.hash,
                          is_generic(word) ? weights::generic_word : weights::rare_word);
}

bool label_spells(std::string_view label, const HashedWords<16>& words) {
  if (label.size() < 4 || words.empty()) return false;
  std::size_t at = 0;
  std::size_t whole_words = 0;
  for (const HashedWord& word : words.all()) {
    if (at == label.size()) break;
    while (at < label.size() && label[at] == '-') ++at;
    if (!label.substr(at).starts_with(word.text)) break;
    at += word.text.size();
    ++whole_words;
  }
  return whole_words > 0 && at == label.size();
}

NameEvidence compare_company_names(const Side& a, const Side& b, const Frequencies& frequencies) {
  if (a.company.empty() || b.company.empty()) return {};
  NameEvidence best = Comparison(a.company.get().all(), b.company.get().all(), frequencies).run();
  const auto consider = [&](const auto& mine, const auto& theirs) {
    if (mine.empty() || theirs.empty()) return;
    NameEvidence other = Comparison(mine.get().all(), theirs.get().all(), frequencies).run();
    other.bits -= 1;
    if (other.bits > best.bits) best = other;
  };
  consider(a.alias, b.company);
  consider(a.company, b.alias);
  return best;
}

}  // namespace csvm::cluster
