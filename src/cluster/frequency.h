// frequency.h - how much a shared value says: rare values much, common ones little.
#pragma once

#include <array>
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
/// Threads: `Tally` and `bits` from any thread, but not both at once.
class Frequencies {
 public:
  /// Throws std::bad_alloc.
  explicit Frequencies(std::size_t rows);

  /// Counts for one thread. What was seen last is gathered here before it is added: threads that
  /// add to one place in turn, as for a country that every row names, would wait for each other,
  /// and the memory of a rare value is asked for ahead. Complete once it is gone.
  class Tally {
   public:
    explicit Tally(Frequencies& frequencies) : frequencies_(frequencies) {}
    Tally(const Tally&) = delete;
    Tally& operator=(const Tally&) = delete;
    ~Tally() {
      for (const Seen& seen : seen_) frequencies_.add(seen.place, seen.count);
    }

    void add(Kind kind, std::uint64_t hash) {
      if (hash == 0) return;
      const auto place = static_cast<std::uint32_t>(frequencies_.place(kind, hash));
      Seen& seen = seen_[place % seen_.size()];
      if (seen.place != place) {
        frequencies_.add(seen.place, seen.count);
        __builtin_prefetch(&frequencies_.counts_[place], 1);
        seen = {place, 0};
      }
      ++seen.count;
    }

   private:
    struct Seen {
      std::uint32_t place = 0;
      std::uint32_t count = 0;
    };
    Frequencies& frequencies_;
    std::array<Seen, 1024> seen_{};
  };

  std::uint32_t count(Kind kind, std::uint64_t hash) const { return counts_[place(kind, hash)]; }
  /// Asks for the memory of a count that will be looked at.
  void ask_for(Kind kind, std::uint64_t hash) const {
    __builtin_prefetch(&counts_[place(kind, hash)]);
  }
  /// @param background  share of rows anywhere that have the value
  float bits(Kind kind, std::uint64_t hash, float background) const;

  /// What must be outweighed: of so many rows, one that is looked at is the same by chance.
  float prior() const { return prior_; }

 private:
  void add(std::size_t place, std::uint32_t count) {
    if (count == 0) return;
    std::atomic_ref(counts_[place]).fetch_add(count, std::memory_order_relaxed);
  }
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
