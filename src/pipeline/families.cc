#include "families.h"

#include <algorithm>
#include <bit>

namespace csvm::pipeline {

Result<Families> Families::of(const cluster::Clusters& clusters,
                              const std::vector<bool>& suppressed, std::uint64_t rows,
                              bytes::Scratch& scratch) {
  Families families(clusters, suppressed);
  const auto& first_of = families.first_;
  if (first_of.empty()) return families;
  families.next_ = CSVM_TRY(scratch.array<std::uint32_t>(rows));
  std::ranges::fill(families.next_, none);
  families.later_.assign(rows / 64 + 1, 0);
  // Of each cluster so far, by first row.
  auto last = CSVM_TRY(scratch.array<std::uint32_t>(rows));
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::uint32_t first = first_of[row];
    if (first != row) {
      families.next_[last[first]] = row;
      families.later_[row / 64] |= std::uint64_t{1} << row % 64;
    }
    last[first] = row;
    if (!suppressed.empty() && suppressed[row]) families.suppressed_[first] = true;
    if (row % (std::uint32_t{1} << 18) == 0) scratch.trim();
  }
  families.later_before_.reserve(families.later_.size());
  std::uint32_t before = 0;
  for (const std::uint64_t word : families.later_) {
    families.later_before_.push_back(before);
    before += static_cast<std::uint32_t>(std::popcount(word));
  }
  return families;
}

}  // namespace csvm::pipeline
