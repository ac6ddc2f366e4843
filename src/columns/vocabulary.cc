#include "vocabulary.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "csvm/text.h"
#include "data.h"

namespace csvm::columns {
namespace {

constexpr std::array<std::string_view, 7> language_codes = {"en", "de", "fr", "es",
                                                            "it", "pt", "nl"};

std::string_view trimmed_part(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Calls `use` with every part of `text` between separators, trimmed_part, empty ones left out.
template <class Use>
void for_each_part(std::string_view text, char separator, Use use) {
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (const auto part = trimmed_part(text.substr(0, end)); !part.empty()) use(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

Languages language_bit(std::string_view code) {
  for (std::size_t i = 0; i < language_codes.size(); ++i) {
    if (language_codes[i] == code) return static_cast<Languages>(1U << i);
  }
  return any_language;
}

/// German (and Dutch) words are also written without umlauts: "groesse" beside the one with an
/// umlaut.
std::string spelled_out_umlauts(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> umlauts = {
      {{"\u00e4", "ae"},
       {"\u00f6", "oe"},
       {"\u00fc", "ue"},
       {"\u00c4", "Ae"},
       {"\u00d6", "Oe"},
       {"\u00dc", "Ue"}}};
  std::string spelled(word);
  for (const auto& [umlaut, letters] : umlauts) {
    for (auto at = spelled.find(umlaut); at != std::string::npos; at = spelled.find(umlaut)) {
      spelled.replace(at, umlaut.size(), letters);
    }
  }
  return spelled;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string phrase;
  for (const std::string& word : words) {
    if (!phrase.empty()) phrase += separator;
    phrase += word;
  }
  return phrase;
}

// Words of these concepts are worth correcting and may be parts of a compound.
const Concepts correctable = {
    Concept::first_name, Concept::last_name, Concept::full_name,    Concept::name,
    Concept::title,      Concept::job_title, Concept::email,        Concept::phone,
    Concept::mobile,     Concept::linkedin,  Concept::website,      Concept::domain,
    Concept::industry,   Concept::employees, Concept::revenue,      Concept::description,
    Concept::location,   Concept::address,   Concept::headquarters, Concept::street,
    Concept::city,       Concept::zip,       Concept::state,        Concept::country,
    Concept::company,    Concept::job,       Concept::founded,      Concept::profile,
    Concept::personal,   Concept::number};
const Concepts never_a_part = {Concept::filler, Concept::purpose,    Concept::currency,
                               Concept::last,   Concept::identifier, Concept::soft};

std::uint32_t shape(char first, std::size_t length) {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(first)) << 8 |
         static_cast<std::uint32_t>(std::min<std::size_t>(length, 255));
}

enum class Kind { separator, lower, upper, digit, hash };

/// What the character at `at` is for splitting words; `bytes` is how long it is. Only Latin-1 has
/// cases here: no other letters occur in the middle of camelCase names.
Kind kind_at(std::string_view text, std::size_t at, std::size_t& bytes) {
  const auto c = static_cast<unsigned char>(text[at]);
  bytes = 1;
  if (c < 0x80) {
    if (c >= 'a' && c <= 'z') return Kind::lower;
    if (c >= 'A' && c <= 'Z') return Kind::upper;
    if (c >= '0' && c <= '9') return Kind::digit;
    return c == '#' ? Kind::hash : Kind::separator;
  }
  while (at + bytes < text.size() &&
         (static_cast<unsigned char>(text[at + bytes]) & 0xC0) == 0x80) {
    ++bytes;
  }
  if (c == 0xC3 && bytes == 2) {
    const auto low = static_cast<unsigned char>(text[at + 1]);
    return low >= 0x80 && low <= 0x9E ? Kind::upper : Kind::lower;
  }
  return Kind::lower;
}

}  // namespace

std::vector<std::string> header_words(std::string_view header) {
  // First blanks where camelCase and digits separate words, then folding, then the words.
  std::string spaced;
  Kind before = Kind::separator;
  for (std::size_t at = 0, bytes = 0; at < header.size(); at += bytes) {
    const Kind kind = kind_at(header, at, bytes);
    std::size_t next_bytes = 0;
    const std::size_t next = at + bytes;
    const Kind after = next < header.size() ? kind_at(header, next, next_bytes) : Kind::separator;
    bool boundary = (kind == Kind::digit) != (before == Kind::digit);
    boundary |= kind == Kind::upper && before == Kind::lower;
    // "URLPublic": the last capital of a run begins the next word, unless a plural "s" follows.
    const bool plural =
        next < header.size() && header[next] == 's' &&
        (next + 1 >= header.size() || kind_at(header, next + 1, next_bytes) != Kind::lower);
    boundary |= kind == Kind::upper && before == Kind::upper && after == Kind::lower && !plural;
    if (kind == Kind::hash) {
      spaced += " # ";
    } else {
      if (boundary) spaced += ' ';
      spaced.append(header, at, bytes);
    }
    before = kind;
  }
  const std::string folded = text::folded(spaced);
  std::vector<std::string> words;
  std::string_view rest = folded;
  std::vector<std::string_view> found;
  while (!rest.empty()) {
    const auto hash = std::min(rest.find('#'), rest.size());
    found.clear();
    text::tokens(rest.substr(0, hash), found);
    for (const std::string_view word : found) {
      // "E-Mail" and "email" are one word.
      const bool mail = !words.empty() && words.back() == "e" && word.starts_with("mail");
      if (mail) words.back() += word;
      if (!mail) words.emplace_back(word);
    }
    if (hash < rest.size()) words.emplace_back("#");
    rest.remove_prefix(std::min(hash + 1, rest.size()));
  }
  return words;
}

const Vocabulary& Vocabulary::built_in() {
  static const Vocabulary vocabulary;
  return vocabulary;
}

Vocabulary::Vocabulary() {
  phrases_.reserve(16384);
  for (const DataFile& file : vocabulary_files()) {
    std::optional<Concept> meant;
    for_each_part(file.text, '\n', [&](std::string_view line) {
      if (line.front() == '#') return;
      const auto colon = line.find(':');
      assert(colon != std::string_view::npos);
      const std::string_view head = trimmed_part(line.substr(0, colon));
      Languages languages = any_language;
      if (const auto named = concept_named(head)) {
        meant = named;
      } else {
        assert(head.size() == 2);
        languages = language_bit(head);
      }
      for_each_part(line.substr(colon + 1), ',',
                    [&](std::string_view word) { add(word, *meant, languages); });
    });
  }
  add("#", Concept::number, any_language);
}

void Vocabulary::add(std::string_view phrase, Concept meant, Languages languages) {
  const auto insert = [&](const std::string& key) {
    auto [entry, is_new] = phrases_.try_emplace(key);
    auto& senses = entry->second;
    for (Sense& sense : senses) {
      if (sense.meant == meant) {
        sense.languages |= languages;
        return;
      }
    }
    senses.push_back({meant, languages});
    if (is_new && key.size() >= 4 && key.find(' ') == std::string::npos &&
        Concepts{meant}.any(correctable)) {
      by_shape_[shape(key.front(), key.size())].push_back(key);
    }
  };
  const auto insert_spelling = [&](std::string_view spelling) {
    const std::vector<std::string> words = header_words(spelling);
    assert(words.size() <= longest_phrase);
    insert(joined(words, " "));
    // "jobtitle" for "job title"; short ones would collide with other words.
    if (words.size() > 1) {
      if (std::string key = joined(words, ""); key.size() >= 6) insert(key);
    }
  };
  insert_spelling(phrase);
  if (const std::string spelled = spelled_out_umlauts(phrase); spelled != phrase) {
    insert_spelling(spelled);
  }
}

const std::vector<Sense>* Vocabulary::find(std::string_view phrase) const {
  const auto entry = phrases_.find(std::string(phrase));
  return entry == phrases_.end() ? nullptr : &entry->second;
}

bool Vocabulary::is_part(std::string_view word) const {
  if (word.size() < 3) return false;
  const std::vector<Sense>* senses = find(word);
  return senses != nullptr && !Concepts{senses->front().meant}.any(never_a_part);
}

std::vector<std::string> Vocabulary::decompound(std::string_view word) const {
  if (word.size() < 6 || word.size() > 40) return {};
  // The longest known end first; what stands before it may itself be a compound.
  for (std::size_t cut = 3; cut + 3 <= word.size(); ++cut) {
    const std::string_view tail = word.substr(cut);
    if (!is_part(tail)) continue;
    const std::string_view head = word.substr(0, cut);
    for (const std::string_view link : {"", "s", "n", "en", "es", "e"}) {
      if (!head.ends_with(link) || head.size() - link.size() < 3) continue;
      const std::string_view stem = head.substr(0, head.size() - link.size());
      if (is_part(stem)) return {std::string(stem), std::string(tail)};
    }
    if (std::vector<std::string> parts = decompound(head); !parts.empty()) {
      parts.emplace_back(tail);
      return parts;
    }
  }
  return {};
}

std::string Vocabulary::correct(std::string_view word) const {
  if (word.size() < 4 || word.size() > 24) return {};
  std::string sorted_word(word);
  std::ranges::sort(sorted_word);
  std::string best;
  std::size_t best_distance = 3;
  bool ambiguous = false;
  for (std::size_t length = word.size() - 1; length <= word.size() + 1; ++length) {
    const auto same_shape = by_shape_.find(shape(word.front(), length));
    if (same_shape == by_shape_.end()) continue;
    for (const std::string& known : same_shape->second) {
      const std::size_t longer = std::max(word.size(), known.size());
      const std::size_t allowed = longer >= 8 ? 2 : 1;
      const std::size_t distance = text::edit_distance(word, known, allowed);
      if (distance > allowed || distance > best_distance) continue;
      // Four letters leave room only for two swapped ones.
      if (longer < 5) {
        std::string sorted_known = known;
        std::ranges::sort(sorted_known);
        if (sorted_known != sorted_word) continue;
      }
      const Concept meant = find(known)->front().meant;
      if (distance < best_distance) {
        best_distance = distance;
        best = known;
        ambiguous = false;
      } else if (find(best)->front().meant != meant) {
        ambiguous = true;
      }
    }
  }
  return ambiguous ? std::string() : best;
}

}  // namespace csvm::columns
