#include "score.h"

#include <algorithm>
#include <cmath>

#include "csvm/text.h"
#include "weights.h"

namespace csvm::cluster {

namespace {

constexpr float merge_line = 85;
constexpr float halving = 6;  // bits that halve the way from the line to 100

bool is_near_place(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  if (shorter < 4 || (a.front() != b.front() && a.back() != b.back())) return false;
  const std::size_t limit = shorter < 7 ? 1 : 2;
  return text::edit_distance(a, b, limit) <= limit;
}

bool is_number(std::string_view word) { return word.front() >= '0' && word.front() <= '9'; }

}  // namespace

float points(float margin) {
  if (margin < 0) return std::max(0.0F, merge_line + margin / weights::bits_a_point);
  return 100 - (100 - merge_line) * std::exp2(-margin / halving);
}

float margin_of(double score) {
  const float wanted = static_cast<float>(score);
  if (wanted <= merge_line) return (wanted - merge_line) * weights::bits_a_point;
  if (wanted >= 100) return std::numeric_limits<float>::infinity();
  return -halving * std::log2((100 - wanted) / (100 - merge_line));
}

PlaceEvidence compare_places(const Side& a, const Side& b, const Frequencies& frequencies) {
  PlaceEvidence found;
  if (a.place.empty() || b.place.empty()) return found;
  found.known = true;
  const auto& words_a = a.place.get();
  const auto& words_b = b.place.get();
  std::uint32_t used = 0;
  float all_a = 0;
  float all_b = 0;
  bool number_a = false;
  bool number_b = false;
  bool number_shared = false;
  const auto bits = [&](const HashedWord& word) {
    return frequencies.bits(Kind::place_word, word.hash, weights::place_word);
  };
  for (const HashedWord& word : words_b.all()) {
    all_b += bits(word);
    number_b = number_b || is_number(word.text);
  }
  for (const HashedWord& word : words_a.all()) {
    const float worth = bits(word);
    all_a += worth;
    number_a = number_a || is_number(word.text);
    for (std::size_t j = 0; j < words_b.count; ++j) {
      if ((used >> j & 1) != 0) continue;
      const HashedWord& other = words_b.words[j];
      const bool same = other.hash == word.hash;
      if (!same && !is_near_place(word.text, other.text)) continue;
      used |= 1U << j;
      found.bits += same ? worth : std::min(worth, bits(other)) * 0.7F;
      number_shared = number_shared || (same && is_number(word.text));
      break;
    }
  }
  const float shorter = std::min(all_a, all_b);
  found.share = shorter <= 0 ? 0 : std::min(1.0F, found.bits / shorter);
  found.numbers_differ = number_a && number_b && !number_shared;
  return found;
}

}  // namespace csvm::cluster
