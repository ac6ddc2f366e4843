#include "header.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

namespace csvm::columns {
namespace {

/// A stretch of words: a known phrase, or one word that is not known.
struct Piece {
  std::string text;
  const std::vector<Sense>* senses = nullptr;
  bool corrected = false;
};

bool is_number(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

/// A known phrase in a row of words.
struct Phrase {
  std::size_t words = 1;
  const std::vector<Sense>* senses = nullptr;  // null: one word that is not known
};

/// Cuts `words` into known phrases so that the longest come first in importance ("company" +
/// "number of employees", not "company number" + "of" + "employees"): the sum of squared lengths
/// is largest. One entry per word; those inside a phrase are skipped by its length.
std::vector<Phrase> best_phrases(const std::vector<std::string>& words) {
  const Vocabulary& vocabulary = Vocabulary::built_in();
  std::vector<Phrase> phrases(words.size());
  std::vector<std::size_t> worth(words.size() + 1, 0);
  std::string text;
  for (std::size_t at = words.size(); at-- > 0;) {
    worth[at] = worth[at + 1];
    text.clear();
    for (std::size_t n = 1; n <= longest_phrase && at + n <= words.size(); ++n) {
      if (n > 1) text += ' ';
      text += words[at + n - 1];
      const auto* senses = vocabulary.find(text);
      if (senses == nullptr || n * n + worth[at + n] < worth[at]) continue;
      worth[at] = n * n + worth[at + n];
      phrases[at] = {n, senses};
    }
  }
  return phrases;
}

/// English and Romance plurals, where the singular is known.
const std::vector<Sense>* without_plural(std::string_view word) {
  const Vocabulary& vocabulary = Vocabulary::built_in();
  if (word.size() < 5 || word.back() != 's') return nullptr;
  if (const auto* senses = vocabulary.find(word.substr(0, word.size() - 1))) return senses;
  return word.ends_with("es") ? vocabulary.find(word.substr(0, word.size() - 2)) : nullptr;
}

std::vector<Piece> pieces_of(const std::vector<std::string>& words) {
  const Vocabulary& vocabulary = Vocabulary::built_in();
  std::vector<Piece> pieces;
  const std::vector<Phrase> phrases = best_phrases(words);
  for (std::size_t at = 0; at < words.size();) {
    if (const Phrase& phrase = phrases[at]; phrase.senses != nullptr) {
      std::string text = words[at];
      for (std::size_t n = 1; n < phrase.words; ++n) text += ' ' + words[at + n];
      pieces.push_back({std::move(text), phrase.senses, false});
      at += phrase.words;
      continue;
    }
    const std::string& word = words[at++];
    if (const auto* senses = without_plural(word)) {
      pieces.push_back({word, senses, false});
      continue;
    }
    if (const std::vector<std::string> parts = vocabulary.decompound(word); !parts.empty()) {
      // The parts may form a phrase among themselves ("telefon" + "nummer").
      for (Piece& piece : pieces_of(parts)) pieces.push_back(std::move(piece));
      continue;
    }
    if (!is_number(word)) {
      if (const std::string meant = vocabulary.correct(word); !meant.empty()) {
        pieces.push_back({meant, vocabulary.find(meant), true});
        continue;
      }
    }
    pieces.push_back({word, nullptr, false});
  }
  return pieces;
}

/// The languages that the row is written in, by the words that are not English.
Languages languages_of(const std::vector<std::vector<Piece>>& rows) {
  std::array<double, 7> votes{};
  for (const auto& pieces : rows) {
    for (const Piece& piece : pieces) {
      if (piece.senses == nullptr) continue;
      Languages languages = 0;
      for (const Sense& sense : *piece.senses) languages |= sense.languages;
      if ((languages & english) != 0 || piece.text.size() < 3) continue;
      const int shared = __builtin_popcount(languages);
      for (std::size_t i = 0; i < votes.size(); ++i) {
        if ((languages >> i & 1U) != 0) votes[i] += 1.0 / shared;
      }
    }
  }
  const double most = *std::ranges::max_element(votes);
  Languages languages = 0;
  for (std::size_t i = 0; i < votes.size(); ++i) {
    if (most > 0 && votes[i] >= 0.6 * most) languages |= static_cast<Languages>(1U << i);
  }
  return languages == 0 ? english : languages;
}

/// The sense of a phrase in a row of these languages; null when a short foreign word is more
/// likely an abbreviation of something else.
const Sense* sense_in(const Piece& piece, Languages languages) {
  const Sense* best = nullptr;
  int best_fit = -1;
  for (const Sense& sense : *piece.senses) {
    const int fit = (sense.languages & languages) != 0 ? 2 : (sense.languages & english) != 0;
    if (fit > best_fit) {
      best_fit = fit;
      best = &sense;
    }
  }
  if (best_fit == 0 && piece.text.size() <= 3) return nullptr;
  return best;
}

bool is_unknown(const Piece& piece) { return piece.senses == nullptr && !is_number(piece.text); }

/// Words that at least three headers share and that say nothing about any of them: unknown ones
/// ("cust_name", "Location (Affinity Data)") and, in front, where a value comes from ("Result:
/// Email", "Result: Title").
std::map<std::string, int> shared_words(const std::vector<std::vector<Piece>>& rows) {
  std::map<std::string, int> counts;
  for (const auto& pieces : rows) {
    if (pieces.size() < 2) continue;
    std::set<std::string> words;
    for (const Piece& piece : pieces) {
      const bool soft = &piece == &pieces.front() && !is_unknown(piece) &&
                        piece.senses != nullptr && piece.senses->front().meant == Concept::soft;
      if (is_unknown(piece) || soft) words.insert(piece.text);
    }
    for (const std::string& word : words) ++counts[word];
  }
  std::erase_if(counts, [](const auto& entry) { return entry.second < 3; });
  return counts;
}

const std::array<std::string_view, 17> prepositions = {"of",  "de",  "da",  "do",    "di",  "del",
                                                       "du",  "d",   "van", "della", "von", "dell",
                                                       "des", "der", "la",  "l",     "at"};

/// "Is Public" asks; in "What is your title" the same word is a filler.
bool is_question_word(std::string_view word) {
  return word == "is" || word == "has" || word == "was" || word == "can";
}

void take(Reading& reading, const Piece& piece, Languages languages, bool is_first) {
  if (!is_first && is_question_word(piece.text)) return;
  const Sense* sense = piece.senses == nullptr ? nullptr : sense_in(piece, languages);
  if (sense == nullptr) {
    if (is_number(piece.text) && piece.text.size() <= 2) {
      if (reading.ordinal == 0) reading.ordinal = std::stoi(piece.text);
    } else {
      reading.unknown.push_back(piece.text);
    }
    return;
  }
  if (sense->meant == Concept::filler || sense->meant == Concept::currency) {
    if (!reading.terms.empty() &&
        std::ranges::find(prepositions, piece.text) != prepositions.end()) {
      reading.joined_by_preposition = true;
    }
    if (sense->meant == Concept::filler) return;
  }
  reading.corrected |= piece.corrected;
  reading.terms.push_back({piece.text, sense->meant, sense->languages});
  reading.concepts.insert(sense->meant);
}

/// "Vendor Website", "Vendor Email": in a list of vendors they are the companies, unless the row
/// names another company; else they are another party.
void settle_traders(std::vector<Reading>& readings) {
  int begun_by_one = 0;
  bool names_one = false;
  bool names_company = false;
  for (const Reading& reading : readings) {
    const bool begun = !reading.terms.empty() && reading.terms.front().meant == Concept::trader;
    begun_by_one += begun;
    names_one |= reading.concepts == Concepts{Concept::trader, Concept::name};
    names_company |= !begun && (reading.concepts == Concepts{Concept::company} ||
                                reading.concepts == Concepts{Concept::company, Concept::name});
  }
  const bool subject = (begun_by_one >= 2 || names_one) && !names_company;
  for (Reading& reading : readings) {
    if (!reading.concepts.has(Concept::trader)) continue;
    const Concept meant = subject ? Concept::company : Concept::party;
    for (Term& term : reading.terms) {
      if (term.meant == Concept::trader) term.meant = meant;
    }
    reading.concepts.erase(Concept::trader);
    reading.concepts.insert(meant);
  }
}

}  // namespace

std::vector<Reading> read_headers(const std::vector<std::string>& headers) {
  std::vector<Reading> readings(headers.size());
  std::vector<std::vector<Piece>> rows(headers.size());
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const std::vector<std::string> words = header_words(headers[i]);
    for (const std::string& word : words) {
      if (!readings[i].normal.empty()) readings[i].normal += ' ';
      readings[i].normal += word;
    }
    rows[i] = pieces_of(words);
  }
  const Languages languages = languages_of(rows);
  const std::map<std::string, int> shared = shared_words(rows);
  for (std::size_t i = 0; i < headers.size(); ++i) {
    Reading& reading = readings[i];
    const std::vector<Piece>& pieces = rows[i];
    for (std::size_t at = 0; at < pieces.size(); ++at) {
      const Piece& piece = pieces[at];
      const bool may_go = pieces.size() > 1 && (at == 0 || is_unknown(piece));
      if (may_go && shared.contains(piece.text)) continue;
      const Sense* sense = piece.senses == nullptr ? nullptr : sense_in(piece, languages);
      // What follows "for" says what the column is used for.
      if (sense != nullptr && sense->meant == Concept::purpose && !reading.terms.empty()) break;
      take(reading, piece, languages, at == 0);
    }
  }
  settle_traders(readings);
  return readings;
}

}  // namespace csvm::columns
