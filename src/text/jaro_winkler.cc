// Jaro-Winkler: how many bytes of two texts match within half the longer one, less those that
// stand in another order, more when the texts start alike.
#include <algorithm>
#include <bit>

#include "csvm/text.h"
#include "masks.h"

namespace csvm::text {
namespace {

constexpr double prefix_weight = 0.1;
constexpr std::size_t longest_prefix = 4;
constexpr double boost_above = 0.7;

struct Matches {
  std::size_t count = 0;
  std::size_t out_of_order = 0;
};

/// How far apart two equal bytes may stand to match.
std::size_t reach(std::size_t a, std::size_t b) {
  const std::size_t half = std::max(a, b) / 2;
  return half > 0 ? half - 1 : 0;
}

/// Bits [first, last) set; last <= 64.
std::uint64_t bits(std::size_t first, std::size_t last) {
  const std::uint64_t below = last == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << last) - 1;
  return first >= last ? 0 : below & (~std::uint64_t{0} << first);
}

// Both texts have at most 64 bytes. Each byte of `b` takes the first free equal byte of `a` in
// reach.
Matches matches_of_one_word(std::string_view a, std::string_view b) {
  const ScratchMasks masks(a);
  const std::size_t far = reach(a.size(), b.size());
  std::uint64_t taken_a = 0;
  std::uint64_t taken_b = 0;
  for (std::size_t j = 0; j < b.size(); ++j) {
    const std::uint64_t window = bits(j > far ? j - far : 0, std::min(a.size(), j + far + 1));
    const std::uint64_t free = masks[b[j]] & window & ~taken_a;
    taken_a |= free & (~free + 1);
    taken_b |= std::uint64_t{free != 0} << j;
  }
  Matches matches;
  matches.count = static_cast<std::size_t>(std::popcount(taken_a));
  while (taken_b != 0) {
    const std::uint64_t next_a = taken_a & (~taken_a + 1);
    const auto j = static_cast<std::size_t>(std::countr_zero(taken_b));
    matches.out_of_order += (masks[b[j]] & next_a) == 0 ? 1U : 0U;
    taken_a ^= next_a;
    taken_b &= taken_b - 1;
  }
  return matches;
}

Matches matches_of_long(std::string_view a, std::string_view b) {
  const std::size_t far = reach(a.size(), b.size());
  std::vector<bool> taken_a(a.size());
  std::string matched_b;
  for (std::size_t j = 0; j < b.size(); ++j) {
    const std::size_t last = std::min(a.size(), j + far + 1);
    for (std::size_t i = j > far ? j - far : 0; i < last; ++i) {
      if (taken_a[i] || a[i] != b[j]) continue;
      taken_a[i] = true;
      matched_b.push_back(b[j]);
      break;
    }
  }
  Matches matches;
  matches.count = matched_b.size();
  std::size_t next = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (taken_a[i] && a[i] != matched_b[next++]) ++matches.out_of_order;
  }
  return matches;
}

}  // namespace

double jaro_winkler(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() && b.empty() ? 1 : 0;
  const bool one_word = a.size() <= 64 && b.size() <= 64;
  const Matches matches = one_word ? matches_of_one_word(a, b) : matches_of_long(a, b);
  if (matches.count == 0) return 0;
  const auto count = static_cast<double>(matches.count);
  const auto swaps = static_cast<double>(matches.out_of_order / 2);
  const double jaro = (count / static_cast<double>(a.size()) +
                       count / static_cast<double>(b.size()) + (count - swaps) / count) /
                      3;
  if (jaro <= boost_above) return jaro;
  const std::size_t longest = std::min({a.size(), b.size(), longest_prefix});
  std::size_t prefix = 0;
  while (prefix < longest && a[prefix] == b[prefix]) ++prefix;
  return jaro + static_cast<double>(prefix) * prefix_weight * (1 - jaro);
}

}  // namespace csvm::text
