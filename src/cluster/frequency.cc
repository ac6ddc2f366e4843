#include "frequency.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace csvm::cluster {
namespace {

constexpr float imagined_rows = 2000;

// Two values that fall on one place look commoner than they are, which errs towards keeping apart.
std::size_t places_for(std::size_t rows) {
  return std::bit_ceil(
      std::clamp<std::size_t>(rows * 4, std::size_t{1} << 14, std::size_t{1} << 25));
}

}  // namespace

Frequencies::Frequencies(std::size_t rows)
    : counts_(places_for(rows)),
      shift_(64 - static_cast<unsigned>(std::countr_zero(counts_.size()))),
      rows_(static_cast<float>(rows) + imagined_rows),
      prior_(std::log2(rows_)) {}

float Frequencies::bits(Kind kind, std::uint64_t hash, float background) const {
  const float seen = static_cast<float>(count(kind, hash)) + imagined_rows * background;
  return std::max(0.0F, std::log2(rows_ / std::max(seen, 1.0F)));
}

}  // namespace csvm::cluster
