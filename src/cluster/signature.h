// signature.h - enough of a person to see at a glance that two are others.
#pragma once

#include <bit>
#include <cstdint>

#include "side.h"

namespace csvm::cluster {

/// Sixteen bytes instead of the few hundred of a whole row: most rows that meet in a block are
/// plainly others, and so need not be fetched.
struct Signature {
  std::uint32_t letters = 0;  // which letters the first name has, by their lowest five bits
  std::uint16_t groups = 0;   // a bit for each group of first names it is in
  std::uint8_t given = 0;     // its first letter
  std::uint8_t family = 0;    // first letter of the last name; 0: the name is not so simple
  std::uint16_t profile = 0;  // of each identifier sixteen bits; 0: there is none
  std::uint16_t personal = 0;
  std::uint16_t work = 0;
  std::uint8_t other_id = 0;
  std::uint8_t birth = 0;
};
static_assert(sizeof(Signature) == 16);

Signature signature_of(const Side& side);

/// True only for rows that `score_people` vetoes at once: no identifier agrees or nearly does, and
/// the first names are no forms of one name. False when in doubt.
inline bool tell_apart(const Signature& a, const Signature& b) {
  if (a.family == 0 || b.family == 0) return false;
  const auto agree = [](unsigned mine, unsigned theirs) { return mine != 0 && mine == theirs; };
  if (agree(a.profile, b.profile) || agree(a.personal, b.personal) || agree(a.work, b.work) ||
      agree(a.birth, b.birth) || (a.other_id != 0 && b.other_id != 0)) {  // a slip in a number
    return false;
  }
  if (a.given == b.given || a.given == b.family || a.family == b.given) return false;
  // An edit changes two of the letters at most; names within two edits may be one.
  return (a.groups & b.groups) == 0 && std::popcount(a.letters ^ b.letters) > 4;
}

}  // namespace csvm::cluster
