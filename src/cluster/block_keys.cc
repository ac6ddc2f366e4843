#include "block_keys.h"

#include <algorithm>
#include <array>
#include <string>

#include "company_score.h"
#include "dictionary.h"

namespace csvm::cluster {
namespace {

constexpr std::uint32_t most_of_a_word = 400;
constexpr std::uint32_t most_colleagues = 24;
constexpr std::size_t gram = 3;

std::uint64_t join(std::uint64_t a, std::uint64_t b) {
  if (a == 0 || b == 0) return 0;
  const std::uint64_t mixed = (a ^ (b * 0x9E3779B97F4A7C15ULL)) * 0xD1342543DE82EF95ULL;
  return mixed == 0 ? 1 : mixed;
}

// Names of one group meet: Bob and Robert.
std::uint64_t given_root(const HashedWord& word) {
  const std::uint16_t group = Dictionary::get().groups(word.hash).group[0];
  return group == 0 ? word.hash : group;
}

std::uint64_t prefix_hash(std::string_view text, std::size_t length) {
  return text.empty() ? 0 : hash_of(text.substr(0, length));
}

std::uint64_t family_start(const Side& side) {
  if (side.family.empty()) return 0;
  const std::string_view last = side.family.words[side.family.count - 1].text;
  return last.size() < 2 ? 0 : prefix_hash(last, 4);
}

std::uint64_t family_first_start(const Side& side) {
  return side.family.count < 2 ? 0 : prefix_hash(side.family.words[0].text, 4);
}

std::uint64_t given_start(const Side& side) {
  return side.given.empty() ? 0 : given_root(side.given.words[0]);
}

// The rarest words of a name, rarest first; as many as there are places.
template <std::size_t Count>
std::array<std::uint64_t, Count> rarest(std::span<const HashedWord> words, Kind kind,
                                        const Frequencies& frequencies) {
  std::array<std::uint64_t, Count> found{};
  std::array<std::uint32_t, Count> counts{};
  for (const HashedWord& word : words) {
    std::uint32_t count = frequencies.count(kind, word.hash);
    std::uint64_t hash = word.hash;
    for (std::size_t i = 0; i < Count; ++i) {
      if (found[i] == hash) break;
      if (found[i] != 0 && (counts[i] < count || (counts[i] == count && found[i] < hash))) continue;
      std::swap(found[i], hash);
      std::swap(counts[i], count);
      if (hash == 0) break;
    }
  }
  return found;
}

std::string_view first_word(std::string_view words) { return words.substr(0, words.find(' ')); }

std::uint64_t company_start(const Side& side) {
  return side.company.empty() ? 0 : prefix_hash(first_word(side.parts[Part::company]), 5);
}

std::uint64_t domain_of(const Side& side) {
  return side.row->site != 0 ? side.row->site : side.work_domain;
}

std::uint64_t address_of(const Side& side) {
  if ((side.row->flags & place_is_address) == 0) return 0;
  std::uint64_t number = 0;
  for (const HashedWord& word : side.place.get().all()) {
    const bool is_number = word.text.front() >= '0' && word.text.front() <= '9';
    if (number == 0 && is_number) {
      number = word.hash;
    } else if (number != 0 && !is_number && word.text.size() > 2) {
      return join(number, prefix_hash(word.text, 3));
    }
  }
  return 0;
}

std::uint64_t unordered(std::uint64_t a, std::uint64_t b) {
  return a < b ? join(a, b) : join(b, a);
}

// All words without blanks.
std::string_view squeezed(std::string_view words, std::array<char, 256>& buffer) {
  std::size_t length = 0;
  for (const char letter : words) {
    if (letter != ' ' && length < buffer.size()) buffer[length++] = letter;
  }
  return {buffer.data(), length};
}

// Nothing but a name: only there the name's letters are keys as well, since slips in each word, or
// at the first letter, leave no word and no begin in common.
bool tells_only_a_name(columns::TableType type, const Side& side) {
  const FuzzyRow& row = *side.row;
  const bool people = type == columns::TableType::people;
  return row.profile == 0 && row.phone == 0 && row.site == 0 && side.other_id == 0 &&
         row.birth == 0 && row.year == 0 && side.place.empty() &&
         (people ? row.personal == 0 && row.work == 0 && side.company.empty()
                 : !side.company.empty());
}

std::uint64_t end_hash(std::string_view word) {
  return hash_of(word.size() < gram ? word : word.substr(word.size() - gram));
}

std::uint64_t mixed(std::uint64_t value, std::uint64_t seed) {
  value = (value + seed) * 0x9E3779B97F4A7C15ULL;
  return (value ^ value >> 29U) * 0xD1342543DE82EF95ULL;
}

// Of the sequences of three letters the two that come first in an order of `number`'s own: names
// that share most of them share these with the same likelihood, wherever the slips are.
std::uint64_t least_grams(std::string_view letters, std::uint64_t number) {
  if (letters.size() < gram + 2) return 0;
  std::array<std::uint64_t, 2> least = {~std::uint64_t{0}, ~std::uint64_t{0}};
  for (std::size_t at = 0; at + gram <= letters.size(); ++at) {
    std::uint64_t value = 0;
    for (const char letter : letters.substr(at, gram)) {
      value = value << 8U | static_cast<unsigned char>(letter);
    }
    for (std::size_t i = 0; i < least.size(); ++i) {
      least[i] = std::min(least[i], mixed(value, 2 * number + i));
    }
  }
  return join(least[0], least[1]);
}

// The name's keys by letters: four by its first and last word, the others by all of it.
std::uint64_t letter_key(columns::TableType type, const Side& side, std::uint64_t number) {
  const bool people = type == columns::TableType::people;
  std::string_view first = side.parts[people ? Part::given : Part::company];
  std::string_view last = people ? side.parts[Part::family] : first;
  const std::uint64_t salt = 16 + number;
  if (number < 4) {  // begin or end of the first word, and of the last: a slip leaves one of them
    first = first_word(first);
    last = last.substr(last.rfind(' ') + 1);
    if (first.empty() || last.empty() || first.data() == last.data()) return 0;
    return join(join(number % 2 == 0 ? prefix_hash(first, gram) : end_hash(first),
                     number / 2 == 0 ? prefix_hash(last, gram) : end_hash(last)),
                salt);
  }
  std::array<char, 256> buffer;
  std::array<char, 256> rest;
  std::string_view letters = squeezed(first, buffer);
  if (people) {
    const std::string_view more = squeezed(last, rest);
    const std::size_t room = std::min(more.size(), buffer.size() - letters.size());
    std::ranges::copy(more.substr(0, room), buffer.begin() + letters.size());
    letters = {buffer.data(), letters.size() + room};
  }
  return join(least_grams(letters, number), salt);
}

// Fills the keys of identifiers, which a row with nothing but a name leaves free.
void letter_keys(columns::TableType type, std::size_t family, const Side& side,
                 std::span<std::uint64_t> keys) {
  constexpr std::size_t address_of_company = 7;
  const bool people = type == columns::TableType::people;
  if (family > 1 && family != (people ? 2 : address_of_company)) return;
  const std::size_t begin = std::min<std::size_t>(family, 2) * keys.size();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == 0) keys[i] = letter_key(type, side, begin + i);
  }
}

