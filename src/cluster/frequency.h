// frequency.h - how much a shared value says: rare values much, common ones little.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "csvm/bytes.h"

namespace csvm::cluster {

/// Values of different kinds are counted apart.
enum class Kind : std::uint64_t {
  given = 1,
  family,
  company_word,
  company,
  place_word,
  site,
  phone,
  birth,
  mailbox,
};

/// Counts values by hash and turns a count into bits of evidence: log2(1 / share of the rows that
/// have the value). A few thousand imagined rows are added, so that a small file, in which every
/// name is rare, does not make "Smith" a rare name.
///
/// Threads: `add` and `bits` from any thread, but not both at once.
class Frequencies {
 public:
  /// Throws std::bad_alloc.
  explicit Frequencies(std::size_t rows);

  void add(Kind kind, std::uint64_t hash) {
    if (hash == 0) return;
    std::atomic_ref(counts_[place(kind, hash)]).fetch_add(1, std::memory_order_relaxed);
  }
  std::uint32_t count(Kind kind, std::uint64_t hash) const { return counts_[place(kind, hash)]; }
  /// @param background  share of rows anywhere that have the value
  float bits(Kind kind, std::uint64_t hash, float background) const;

  /// What must be outweighed: of so many rows, one that is looked at is the same by chance.
  float prior() const { return prior_; }

 private:
  std::size_t place(Kind kind, std::uint64_t hash) const {
    const std::uint64_t mixed =
        (hash ^ (static_cast<std::uint64_t>(kind) * 0x9E3779B97F4A7C15ULL)) * 0xD1342543DE82EF95ULL;
    return static_cast<std::size_t>(mixed >> shift_);
  }
  bytes::Scratch memory_{0};  // no part of any bound: it is looked at all the time
  bytes::ScratchArray<std::uint32_t> counts_;
  unsigned shift_;
  float rows_bits_;  // log2 of the rows
  float prior_;
};

}  // namespace csvm::cluster
