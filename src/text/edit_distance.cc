// Edit distance with adjacent swaps (optimal string alignment).
//
// Up to 64 bytes by bit vectors: Hyyro, "A bit-vector algorithm for computing Levenshtein and
// Damerau edit distances" (2003). Longer texts: the plain table, only the diagonal band within
// `limit`.
#include <algorithm>
#include <cstdlib>

#include "csvm/text.h"
#include "masks.h"

namespace csvm::text {
namespace {

std::size_t distance_of_one_word(std::string_view pattern, std::string_view other) {
  const ScratchMasks masks(pattern);
  const std::uint64_t last = std::uint64_t{1} << (pattern.size() - 1);
  std::uint64_t rises = ~std::uint64_t{0};  // rows where the column grows by one
  std::uint64_t falls = 0;                  // rows where it shrinks by one
  std::uint64_t diagonal = 0;               // rows that equal their diagonal neighbour
  std::uint64_t previous = 0;               // mask of the byte before
  std::size_t distance = pattern.size();
  for (const char c : other) {
    const std::uint64_t mask = masks[c];
    const std::uint64_t swaps = ((~diagonal & mask) << 1U) & previous;
    diagonal = (((mask & rises) + rises) ^ rises) | mask | falls | swaps;
    std::uint64_t right_rises = falls | ~(diagonal | rises);
    std::uint64_t right_falls = diagonal & rises;
    distance += (right_rises & last) != 0 ? 1U : 0U;
    distance -= (right_falls & last) != 0 ? 1U : 0U;
    right_rises = (right_rises << 1U) | 1U;
    right_falls <<= 1U;
    rises = right_falls | ~(diagonal | right_rises);
    falls = right_rises & diagonal;
    previous = mask;
  }
  return distance;
}

// `a` and `b` differ in length by at most `limit`. Cells outside the band count as limit + 1.
std::size_t distance_in_band(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t too_far = limit + 1;
  std::vector<std::size_t> before(b.size() + 1, too_far);
  std::vector<std::size_t> above(b.size() + 1, too_far);
  std::vector<std::size_t> row(b.size() + 1, too_far);
  for (std::size_t j = 0; j <= std::min(b.size(), limit); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const std::size_t first = i > limit ? i - limit : 0;
    const std::size_t last = std::min(b.size(), i + limit);
    std::size_t least = too_far;
    if (first > 0) row[first - 1] = too_far;
    for (std::size_t j = first; j <= last; ++j) {
      if (j == 0) {
        row[0] = i;
      } else {
        const std::size_t replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
        row[j] = std::min({replace, above[j] + 1, row[j - 1] + 1, too_far});
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
          row[j] = std::min(row[j], before[j - 2] + 1);
        }
      }
      least = std::min(least, row[j]);
    }
    if (last < b.size()) row[last + 1] = too_far;
    // A swap reaches two rows back, so both must be out of reach to give up.
    if (least >= too_far && *std::min_element(above.begin(), above.end()) >= too_far) {
      return too_far;
    }
    before.swap(above);
    above.swap(row);
  }
  return std::min(above[b.size()], too_far);
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  cut_common_ends(a, b);
  if (a.size() > b.size()) std::swap(a, b);
  limit = std::min(limit, b.size());  // there are never more edits than that
  if (b.size() - a.size() > limit) return limit + 1;
  if (a.empty()) return b.size();
  if (limit == 1) {  // both ends differ: one replaced byte or one swap, or more edits than one
    const bool replaced = b.size() == 1;
    const bool swapped = a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[1] == b[0];
    return replaced || swapped ? 1 : 2;
  }
  const std::size_t distance =
      a.size() <= 64 ? distance_of_one_word(a, b) : distance_in_band(a, b, limit);
  return std::min(distance, limit + 1);
}

}  // namespace csvm::text
