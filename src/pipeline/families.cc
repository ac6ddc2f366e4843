#include "families.h"

namespace csvm::pipeline {

Families::Families(const cluster::Clusters& clusters, const std::vector<bool>& suppressed,
                   std::uint64_t rows)
    : first_(clusters.of_row), links_(clusters.links), suppressed_(suppressed) {
  if (first_.empty()) return;
  next_.assign(rows, none);
  later_.assign(rows / 64 + 1, 0);
  std::vector<std::uint32_t> last(rows, none);  // of each cluster so far, by first row
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::uint32_t first = first_[row];
    if (first != row) {
      next_[last[first]] = row;
      later_[row / 64] |= std::uint64_t{1} << row % 64;
    }
    last[first] = row;
    if (!suppressed_.empty() && suppressed_[row]) suppressed_[first] = true;
  }
  later_before_.reserve(later_.size());
  std::uint32_t before = 0;
  for (const std::uint64_t word : later_) {
    later_before_.push_back(before);
    before += static_cast<std::uint32_t>(std::popcount(word));
  }
}

}  // namespace csvm::pipeline
