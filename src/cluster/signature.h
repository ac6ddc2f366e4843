// signature.h - enough of a person to see at a glance that two are others.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "side.h"

namespace csvm::cluster {

/// What a name of one word looks like: the set of its letters, its length, and whether it is a
/// first name that we know.
class WordShape {
 public:
  WordShape() = default;
  WordShape(std::string_view word, bool is_known_name);

  /// More edits lie between the two words than any rule forgives, and neither begins the other.
  bool is_far_from(const WordShape& other) const {
    const std::uint32_t mine = bits_ & all_letters;
    const std::uint32_t theirs = other.bits_ & all_letters;
    if ((mine & ~theirs) == 0 || (theirs & ~mine) == 0) return false;
    // An edit changes two of the letters at most.
    const std::uint32_t shorter = std::min(length(), other.length());
    const int edits = shorter < 5 ? 1 : shorter < 9 ? 2 : 3;
    return shorter > 1 && std::popcount(mine ^ theirs) > 2 * edits;
  }
  /// More than two edits lie between them.
  bool differs_from(const WordShape& other) const {
    return std::popcount((bits_ ^ other.bits_) & all_letters) > 4;
  }
  bool is_known_name() const { return (bits_ & known_name) != 0; }

 private:
  static constexpr unsigned letters = 27;
  static constexpr std::uint32_t all_letters = (1U << letters) - 1;
  static constexpr std::uint32_t known_name = 1U << letters;
  static constexpr std::uint32_t longest = 15;

  std::uint32_t length() const { return bits_ >> (letters + 1); }

  std::uint32_t bits_ = 0;  // letters, known_name, length
};

/// Twenty bytes instead of the few hundred of a whole row: most rows that meet in a block are
/// plainly others, and so need not be fetched.
struct Signature {
  WordShape given, family;
  std::uint16_t groups = 0;   // a bit for each group of first names it is in
  std::uint16_t profile = 0;  // of each identifier sixteen bits; 0: there is none
  std::uint16_t personal = 0;
  std::uint16_t work = 0;
  std::uint8_t first_given = 0;   // first letter of the first name
  std::uint8_t first_family = 0;  // of the last name; 0: the name is not so simple
  std::uint8_t other_id = 0;
  std::uint8_t birth = 0;
};
static_assert(sizeof(Signature) == 20);

Signature signature_of(const Side& side);

/// True only for rows that `score_people` vetoes or puts below every line: identifiers contradict
/// each other; or none agrees or nearly does, and the first or the last names are no forms of one
/// name. False when in doubt.
inline bool tell_apart(const Signature& a, const Signature& b) {
  const auto agree = [](unsigned mine, unsigned theirs) { return mine != 0 && mine == theirs; };
  const auto differ = [](unsigned mine, unsigned theirs) {
    return mine != 0 && theirs != 0 && mine != theirs;
  };
  if (differ(a.profile, b.profile)) return true;
  const bool same_profile = agree(a.profile, b.profile);
  if (differ(a.personal, b.personal) && !same_profile) return true;
  if (a.first_family == 0 || b.first_family == 0) return false;
  // Numbers and days of birth that differ may do so by a slip.
  if (same_profile || agree(a.personal, b.personal) || agree(a.work, b.work) ||
      (a.birth != 0 && b.birth != 0) || (a.other_id != 0 && b.other_id != 0)) {
    return false;
  }
  if (a.first_given == b.first_family || a.first_family == b.first_given) return false;
  if (a.first_given != b.first_given && (a.groups & b.groups) == 0 &&
      a.given.differs_from(b.given)) {
    return true;
  }
  return a.family.is_far_from(b.family) && !a.family.is_known_name() && !b.family.is_known_name() &&
         a.family.is_far_from(b.given) && a.given.is_far_from(b.family);
}

}  // namespace csvm::cluster
