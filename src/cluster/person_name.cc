#include "person_name.h"

#include <algorithm>

#include "dictionary.h"

namespace csvm::cluster {
namespace {

std::uint32_t meaning(std::string_view word) { return Dictionary::get().meaning(word); }

bool is_placeholder(std::span<const Word> words) {
  return words.empty() || (meaning(phrase(words)) & is_placeholder_name) != 0;
}

std::span<const Word> without_titles(std::span<const Word> words) {
  while (words.size() > 1 && (meaning(words.front().text) & is_title) != 0 &&
         // "King" and "Major" are family names too: a title has two words after it, or is short
         (words.size() > 2 || words.front().text.size() <= 4)) {
    words = words.subspan(1);
  }
  return words;
}

// Cuts credentials and the generation off the end; `least` words stay.
std::span<const Word> without_endings(std::span<const Word> words, std::size_t least,
                                      std::uint8_t& generation) {
  while (words.size() > least) {
    const Entry& entry = Dictionary::get().find(hash_of(words.back().text));
    const bool after_comma = (words.back().before & break_comma) != 0;
    if ((entry.meaning & is_generation) != 0) {
      generation = static_cast<std::uint8_t>(entry.number);
    } else if ((entry.meaning & is_credential) == 0 &&
               !(after_comma && (entry.meaning & is_late_credential) != 0)) {
      break;
    }
    words = words.first(words.size() - 1);
  }
  return words;
}

bool all_endings(std::span<const Word> words) {
  return std::ranges::all_of(words, [](const Word& word) {
    return (meaning(word.text) & (is_credential | is_late_credential | is_generation)) != 0;
  });
}

}  // namespace

// The family name is the last word with the particles before it.
void NameReader::split(std::span<const Word> words) {
  std::size_t family_at = words.size() < 2 ? words.size() : words.size() - 1;
  while (family_at > 1 && family_at < words.size() &&
         ((words[family_at].before & break_hyphen) != 0 ||
          ((meaning(words[family_at - 1].text) & is_particle) != 0 &&
           words[family_at - 1].text.size() > 1))) {
    --family_at;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    (i < family_at ? name_.given.add(words[i].text) : name_.family.add(words[i].text));
  }
}

void NameReader::read_full(std::span<const Word> words) {
  // Cut what stands in brackets or quotes out of the name.
  std::array<Word, Words::max_words> kept;
  std::size_t count = 0;
  int inside = 0;
  bool quoted = false;
  for (const Word& word : words) {
    if ((word.before & break_open) != 0) ++inside;
    if ((word.before & break_close) != 0 && inside > 0)
      inside -= (word.before & break_open) ? 0 : 1;
    if ((word.before & break_quote) != 0) quoted = !quoted;
    if ((word.before & break_bar) != 0 && count > 0) break;
    if (inside > 0 || quoted) {
      const bool pronoun = word.text == "she" || word.text == "her" || word.text == "he" ||
                           word.text == "him" || word.text == "they" || word.text == "them";
      if (name_.alias.empty() && !pronoun && count > 0 && word.text.size() > 1) {
        name_.alias = word.text;
      }
      if (count > 0) continue;
    }
    kept[count++] = word;
  }
  std::span<const Word> rest = without_titles({kept.data(), count});

  // "Last, First": a comma after the first words that is not followed by credentials.
  std::size_t comma = 1;
  while (comma < rest.size() && (rest[comma].before & break_comma) == 0) ++comma;
  if (comma < rest.size()) {
    std::size_t end = comma + 1;
    while (end < rest.size() && (rest[end].before & break_comma) == 0) ++end;
    const std::span<const Word> second = without_titles(rest.subspan(comma, end - comma));
    // Generation and credentials may also follow the whole name.
    without_endings(rest.subspan(comma), 0, name_.generation);
    std::span<const Word> first_part = without_endings(rest.first(comma), 1, name_.generation);
    if (!all_endings(second) && second.size() <= 3 && comma <= 4) {
      for (const Word& word : without_endings(second, 1, name_.generation)) {
        name_.given.add(word.text);
      }
      for (const Word& word : first_part) name_.family.add(word.text);
      return;
    }
    rest = rest.first(comma);
  }
  split(without_endings(rest, 2, name_.generation));
}

// Most names: one plain word each, neither of which means anything.
bool NameReader::read_plain(std::string_view full, std::string_view first, std::string_view last) {
  if (!full.empty() && (full.size() != first.size() + 1 + last.size() || !full.starts_with(first) ||
                        full[first.size()] != ' ' || !full.ends_with(last))) {
    return false;
  }
  const std::span<char> room = plain_;
  const std::string_view given = plain_word(first, room.first(room.size() / 2));
  if (given.empty() || meaning(given) != 0) return false;
  const std::string_view family = plain_word(last, room.last(room.size() / 2));
  if (family.empty() || meaning(family) != 0) return false;
  name_.given.add(given);
  name_.family.add(family);
  return true;
}

const PersonName& NameReader::read(std::string_view full, std::string_view first,
                                   std::string_view last) {
  name_.given.count = name_.family.count = 0;
  name_.alias = {};
  name_.generation = 0;
  if (read_plain(full, first, last)) return name_;
  if (!first.empty() && !last.empty()) {
    std::span<const Word> given = first_words_.of(first);
    std::span<const Word> family = last_words_.of(last);
    // "MD" is nobody's last name: the full name was taken apart without knowing credentials.
    const bool badly_split = !full.empty() && (all_endings(given) || all_endings(family));
    if (!badly_split && !is_placeholder(given) && !is_placeholder(family)) {
      given = without_titles(given);
      for (const Word& word : given) {
        if ((word.before & (break_open | break_quote)) != 0 && !name_.given.empty()) {
          name_.alias = word.text;
          break;
        }
        name_.given.add(word.text);
      }
      // A comma in the family part begins credentials.
      std::size_t comma = 1;
      while (comma < family.size() && (family[comma].before & break_comma) == 0) ++comma;
      without_endings(family, 1, name_.generation);
      for (const Word& word :
           without_endings(family.first(std::min(comma, family.size())), 1, name_.generation)) {
        if ((word.before & (break_open | break_bar)) != 0 && !name_.family.empty()) break;
        name_.family.add(word.text);
      }
      // Middle names and the generation may stand in the full name only.
      if (!full.empty()) {
        const PersonName parts = name_;
        name_ = PersonName();
        read_full(full_words_.of(full));
        const bool swapped = !name_.given.empty() && !parts.family.empty() &&
                             name_.given.words[0] == parts.family.words[0];
        const bool fits = !swapped && name_.given.count >= parts.given.count &&
                          !name_.given.empty() && name_.given.words[0] == parts.given.words[0] &&
                          std::ranges::equal(name_.family.all(), parts.family.all());
        const std::uint8_t generation = std::max(name_.generation, parts.generation);
        const std::string_view alias = name_.alias.empty() ? parts.alias : name_.alias;
        if (!fits) name_ = parts;
        name_.generation = generation;
        name_.alias = alias;
      }
      return name_;
    }
  }
  // A full name put together from one part is no more than that part.
  const bool one_word = first.find(' ') == std::string_view::npos;
  if (full == last || (full == first && one_word)) full = {};
  const std::string_view only = !full.empty() ? full : !first.empty() ? first : last;
  const std::span<const Word> words = full_words_.of(only);
  if (is_placeholder(words)) return name_;
  if (full.empty() && first.empty()) {
    for (const Word& word : without_endings(words, 1, name_.generation)) {
      name_.family.add(word.text);
    }
    return name_;
  }
  if (full.empty()) {
    for (const Word& word : without_titles(words)) name_.given.add(word.text);
    return name_;
  }
  read_full(words);
  return name_;
}

}  // namespace csvm::cluster
