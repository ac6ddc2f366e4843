// The indel ratio of two texts: 100 * 2 * LCS / (|a| + |b|).
//
// LCS by bit vectors: Hyyro, "Bit-parallel LCS-length computation revisited" (2004). A bit of
// `row` is 0 where the LCS of the text up to there and the other text so far grows by one.
#include <algorithm>
#include <bit>

#include "csvm/text.h"
#include "masks.h"

namespace csvm::text {
namespace {

constexpr std::size_t word_bits = 64;

std::size_t lcs_of_one_word(const std::array<std::uint64_t, 256>& masks, std::string_view other) {
  std::uint64_t row = ~std::uint64_t{0};
  for (const char c : other) {
    const std::uint64_t hit = row & masks[static_cast<unsigned char>(c)];
    row = (row + hit) | (row - hit);
  }
  return static_cast<std::size_t>(std::popcount(~row));
}

std::vector<std::uint64_t> masks_of_long(std::string_view text) {
  const std::size_t words = (text.size() + word_bits - 1) / word_bits;
  std::vector<std::uint64_t> masks(256 * words);
  for (std::size_t i = 0; i < text.size(); ++i) {
    masks[static_cast<unsigned char>(text[i]) * words + i / word_bits] |= std::uint64_t{1}
                                                                          << (i % word_bits);
  }
  return masks;
}

std::size_t lcs_of_many_words(const std::vector<std::uint64_t>& masks, std::string_view other) {
  const std::size_t words = masks.size() / 256;
  std::vector<std::uint64_t> rows(words, ~std::uint64_t{0});
  for (const char c : other) {
    const std::uint64_t* mask = masks.data() + static_cast<unsigned char>(c) * words;
    std::uint64_t carry = 0;
    for (std::size_t w = 0; w < words; ++w) {
      const std::uint64_t row = rows[w];
      const std::uint64_t hit = row & mask[w];
      const std::uint64_t partial = row + carry;
      const std::uint64_t sum = partial + hit;
      carry = static_cast<std::uint64_t>(partial < row) | static_cast<std::uint64_t>(sum < hit);
      rows[w] = sum | (row - hit);
    }
  }
  std::size_t lcs = 0;
  for (const std::uint64_t row : rows) lcs += static_cast<std::size_t>(std::popcount(~row));
  return lcs;
}

double score(std::size_t lcs, std::size_t bytes) {
  return bytes == 0 ? 100.0 : 200.0 * static_cast<double>(lcs) / static_cast<double>(bytes);
}

}  // namespace

double ratio(std::string_view a, std::string_view b) {
  const std::size_t bytes = a.size() + b.size();
  const std::size_t affix = cut_common_ends(a, b);
  if (a.size() < b.size()) std::swap(a, b);
  // `b` is the shorter one: its masks decide between one word and several.
  if (b.empty()) return score(affix, bytes);
  if (b.size() <= word_bits) {
    const ScratchMasks masks(b);
    return score(affix + lcs_of_one_word(masks.table(), a), bytes);
  }
  return score(affix + lcs_of_many_words(masks_of_long(b), a), bytes);
}

CachedRatio::CachedRatio(std::string_view text) : length_(text.size()) {
  if (text.size() > word_bits) {
    long_masks_ = masks_of_long(text);
    return;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    masks_[static_cast<unsigned char>(text[i])] |= std::uint64_t{1} << i;
  }
}

double CachedRatio::operator()(std::string_view other, double cutoff) const {
  const std::size_t bytes = length_ + other.size();
  // The LCS is at most the shorter text: many pairs need no look at their bytes.
  if (score(std::min(length_, other.size()), bytes) < cutoff) return 0;
  const double found = score(
      long_masks_.empty() ? lcs_of_one_word(masks_, other) : lcs_of_many_words(long_masks_, other),
      bytes);
  return found < cutoff ? 0 : found;
}

}  // namespace csvm::text
