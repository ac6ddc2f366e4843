// A full name -> its given and its family part.
#include <algorithm>
#include <array>
#include <vector>

#include "ascii.h"
#include "csvm/clean.h"
#include "csvm/text.h"
#include "name_words.h"

namespace csvm::clean {
namespace {

using Words = std::vector<std::string_view>;

std::string lower_without_dots(std::string_view word) {
  std::string lower;
  for (const char c : word) {
    if (c != '.' && c != ',') lower.push_back(to_lower(c));
  }
  return lower;
}

const NameWord& known(std::string_view word) { return name_word(lower_without_dots(word)); }

bool is_title(std::string_view word) { return known(word).title; }
bool is_suffix(std::string_view word) { return !known(word).suffix.empty(); }
bool is_degree(std::string_view word) { return !known(word).degree.empty(); }
bool is_particle(std::string_view word) { return known(word).particle || known(word).second; }

/// A letter, with or without a dot.
bool is_initial(std::string_view word) {
  if (word.ends_with(".")) word.remove_suffix(1);
  return text::length(word) == 1;
}

bool has_letter(std::string_view word) {
  if (std::any_of(word.begin(), word.end(), is_alnum)) return true;
  std::vector<std::string_view> tokens;
  text::tokens(word, tokens);
  return !tokens.empty();
}

/// Words between blanks. What stands in brackets or double quotes is a nickname and left out, and
/// so is what has no letter.
Words words_of(std::string_view text) {
  Words words;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(' ', at)) != std::string_view::npos) {
    const char open = text[at];
    const char close = open == '(' ? ')' : open == '[' ? ']' : open == '"' ? '"' : '\0';
    const std::size_t closed = close == '\0' ? std::string_view::npos : text.find(close, at + 1);
    if (closed != std::string_view::npos) {
      at = closed + 1;
      continue;
    }
    const std::size_t end = std::min(text.size(), text.find(' ', at));
    const std::string_view word = trimmed(text.substr(at, end - at), ",;");
    if (has_letter(word)) words.push_back(word);
    at = end;
  }
  return words;
}

std::string joined(const Words& words, std::size_t first, std::size_t last) {
  std::string out;
  for (std::size_t i = first; i < last; ++i) {
    if (!out.empty()) out.push_back(' ');
    out += words[i];
  }
  return out;
}

/// Given names without the initials of further ones: "John A." is John, "J. R." stays.
std::string given_part(const Words& words, std::size_t last) {
  while (last > 1 && is_initial(words[last - 1]) && !is_initial(words[0])) --last;
  return joined(words, 0, last);
}

/// Written like the letters behind a name: "MD", "SHRM-CP", "M.D."
bool is_acronym(std::string_view word) {
  const auto capitals = std::ranges::count_if(word, is_upper);
  return capitals >= 2 &&
         std::ranges::all_of(word, [](char c) { return is_alnum(c) || c == '-' || c == '.'; }) &&
         std::ranges::none_of(word, is_lower);
}

/// An acronym that nobody is called, known or not: "SHRM-CP", "CISSP2", "PMHNP".
bool is_no_name(std::string_view word) {
  return is_acronym(word) && (word.find_first_of("-0123456789") != std::string_view::npos ||
                              word.find_first_of("AEIOUY") == std::string_view::npos);
}

/// The words of "Jane Doe, MBA, SHRM-CP" behind the comma without those that are no names. Of what
/// is not known it drops what is written like them, beside known ones or where nobody is called so.
Words names_among(const Words& words, bool after_whole_name) {
  const bool lettered = std::ranges::any_of(words, is_degree);
  Words names;
  for (const std::string_view word : words) {
    if (is_degree(word)) continue;
    if (after_whole_name && (is_no_name(word) || (lettered && is_acronym(word)))) continue;
    names.push_back(word);
  }
  return names;
}

void drop_titles(Words& words) {
  while (words.size() > 1 && is_title(words.front())) words.erase(words.begin());
}

/// A word of ASCII letters that can be nothing but a name.
bool is_plain_name(std::string_view word) {
  std::array<char, 32> lower;
  if (word.empty() || word.size() > lower.size() || !std::ranges::all_of(word, is_letter)) {
    return false;
  }
  std::ranges::transform(word, lower.begin(), to_lower);
  const NameWord& meaning = name_word({lower.data(), word.size()});
  return !meaning.title && meaning.suffix.empty() && meaning.degree.empty();
}

}  // namespace

NameParts split_name(std::string_view full_name) {
  if (const std::size_t blank = full_name.find(' '); blank != std::string_view::npos) {
    const std::string_view first = full_name.substr(0, blank);
    const std::string_view last = full_name.substr(blank + 1);
    if (is_plain_name(first) && is_plain_name(last)) {
      return {std::string(first), std::string(last)};
    }
  }
  // "Beethoven, Ludwig van", "Doe, Jane, MBA", "Jane Doe, MBA", "John Doe, Jr."
  const std::size_t comma = full_name.find(',');
  Words words = words_of(full_name.substr(0, comma));
  Words behind;
  std::string suffix;
  if (comma != std::string_view::npos) {
    for (const std::string_view word : words_of(full_name.substr(comma + 1))) {
      if (is_suffix(word)) {
        suffix = suffix.empty() ? std::string(word) : suffix + ' ' + std::string(word);
      } else {
        behind.push_back(word);
      }
    }
    const bool mixed_case = std::ranges::any_of(full_name.substr(0, comma), is_lower);
    behind = names_among(behind, words.size() > 1 && mixed_case);
  }
  drop_titles(words);
  drop_titles(behind);

  NameParts parts;
  if (!behind.empty() && !words.empty()) {
    // The particles of a family name may stand behind the given name.
    std::size_t given = behind.size();
    while (given > 1 && is_particle(behind[given - 1])) --given;
    parts.first = given_part(behind, given);
    parts.last = joined(behind, given, behind.size());
    if (!parts.last.empty()) parts.last.push_back(' ');
    parts.last += joined(words, 0, words.size());
  } else {
    // "Jack Ma" and "JACK MA" are called so; "Philip Shah MD" is not.
    const auto is_letters = [&](std::string_view word) {
      return is_degree(word) && (word.size() > 2 || (words.size() > 2 && is_acronym(word) &&
                                                     std::ranges::any_of(full_name, is_lower)));
    };
    while (words.size() > 1 && is_letters(words.back())) words.pop_back();
    std::size_t end = words.size();
    while (end > 1 && is_suffix(words[end - 1])) --end;
    if (end == 0) return parts;
    std::size_t family = end - 1;
    while (family > 1 && is_particle(words[family - 1])) --family;
    if (family == 0) {  // a single word
      parts.first = joined(words, 0, words.size());
    } else {
      parts.first = given_part(words, family);
      parts.last = joined(words, family, words.size());
    }
  }
  if (!suffix.empty()) {
    std::string& part = parts.last.empty() ? parts.first : parts.last;
    part += ' ' + suffix;
  }
  return parts;
}

}  // namespace csvm::clean
