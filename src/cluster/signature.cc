#include "signature.h"

namespace csvm::cluster {
namespace {

// A part of a hash, which stays other than 0.
std::uint16_t part_of(std::uint64_t hash) {
  return hash == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(hash >> 48U | 1U);
}

std::uint8_t small_part_of(std::uint64_t hash) {
  return static_cast<std::uint8_t>(part_of(hash * 0x9E3779B97F4A7C15ULL));
}

}  // namespace

Signature signature_of(const Side& side) {
  Signature signature;
  const FuzzyRow& row = *side.row;
  signature.profile = part_of(row.profile);
  signature.personal = part_of(row.personal);
  signature.work = part_of(row.work);
  signature.other_id = small_part_of(row.other_id);
  signature.birth = small_part_of(row.birth);
  if (side.given.count != 1 || side.family.count != 1 || !side.parts[Part::alias].empty()) {
    return signature;
  }
  const HashedWord& given = side.given.words[0];
  for (const char letter : given.text) {
    signature.letters |= 1U << (static_cast<unsigned char>(letter) & 31U);
  }
  signature.given = static_cast<std::uint8_t>(given.text.front());
  signature.family = static_cast<std::uint8_t>(side.family.words[0].text.front());
  for (const std::uint16_t group : Dictionary::get().groups(given.hash).group) {
    if (group != 0) signature.groups |= static_cast<std::uint16_t>(1U << group % 16U);
  }
  return signature;
}

}  // namespace csvm::cluster
