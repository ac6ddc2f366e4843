#include "company_name.h"

#include <algorithm>
#include <array>

#include "dictionary.h"

namespace csvm::cluster {
namespace {

constexpr std::size_t longest_legal_form = 6;  // words

// Words without the legal forms at their end; at least one word stays.
std::span<const Word> without_legal_end(std::span<const Word> words, std::uint64_t& legal) {
  const Dictionary& dictionary = Dictionary::get();
  bool again = true;
  while (again && words.size() > 1) {
    again = false;
    if ((dictionary.meaning(words.back().text) & ends_legal_form) == 0) break;
    for (std::size_t n = std::min(longest_legal_form, words.size() - 1); n > 0 && !again; --n) {
      const std::string_view tail = phrase(words.last(n));
      const std::uint64_t hash = hash_of(tail);
      if ((dictionary.find(hash).meaning & is_legal_form) == 0) continue;
      // One blank between the words of a phrase is sure: `phrase` reads them side by side.
      legal = hash;
      words = words.first(words.size() - n);
      again = true;
    }
  }
  return words;
}

// "OOO Bay", "PT Maju": forms that stand before the name in some countries.
std::span<const Word> without_legal_begin(std::span<const Word> words, std::uint64_t& legal) {
  const Dictionary& dictionary = Dictionary::get();
  if (words.size() < 2 || (dictionary.meaning(words.front().text) & begins_legal_form) == 0) {
    return words;
  }
  for (std::size_t n = std::min<std::size_t>(longest_legal_form, words.size() - 1); n > 0; --n) {
    const std::string_view head = phrase(words.first(n));
    const std::uint64_t hash = hash_of(head);
    if ((dictionary.find(hash).meaning & is_legal_form) == 0) continue;
    static constexpr std::array<std::string_view, 14> before_names = {
        "ooo", "zao", "oao", "pao", "ao",  "tov", "too",
        "pt",  "uab", "sia", "ip",  "fop", "oy",  "ou"};
    if (n > 1 || std::ranges::find(before_names, head) != before_names.end()) {
      legal = hash;
      return words.subspan(n);
    }
  }
  return words;
}

std::span<const Word> without_article(std::span<const Word> words) {
  if (words.size() > 1 && words.front().text == "the") return words.subspan(1);
  if (words.size() > 1 && words.back().text == "the" && (words.back().before & break_comma) != 0) {
    return words.first(words.size() - 1);
  }
  return words;
}

bool means(std::span<const Word> words, std::uint32_t meanings) {
  return !words.empty() && (Dictionary::get().meaning(phrase(words)) & meanings) != 0;
}

struct Mark {
  std::size_t at = 0;
  std::size_t words = 0;
};

// The first "dba", "formerly" ... that has words before it.
Mark find_alias_mark(std::span<const Word> words) {
  for (std::size_t at = 1; at < words.size(); ++at) {
    if (!means(words.subspan(at, 1), begins_alias_mark)) continue;
    for (std::size_t n = std::min<std::size_t>(3, words.size() - at); n > 0; --n) {
      if (!means(words.subspan(at, n), is_alias_mark)) continue;
      // "ta" is a name too: it counts only as "t/a".
      if (n == 1 && words[at].text == "ta") continue;
      if (n == 2 && phrase(words.subspan(at, 2)) == "t a" &&
          (words[at + 1].before & break_slash) == 0) {
        continue;
      }
      return {at, n};
    }
  }
  return {};
}

}  // namespace

const CompanyName& CompanyReader::read(std::string_view value) {
  name_ = CompanyName();
  std::span<const Word> all = words_.of(value);
  if (all.empty() || means(all, is_placeholder_company)) return name_;

  // Behind a bar, or behind a dash with advertising: " | Official Site", " - Home".
  for (std::size_t at = 1; at < all.size(); ++at) {
    if ((all[at].before & break_bar) == 0) continue;
    if (value.find('|') != std::string_view::npos || means(all.subspan(at), is_junk)) {
      all = all.first(at);
      break;
    }
  }
  std::span<const Word> alias;
  if (const Mark mark = find_alias_mark(all); mark.words > 0) {
    const bool former = (all[mark.at].before & break_open) != 0 || all[mark.at].text[0] == 'f' ||
                        all[mark.at].text[0] == 'p' || all[mark.at].text[0] == 'e';
    const auto before = all.first(mark.at);
    const auto after = all.subspan(mark.at + mark.words);
    if (!after.empty()) {
      alias = former ? after : before;
      all = former ? before : after;
    } else {
      all = before;
    }
  }
  // A bracket at the end that holds a region or advertising says nothing about which company.
  for (std::size_t at = 1; at < all.size(); ++at) {
    if ((all[at].before & break_open) == 0) continue;
    if (means(all.subspan(at), is_region | is_junk | is_legal_form)) all = all.first(at);
    break;
  }
  std::span<const Word> core = without_legal_end(all, name_.legal);
  core = without_legal_begin(core, name_.legal);
  core = without_article(core);
  for (const Word& word : core) {
    if (word.text != "and") name_.core.add(word.text);
  }
  if (name_.core.empty()) {
    for (const Word& word : core) name_.core.add(word.text);
  }
  if (!alias.empty()) {
    std::uint64_t ignored = 0;
    for (const Word& word : without_legal_end(alias, ignored)) {
      if (word.text != "and" && word.text != "the") name_.alias.add(word.text);
    }
  }
  return name_;
}

}  // namespace csvm::cluster
