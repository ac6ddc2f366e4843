// groups.h - rows that share a hash, found by spreading them over partitions and sorting those.
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
#include "store.h"

namespace csvm::cluster {

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

/// Hashes of rows, spread over partitions by their highest bits as they are added, each once.
/// Tables are kept apart. Of a hash the partition and 32 bits are kept, so that an entry is one
/// number, quick to sort: now and then two hashes are taken for one. Threads: one per worker while
/// they are added to. Throws std::bad_alloc.
class Spread {
 public:
  /// `rows` rise; a row that was added twice with one hash is in there twice.
  using Use = std::function<void(unsigned worker, std::size_t partition,
                                 std::span<const std::uint32_t> rows)>;

  /// @param rows  about how many are added to a table; decides how many partitions there are
  Spread(std::size_t rows, const GroupingOptions& options);

  /// Forgets what was added, keeps the memory.
  void start(std::size_t tables);

  std::size_t partitions() const { return partitions_; }
  std::size_t partition_of(std::uint64_t hash) const {
    return static_cast<std::size_t>(hash >> 1U >> shift_);
  }

  void add(unsigned worker, std::size_t table, std::uint64_t hash, std::uint32_t row) {
    Added& added = added_[worker];
    Tail& tail = added.tails[table * partitions_ + partition_of(hash)];
    if (tail.count == Chunk::room) grow(added, tail);
    chunk(added, tail.chunk).entries[tail.count++] = hash << 32U | row;
  }

  /// Calls `use` for the rows of a table that share a hash, and perhaps for those of two hashes at
  /// once; otherwise as `cluster::each_group` does.
  Result<void> each_group(std::size_t table, const Use& use);

  /// The memory that so many rows take in one table.
  std::uint64_t bytes_of(std::uint64_t rows) const;

 private:
  struct Chunk {
    static constexpr std::uint32_t room = 127;
    std::uint64_t before;         // the chunk that was filled before
    std::uint64_t entries[room];  // the lower half of the hash, then the row
  };
  static_assert(sizeof(Chunk) == 1024);
  static constexpr std::uint32_t none = 0xffffffff;
  struct Tail {
    std::uint32_t chunk = none;
    std::uint32_t count = Chunk::room;  // in the last chunk
  };
  struct Added {  // by one worker
    Ground ground;
    std::vector<Chunk*> pieces;
    std::uint32_t chunks = 0;
    std::vector<Tail> tails;  // [table][partition]
    // Of the partition at hand.
    std::vector<std::uint64_t> gathered;
    std::vector<std::uint8_t> seen;
    std::vector<std::uint32_t> rows;
  };

  Chunk& chunk(const Added& added, std::uint32_t number) const {
    return added.pieces[number >> piece_bits_][number & ((1U << piece_bits_) - 1)];
  }
  void grow(Added& added, Tail& tail) const;
  void gather(std::size_t tail, std::vector<std::uint64_t>& out) const;

  const GroupingOptions options_;
  std::size_t partitions_;
  unsigned shift_;       // hash >> 1 >> shift is the partition
  unsigned piece_bits_;  // chunks that are taken at a time
  std::vector<Added> added_;
};

/// Calls `use(worker, partition, group)` for all rows that share a hash, group after group: each
/// group whole, its rows rising, groups of one partition one after another; different partitions on
/// different threads. Rows whose hash is 0 are left out, groups of one row too.
///
/// @param hash_of  the hash of a row; called once a round and for each group, from any thread.
/// @param begin    called with the partition before its groups, so that results can be kept by
///                 partition: that order does not depend on threads.
///
/// When the entries would take more than `memory_bytes`, the hashes are gone through in several
/// rounds, each with a share of the partitions.
Result<void> each_group(std::size_t rows, const GroupingOptions& options,
                        const std::function<std::uint64_t(std::uint32_t row)>& hash_of,
                        const std::function<void(std::size_t partitions)>& begin,
                        const Spread::Use& use);

}  // namespace csvm::cluster
