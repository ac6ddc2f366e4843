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

std::uint8_t first_of(const HashedWord& word) {
  return static_cast<std::uint8_t>(word.text.front());
}

}  // namespace

WordShape::WordShape(std::string_view word, bool is_known_name)
    : bits_((is_known_name ? known_name : 0) |
            std::min<std::uint32_t>(static_cast<std::uint32_t>(word.size()), longest)
                << (letters + 1)) {
  for (const char letter : word) {
    bits_ |= 1U << (static_cast<unsigned char>(letter) & 31U) % letters;
  }
}

Signature signature_of(const Side& side) {
  Signature signature;
  const FuzzyRow& row = *side.row;
  signature.profile = part_of(row.profile);
  signature.personal = part_of(row.personal);
  signature.work = part_of(row.work);
  signature.other_id = small_part_of(side.other_id);
  signature.birth = small_part_of(row.birth);
  if (side.given.count != 1 || side.family.count != 1 || !side.parts[Part::alias].empty()) {
    return signature;
  }
  const HashedWord& given = side.given.words[0];
  const HashedWord& family = side.family.words[0];
  const Dictionary& dictionary = Dictionary::get();
  const NameGroups& groups = dictionary.groups(given.hash);
  signature.given = WordShape(given.text, groups.group[0] != 0);
  signature.family = WordShape(family.text, dictionary.groups(family.hash).group[0] != 0);
  signature.first_given = first_of(given);
  signature.first_family = first_of(family);
  for (const std::uint16_t group : groups.group) {
    if (group != 0) signature.groups |= static_cast<std::uint16_t>(1U << group % 16U);
  }
  return signature;
}

}  // namespace csvm::cluster
