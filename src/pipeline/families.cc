#include "families.h"

namespace csvm::pipeline {

Families::Families(const cluster::Clusters& clusters, const std::vector<bool>& suppressed,
                   std::uint64_t rows)
    : first_(clusters.of_row), suppressed_(suppressed) {
  if (first_.empty()) return;
  next_.assign(rows, none);
  std::vector<std::uint32_t> last(rows, none);  // of each cluster so far, by first row
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::uint32_t first = first_[row];
    if (first != row) next_[last[first]] = row;
    last[first] = row;
    if (!suppressed_.empty() && suppressed_[row]) suppressed_[first] = true;
  }
}

}  // namespace csvm::pipeline
