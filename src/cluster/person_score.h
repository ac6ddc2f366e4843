// person_score.h - how alike two people's names are, in bits of evidence.
#pragma once

#include <cstdint>
#include <string>

#include "frequency.h"
#include "side.h"

namespace csvm::cluster {

enum class PartLevel : std::uint8_t {
  missing,
  conflict,
  far,  // two slips, or one in a short name: needs an identifier
  initial,
  typo,
  half,  // one part of a double name, or the middle name
  nickname,
  spelling,
  equal,
};

struct PersonEvidence {
  PartLevel given = PartLevel::missing;
  PartLevel family = PartLevel::missing;
  float given_bits = 0;
  float family_bits = 0;
  float middle_bits = 0;
  bool swapped = false;
  bool other_generation = false;
  bool generation_on_one_side = false;

  float bits() const { return given_bits + family_bits + middle_bits; }
};

PersonEvidence compare_people_names(const Side& a, const Side& b, const Frequencies& frequencies);

}  // namespace csvm::cluster
