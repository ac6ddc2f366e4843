#include "name_case.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "ascii.h"
#include "byte_set.h"
#include "csvm/text.h"
#include "name_words.h"

namespace csvm::clean {
namespace {

constexpr std::size_t longest_cased_name = 80;  // bytes
constexpr std::size_t most_words = 8;

constexpr ByteSet not_in_names("0123456789@_/\\:;=<>#*+|");

// G with breve, dotted and dotless I, S with cedilla.
constexpr std::u32string_view turkish_letters = U"\u011e\u011f\u0130\u0131\u015e\u015f";
constexpr char32_t sharp_s = 0xDF;  // stays small among capitals
constexpr char32_t sigma = 0x3C3;
constexpr char32_t final_sigma = 0x3C2;

UChar32 icu_char(char32_t c) { return static_cast<UChar32>(c); }
char32_t lower(char32_t c) {
  if (c < 0x80) return static_cast<char32_t>(to_lower(static_cast<char>(c)));
  return static_cast<char32_t>(u_tolower(icu_char(c)));
}
char32_t title(char32_t c) { return static_cast<char32_t>(u_totitle(icu_char(c))); }

bool is_apostrophe(char32_t c) { return c == '\'' || c == 0x2019 || c == 0x2BC || c == '`'; }

bool is_name_letter(char32_t c) {
  if (c < 0x80) return is_letter(static_cast<char>(c));
  const auto type = u_charType(icu_char(c));
  return u_isalpha(icu_char(c)) != 0 || type == U_NON_SPACING_MARK ||
         type == U_COMBINING_SPACING_MARK;
}

/// A run of letters and apostrophes, and what stands around it.
struct Word {
  std::size_t start;
  std::size_t end;
  std::string ascii;      // lower case; apostrophes as '; empty if a letter is not ASCII
  const NameWord* known;  // what is known of it
  bool alone = false;     // blanks or ends on both sides
  std::size_t part = 0;   // which part between commas
};

struct Name {
  std::u32string letters;  // lower case
  std::vector<Word> words;
  std::size_t parts = 1;
  bool turkish = false;  // i and I are letters of their own pairs
};

/// Takes `name` apart. False if it is no name.
bool read_name(std::string_view name, Name& out) {
  out.letters.clear();
  out.words.clear();
  out.parts = 1;
  out.turkish = false;
  std::size_t at = 0;
  while (at < name.size()) {
    if (!is_high(name[at])) {
      if (not_in_names.holds(name[at])) return false;
      out.letters.push_back(static_cast<unsigned char>(name[at++]));
      continue;
    }
    const char32_t c = text::next_code_point(name, at);
    if (c == text::not_a_character) return false;
    out.turkish = out.turkish || turkish_letters.find(c) != std::u32string_view::npos;
    out.letters.push_back(c);
  }
  for (char32_t& c : out.letters) c = out.turkish && c == 'I' ? char32_t{0x131} : lower(c);

  const auto& letters = out.letters;
  for (std::size_t i = 0; i < letters.size();) {
    if (letters[i] == ',') ++out.parts;
    if (!is_name_letter(letters[i]) && !(is_apostrophe(letters[i]))) {
      ++i;
      continue;
    }
    Word word{i, i, {}, nullptr, false, out.parts - 1};
    bool ascii = true;
    while (word.end < letters.size() &&
           (is_name_letter(letters[word.end]) || is_apostrophe(letters[word.end]))) {
      const char32_t c = letters[word.end++];
      ascii = ascii && (c < 0x80 || is_apostrophe(c));
      word.ascii.push_back(is_apostrophe(c) ? '\'' : static_cast<char>(c & 0x7FU));
    }
    if (!ascii) word.ascii.clear();
    word.known = &name_word(word.ascii);
    const bool open = word.start == 0 || letters[word.start - 1] == ' ';
    const bool closed =
        word.end == letters.size() || letters[word.end] == ' ' || letters[word.end] == ',';
    word.alone = open && closed;
    i = word.end;
    out.words.push_back(std::move(word));
  }
  return out.words.size() <= most_words;
}

bool has_vowel(std::string_view word) {
  return word.find_first_of("aeiouy") != std::string_view::npos;
}

class Caser {
 public:
  Caser(NameColumn column, Name& name) : column_(column), name_(name) {
    for (const Word& word : name_.words) {
      const bool end = &word == &name_.words.front() || &word == &name_.words.back();
      eastern_ = eastern_ || (end && word.known->eastern);
    }
    family_first_ = column == NameColumn::last ||
                    (column == NameColumn::full && name_.parts > 1 && !is_known_ending(1));
  }

  void run() {
    for (std::size_t i = 0; i < name_.words.size(); ++i) {
      if (!keep_small(i) && !spell_ending(i)) capitalise(i);
    }
  }

 private:
  /// The part behind a comma is a suffix or degrees, not a given name.
  bool is_known_ending(std::size_t part) const {
    for (const Word& word : name_.words) {
      if (word.part == part && word.known->suffix.empty() && word.known->degree.empty()) {
        return false;
      }
    }
    return true;
  }

