// csvm/merge.h - the records of one cluster -> one record, and where each of its values came from.
// The only public header of module `merge`.
//
//   cluster::Clusters, cleaned rows --> Accumulator --> pipeline --> output
//
// Decides which value wins, nothing else: which rows belong together is `cluster`'s.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "csvm/base.h"

namespace csvm::merge {

/// Which of several non-empty values of a column survives. Always: a non-empty value over an
/// empty one, then the file the user ranked higher, then the rule.
enum class Survivor {
  most_complete,  // of the record with more filled cells, then the longer value, then the first
  first,          // of the first record
  longest,        // the longest, then the first
  most_frequent,  // the most frequent, then the first
  newest_file,    // of the newest file, then the first record of it
};
std::string_view to_string(Survivor rule);
std::optional<Survivor> survivor_named(std::string_view name);

/// One record of a cluster.
struct Member {
  std::span<const std::string_view> values;  // one per column; empty where there is none
  std::uint32_t rank = 0;                    // of its file by the user's word: 0 is best
  std::int64_t file_time = 0;                // of its file: higher is newer
};

/// Text that stays where it is until `clear()`; the memory is kept for the next round.
class Arena {
 public:
  std::string_view store(std::string_view text);
  void clear();

 private:
  std::vector<std::vector<char>> chunks_;
  std::size_t chunk_ = 0;  // the one being filled
  std::size_t used_ = 0;   // bytes of it
};

/// Merges the records of one cluster at a time, in row order.
///
/// Memory: keeps copies of values that lead, not of records; a cluster of a million rows costs
/// little (`most_frequent` keeps the distinct values).
/// Threads: one per accumulator.
class Accumulator {
 public:
  /// @param columns  number of columns of every member.
  Accumulator(Survivor rule, std::size_t columns);

  /// Forgets the last cluster.
  void start();

  /// The next record of the cluster. `member.values` are copied where they lead.
  void add(const Member& member);

  /// The surviving values, after the last `add`; valid until `start()`.
  std::span<const std::string_view> values();

  /// Which member (counted from 0) each value came from; meaningless where the value is empty.
  std::span<const std::uint32_t> origins() const { return origins_; }

  /// Cells that the cluster's base record (its most complete one under `most_complete`, else its
  /// first) left empty and that another record filled.
  std::uint64_t filled();

  /// Columns in which two records had different non-empty values.
  std::uint64_t conflicts() const { return conflicts_; }

 private:
  struct Lead {
    std::uint32_t rank = 0;
    std::int64_t order = 0;   // of the rule: higher wins
    std::uint64_t bytes = 0;  // second key of most_complete
    bool conflict = false;
  };
  struct Tally {
    std::uint32_t count = 0;
    std::uint32_t first_member = 0;
    std::uint32_t rank = 0;
  };

  bool wins(const Lead& challenger, const Lead& holder) const;
  void settle_most_frequent();

  Survivor rule_;
  std::vector<std::string_view> values_;
  std::vector<std::uint32_t> origins_;
  std::vector<Lead> leads_;
  std::vector<std::unordered_map<std::string_view, Tally>> tallies_;  // most_frequent only
  std::vector<bool> base_filled_;
  std::uint64_t base_order_ = 0;  // filled cells of the base record
  std::uint32_t members_ = 0;
  std::uint64_t conflicts_ = 0;
  Arena arena_;
};

}  // namespace csvm::merge
