// families.h - clusters as the write pass walks them: each first row with the chain of the others.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "csvm/bytes.h"
#include "csvm/cluster.h"

namespace csvm::pipeline {

/// 4 bytes a row and a few bits. Threads: any, once made. Borrows the clusters.
class Families {
 public:
  static constexpr std::uint32_t none = 0xffffffff;

  /// @param suppressed  per row, or empty; a cluster with one such row is suppressed whole, since
  ///                    its survivor would carry the values of that row.
  static Result<Families> of(const cluster::Clusters& clusters, const std::vector<bool>& suppressed,
                             std::uint64_t rows, bytes::Scratch& scratch);

  std::uint32_t first_of(std::uint32_t row) const { return first_.empty() ? row : first_[row]; }
  /// The next row of the same cluster, in row order, or `none`.
  std::uint32_t next_of(std::uint32_t row) const { return next_.empty() ? none : next_[row]; }
  /// Why `row`, which is not the first of its cluster, is in it.
  const cluster::Link& link_of(std::uint32_t row) const {
    const std::uint64_t before = later_[row / 64] & ((std::uint64_t{1} << row % 64) - 1);
    return links_[later_before_[row / 64] + static_cast<std::size_t>(std::popcount(before))];
  }
  /// Asks for the memory of the two above, for a row that is not the first of its cluster.
  void ask_for(std::uint32_t row) const {
    __builtin_prefetch(&next_[row]);
    __builtin_prefetch(&link_of(row));
  }
  bool is_suppressed(std::uint32_t row) const {
    return !suppressed_.empty() && suppressed_[first_of(row)];
  }
  /// Whether the row stands for its cluster in the result.
  bool survives(std::uint32_t row) const { return first_of(row) == row && !is_suppressed(row); }

 private:
  Families(const cluster::Clusters& clusters, const std::vector<bool>& suppressed)
      : first_(clusters.of_row), links_(clusters.links), suppressed_(suppressed) {}

  const std::vector<std::uint32_t>& first_;
  const std::vector<cluster::Link>& links_;
  std::vector<std::uint64_t> later_;         // bit of a row: it is not the first of its cluster
  std::vector<std::uint32_t> later_before_;  // such rows before each word of `later_`
  bytes::ScratchArray<std::uint32_t> next_;
  std::vector<bool> suppressed_;  // by first row
};

}  // namespace csvm::pipeline