void people_keys(std::size_t family, const Side& side, const Frequencies& frequencies,
                 std::span<std::uint64_t> keys) {
  const FuzzyRow& row = *side.row;
  switch (family) {
    case 0:
      keys[0] = row.profile;
      break;
    case 1:
      keys[0] = row.personal;
      if ((row.flags & work_is_role) == 0) keys[1] = row.work;
      break;
    case 2:
      keys[0] = join(row.phone, given_start(side));
      keys[1] = side.other_id;
      keys[2] = join(row.birth, 3);
      break;
    case 3: {  // name
      if (side.given.empty() || side.family.empty()) {
        std::array<char, 256> buffer;
        keys[0] = prefix_hash(squeezed(side.parts[Part::family], buffer), 6);
        keys[1] = prefix_hash(squeezed(side.parts[Part::given], buffer), 6);
        break;
      }
      keys[0] = unordered(given_start(side), given_root(side.family.words[side.family.count - 1]));
      break;
    }
    case 4:  // family name and company
      keys[0] = join(family_start(side), company_start(side));
      keys[1] = join(family_first_start(side), company_start(side));
      keys[2] = join(family_start(side), domain_of(side));
      break;
    case 5:  // given name and company
      keys[0] = join(given_start(side), company_start(side));
      keys[1] = join(given_start(side), domain_of(side));
      if (side.family.count > 0) {  // swapped names
        keys[2] = join(given_root(side.family.words[0]), company_start(side));
      }
      break;
    case 6: {  // where there are addresses
      const std::uint64_t address = address_of(side);
      keys[0] = join(address, given_start(side));
      keys[1] = join(address, family_start(side));
      break;
    }
    case 7: {  // where there are places but no companies
      if (!side.company.empty() || side.place.empty()) break;
      const auto places = rarest<2>(side.place.get().all(), Kind::place_word, frequencies);
      keys[0] = join(places[0], given_start(side));
      keys[1] = join(places[0], family_start(side));
      keys[2] = join(places[1], family_start(side));
      break;
    }
    case 8:  // same company, names that fit no other way
      // In a large company neighbours by name share the begin of the last name, as above.
      if (frequencies.count(Kind::company, side.company_hash) <= most_colleagues) {
        keys[0] = join(side.company_hash, 5);
      }
      break;
    default: {
      if (!side.company.empty()) break;
      const std::uint64_t year = row.birth / 10000;
      keys[0] = join(join(year, given_start(side)), 7);
      keys[1] = join(join(year, family_start(side)), 8);
      keys[2] = family_start(side);
      break;
    }
  }
}

