// company_score.h - how alike two company names are, in bits of evidence.
#pragma once

#include <cstdint>

#include "frequency.h"
#include "side.h"

namespace csvm::cluster {

enum class NameLevel : std::uint8_t { missing, conflict, weak, part, spelling, equal };

struct NameEvidence {
  float bits = 0;
  NameLevel level = NameLevel::missing;
  bool numbers_differ = false;
  bool own_words = false;  // each has a telling word that the other lacks
};

/// Compares the words of two names: shared ones count by their rarity, slips of long words less,
/// words that only one side has speak against, other numbers decide against.
NameEvidence compare_company_names(const Side& a, const Side& b, const Frequencies& frequencies);

/// False only for names whose comparison would say `NameLevel::conflict`: a look at their letters.
bool have_words_in_common(const Side& a, const Side& b);

/// Rarity of one word of a company's name, in bits.
float company_word_bits(const HashedWord& word, const Frequencies& frequencies);

/// Whether a site's own name spells the company's: "acmetools" for Acme Tools Group.
bool label_spells(std::string_view label, const HashedWords<16>& words);

}  // namespace csvm::cluster
