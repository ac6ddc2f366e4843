// groups.h - rows that share a hash, found by partition and sort.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "csvm/base.h"
#include "csvm/bytes.h"
#include "csvm/cluster.h"

namespace csvm::cluster {

struct HashedRow {
  std::uint64_t hash;
  std::uint32_t row;
};

/// How groups are found.
struct GroupingOptions {
  unsigned threads = 1;
  std::uint64_t memory_bytes = 0;  // that the entries may take; 0: any
  std::stop_token stop;
  bytes::Scratch* scratch = nullptr;  // trimmed from time to time; may be null
  /// Called for rows whose group comes soon, so that their memory can be asked for. May be empty.
  /// From any thread.
  std::function<void(std::uint32_t row)> ahead = {};
};

/// So many slices of 4096 rows are gone through in order before the scratch is trimmed.
inline constexpr std::size_t slices_a_trim = 64;

/// For grouping rows that lie in `scratch`.
GroupingOptions grouping(const Settings& settings, bytes::Scratch& scratch);

/// Calls `use(worker, partition, group)` for all rows that share a hash, group after group: each
/// group whole, its rows rising, groups of one partition one after another; different partitions on
/// different threads. Rows whose hash is 0 are left out, groups of one row too.
///
/// @param hash_of  the hash of a row; called several times, from any thread.
/// @param begin    called with the partition before its groups, so that results can be kept by
///                 partition: that order does not depend on threads.
///
/// When the entries would take more than `memory_bytes`, the hashes are gone through in several
/// rounds, each with a share of them; the partitions then are numbered on from round to round.
Result<void> each_group(std::size_t rows, const GroupingOptions& options,
                        const std::function<std::uint64_t(std::uint32_t row)>& hash_of,
                        const std::function<void(std::size_t partitions)>& begin,
                        const std::function<void(unsigned worker, std::size_t partition,
                                                 std::span<const HashedRow> group)>& use);

}  // namespace csvm::cluster