void company_keys(std::size_t family, const Side& side, const Frequencies& frequencies,
                  std::span<std::uint64_t> keys) {
  const FuzzyRow& row = *side.row;
  std::array<char, 256> buffer;
  switch (family) {
    case 0:
      keys[0] = row.site;
      break;
    case 1:
      keys[0] = row.profile;
      keys[1] = row.phone;
      break;
    case 2: {  // the whole name without blanks, or as a site spells it
      keys[0] = prefix_hash(squeezed(side.parts[Part::company], buffer), 256);
      keys[1] = prefix_hash(squeezed(side.parts[Part::company_alias], buffer), 256);
      keys[2] = prefix_hash(squeezed(side.parts[Part::label], buffer), 256);
      break;
    }
    case 3: {  // begin and end
      const std::string_view all = squeezed(side.parts[Part::company], buffer);
      keys[0] = prefix_hash(all, 6);
      if (all.size() > 7) keys[1] = join(hash_of(all.substr(all.size() - 7)), 3);
      break;
    }
    case 4: {  // single words
      const auto words = rarest<3>(side.company.get().all(), Kind::company_word, frequencies);
      // A word that very many have is split by the next one, below.
      for (std::size_t i = 0; i < words.size(); ++i) {
        const bool alone = side.company.get().count == 1;
        if (alone || frequencies.count(Kind::company_word, words[i]) <= most_of_a_word) {
          keys[i] = words[i];
        }
      }
      break;
    }
    case 5: {  // pairs of words
      const auto words = rarest<3>(side.company.get().all(), Kind::company_word, frequencies);
      keys[0] = unordered(words[0], words[1]);
      keys[1] = unordered(words[0], words[2]);
      keys[2] = unordered(words[1], words[2]);
      break;
    }
    case 6: {  // initials
      if (side.company.get().count == 1 && side.company.get().words[0].text.size() <= 6) {
        keys[0] = side.company.get().words[0].hash;
      } else if (side.company.get().count >= 3) {
        std::array<char, 16> letters;
        std::array<char, 16> distinct;
        std::size_t count = 0;
        std::size_t distinct_count = 0;
        for (const HashedWord& word : side.company.get().all()) {
          letters[count++] = word.text.front();
          if ((Dictionary::get().find(word.hash).meaning & is_generic_word) == 0) {
            distinct[distinct_count++] = word.text.front();
          }
        }
        keys[0] = hash_of({letters.data(), count});
        keys[1] = hash_of({distinct.data(), distinct_count});
      }
      break;
    }
    default:  // address and begin of the name
      keys[0] = address_of(side);
      keys[1] = side.company.empty() ? 0 : hash_of(first_word(side.parts[Part::company]));
      break;
  }
}

}  // namespace

std::size_t family_count(columns::TableType type) {
  return type == columns::TableType::people ? 10 : 8;
}

void block_keys(columns::TableType type, std::size_t family, const Side& side,
                const Frequencies& frequencies, std::span<std::uint64_t> keys) {
  std::ranges::fill(keys, 0);
  if (type == columns::TableType::people) {
    people_keys(family, side, frequencies, keys);
  } else {
    company_keys(family, side, frequencies, keys);
  }
  if (tells_only_a_name(type, side)) letter_keys(type, family, side, keys);
}

}  // namespace csvm::cluster
