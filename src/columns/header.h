// The headers of one row -> the concepts in each of them.
#pragma once

#include <string>
#include <vector>

#include "concept.h"
#include "vocabulary.h"

namespace csvm::columns {

/// A known phrase of a header and what it means there.
struct Term {
  std::string text;  // folded, words joined by blanks
  Concept meant;
  Languages languages;
};

/// What a header says, word by word.
struct Reading {
  std::string normal;                  // its words joined by blanks
  std::vector<Term> terms;             // in order, without fillers
  Concepts concepts;                   // of `terms`
  std::vector<std::string> unknown;    // words no data file knows
  bool corrected = false;              // a slip was put right
  bool joined_by_preposition = false;  // "X of Y": the first noun is the head
  int ordinal = 0;                     // "Email 2" -> 2; 0 when there is none
};

/// Reads all headers of a file together: a word that several languages share means what it means
/// in the language of the row, and a prefix that many headers share is no part of any.
std::vector<Reading> read_headers(const std::vector<std::string>& headers);

}  // namespace csvm::columns