  bool is_last_of_part(std::size_t i) const {
    return i + 1 == name_.words.size() || name_.words[i + 1].part != name_.words[i].part;
  }

  /// Particles keep their small letters.
  bool keep_small(std::size_t i) const {
    const Word& word = name_.words[i];
    if (!word.alone || word.ascii.empty() || is_last_of_part(i)) return false;
    if (column_ == NameColumn::first && i == 0) return false;
    if (i == 0 && !family_first_) return false;
    if (eastern_ && word.known->syllable) return false;
    if (word.known->particle) return true;
    if (!word.known->second) return false;
    // A name may start with 't: 't Hooft.
    if (i == 0) return word.ascii == "'t";
    const std::string& before = name_.words[i - 1].ascii;
    return word.ascii == "'t" || before == "de" || before == "von" || before == "van";
  }

  /// Jr, III, MBA: what follows a name and has a spelling of its own. True if `i` is one.
  bool spell_ending(std::size_t i) {
    const Word& word = name_.words[i];
    if (i == 0 || column_ == NameColumn::first || word.ascii.empty()) return false;
    if (!word.known->suffix.empty()) return write(word, word.known->suffix);
    if (word.known->degree.empty()) return false;
    // Two letters may be a family name (Ma, Do): only behind a comma.
    if (word.ascii.size() <= 2 && (word.part == 0 || !is_known_ending(word.part))) return false;
    return write(word, word.known->degree);
  }

  bool write(const Word& word, std::string_view spelling) {
    std::copy(spelling.begin(), spelling.end(),
              name_.letters.begin() + static_cast<std::ptrdiff_t>(word.start));
    return true;
  }

  void raise(std::size_t at) {
    char32_t& c = name_.letters[at];
    c = name_.turkish && c == 'i' ? char32_t{0x130} : title(c);
  }

  void capitalise(std::size_t i) {
    const Word& word = name_.words[i];
    auto& letters = name_.letters;
    if (letters[word.end - 1] == sigma && word.end - word.start > 1) {
      letters[word.end - 1] = final_sigma;
    }
    std::size_t start = word.start;
    while (start < word.end && is_apostrophe(letters[start])) ++start;
    if (start == word.end) return;
    raise(start);
    const std::string& ascii = word.ascii;
    if (is_initials(word)) {
      raise(start + 1);
      return;
    }
    raise_behind_apostrophes(word);
    if (i == 0 && column_ != NameColumn::last && !family_first_) return;
    // Family names.
    if (ascii.starts_with("mc") && ascii.size() >= 5) raise(start + 2);
    if (word.known->mac) raise(start + 3);
    const bool dutch_ij = ascii.starts_with("ij") && ascii.size() >= 4 &&
                          std::string_view("aeiouy'").find(ascii[2]) == std::string_view::npos;
    if (dutch_ij) raise(start + 1);
  }

  static bool is_initials(const Word& word) {
    const std::string& ascii = word.ascii;
    return ascii.size() == 2 && is_letter(ascii[0]) && is_letter(ascii[1]) &&
           !word.known->syllabic && (!has_vowel(ascii) || word.known->initials);
  }

  /// O'Brien, D'Angelo; but Ma'mun, James's.
  void raise_behind_apostrophes(const Word& word) {
    const std::size_t mark = word.ascii.find('\'');
    if (mark == std::string::npos || mark == 0) return;
    if (!name_word(std::string_view(word.ascii).substr(0, mark)).elision) return;
    if (word.ascii.size() - mark > 2) raise(word.start + mark + 1);
  }

  NameColumn column_;
  Name& name_;
  bool eastern_ = false;       // has an East Asian family name
  bool family_first_ = false;  // starts with the family name
};

}  // namespace

bool has_one_case(std::string_view name) {
  bool upper = false;
  bool lower_case = false;
  std::size_t at = 0;
  while (at < name.size()) {
    const char byte = name[at];
    if (!is_high(byte)) {
      upper = upper || is_upper(byte);
      lower_case = lower_case || is_lower(byte);
      ++at;
    } else {
      const char32_t c = text::next_code_point(name, at);
      if (c == text::not_a_character || c == sharp_s) continue;
      const auto type = u_charType(icu_char(c));
      upper = upper || type == U_UPPERCASE_LETTER || type == U_TITLECASE_LETTER;
      lower_case = lower_case || type == U_LOWERCASE_LETTER || type == U_TITLECASE_LETTER;
    }
    if (upper && lower_case) return false;
  }
  return upper || lower_case;
}

void case_name(NameColumn column, std::string_view name, std::string& out) {
  out.clear();
  static thread_local Name parts;  // keeps its memory from name to name
  if (name.size() > longest_cased_name || !read_name(name, parts)) {
    out.assign(name);
    return;
  }
  Caser(column, parts).run();
  for (const char32_t c : parts.letters) text::append_code_point(c, out);
}

}  // namespace csvm::clean
