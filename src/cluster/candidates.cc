#include "candidates.h"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <utility>

#include "block_keys.h"
#include "groups.h"
#include "signature.h"

namespace csvm::cluster {
namespace {

// Blocks up to this size are compared whole; in larger ones a row meets so many neighbours.
constexpr std::size_t whole_block = 24;
constexpr std::size_t window = 7;
constexpr std::size_t large_block = 128;
constexpr std::size_t few_neighbours = 4;

// So many rows are fetched at a time: they are asked for before they are read.
constexpr std::size_t rows_a_batch = 64;

// There are millions: growing must not copy them.
using FoundPairs = Pieces<ScoredPair>;

/// Compares the rows of blocks. Threads: one per worker.
class BlockWorker {
 public:
  /// @param signatures  by index of `rows`; empty for companies
  BlockWorker(const Comparables::Store& store, const std::vector<std::uint32_t>& rows,
              std::span<const Signature> signatures, const ScoreContext& context)
      : store_(store), rows_(rows), signatures_(signatures), context_(context) {}

  void start(std::size_t family) { family_ = family; }

  // `group` holds indexes into `rows`. What is found may be added by a later call, or by
  // `finish`.
  void compare(std::span<const std::uint32_t> group, FoundPairs& out) {
    block_.clear();
    for (const std::uint32_t row : group) {
      if (block_.empty() || block_.back() != row) block_.push_back(row);
    }
    if (block_.size() < 2) return;
    if (block_.size() > whole_block) {
      compare_neighbours(out);
      return;
    }
    const std::size_t first = batch_.size();
    for (const std::uint32_t at : block_) batch_.push_back({at, false});
    bool any = false;
    for (std::size_t i = 1; i < block_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (are_others(block_[i], block_[j])) continue;
        pairs_.push_back(
            {static_cast<std::uint32_t>(first + i), static_cast<std::uint32_t>(first + j)});
        batch_[first + i].is_needed = batch_[first + j].is_needed = any = true;
      }
    }
    if (!any) {
      batch_.resize(first);
      return;
    }
    for (std::size_t i = first; i < batch_.size(); ++i) {
      if (!batch_[i].is_needed) continue;
      const FuzzyRow& row = row_at(batch_[i].at);
      __builtin_prefetch(&row);
      __builtin_prefetch(reinterpret_cast<const char*>(&row + 1) - 1);
    }
    if (batch_.size() >= rows_a_batch) finish(out);
  }

  // Compares what was put off.
  void finish(FoundPairs& out) {
    std::size_t kept = 0;
    for (const Pair& pair : pairs_) {
      const FuzzyRow& a = row_at(batch_[pair.a].at);
      const FuzzyRow& b = row_at(batch_[pair.b].at);
      if (have_met(a, b)) continue;
      for (const FuzzyRow* row : {&a, &b}) {
        __builtin_prefetch(row->text);
        __builtin_prefetch(row->text + 64);
      }
      pairs_[kept++] = pair;
    }
    pairs_.resize(kept);
    if (sides_.size() < batch_.size()) sides_.resize(batch_.size());
    for (const Pair& pair : pairs_) {
      fill_side(pair.a);
      fill_side(pair.b);
    }
    for (const Pair& pair : pairs_) score(sides_[pair.a], sides_[pair.b], out);
    pairs_.clear();
    batch_.clear();
  }

 private:
  struct Fetched {
    std::uint32_t at;  // index into `rows_`
    bool is_needed;
    bool is_filled = false;
  };
  struct Pair {
    std::uint32_t a, b;  // indexes into `batch_`
  };

  const FuzzyRow& row_at(std::uint32_t at) const { return store_.fuzzy[rows_[at]]; }

  bool are_others(std::uint32_t a, std::uint32_t b) const {
    return !signatures_.empty() && tell_apart(signatures_[a], signatures_[b]);
  }

  void fill_side(std::uint32_t number) {
    if (std::exchange(batch_[number].is_filled, true)) return;
    Side& side = sides_[number];
    side.fill(store_, rows_[batch_[number].at]);
    context_.frequencies.ask_for(Kind::company, side.company_hash);
    context_.frequencies.ask_for(Kind::site, side.row->site);
    if (!side.family.empty()) {
      context_.frequencies.ask_for(Kind::family, side.family.words[side.family.count - 1].hash);
    }
  }

  void compare_neighbours(FoundPairs& out) {
    sort_block();
    const std::size_t neighbours = block_.size() > large_block ? few_neighbours : window;
    const std::size_t kept = neighbours + 1;
    if (neighbours_.size() < kept) neighbours_.resize(kept);
    for (std::size_t i = 0; i < block_.size(); ++i) {
      Side& side = neighbours_[i % kept];
      side.fill(store_, rows_[block_[i]]);
      for (std::size_t j = i > neighbours ? i - neighbours : 0; j < i; ++j) {
        if (are_others(block_[i], block_[j])) continue;
        const Side& other = neighbours_[j % kept];
        if (!have_met(*side.row, *other.row)) score(side, other, out);
      }
    }
  }

  void sort_block() {
    struct Entry {
      std::uint64_t prefix;
      std::uint32_t at;
    };
    std::vector<Entry> entries;
    entries.reserve(block_.size());
    for (const std::uint32_t at : block_) {
      Parts parts;
      unpack(row_at(at).text, part_count, parts);
      const std::string_view text =
          parts[Part::family].empty() ? parts[Part::company] : parts[Part::family];
      std::uint64_t prefix = 0;
      for (std::size_t i = 0; i < sizeof prefix; ++i) {
        prefix = prefix << 8U | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
      }
      entries.push_back({prefix, at});
    }
    std::ranges::sort(entries, [this](const Entry& a, const Entry& b) {
      return a.prefix != b.prefix ? a.prefix < b.prefix : before(rows_[a.at], rows_[b.at]);
    });
    for (std::size_t i = 0; i < entries.size(); ++i) block_[i] = entries[i].at;
  }

  // By text, then by what cannot be seen there: the order of the rows decides nothing.
  bool before(std::uint32_t a, std::uint32_t b) const {
    Parts x;
    Parts y;
    unpack(store_.fuzzy[a].text, part_count, x);
    unpack(store_.fuzzy[b].text, part_count, y);
    for (const Part part : {Part::family, Part::given, Part::company, Part::place, Part::label}) {
      if (x[part] != y[part]) return x[part] < y[part];
    }
    const FuzzyRow& mine = store_.fuzzy[a];
    const FuzzyRow& theirs = store_.fuzzy[b];
    if (mine.profile != theirs.profile) return mine.profile < theirs.profile;
    if (mine.work != theirs.work) return mine.work < theirs.work;
    if (mine.phone != theirs.phone) return mine.phone < theirs.phone;
    return a < b;
  }

  // Whether the block of another family compares the two: they share one of its keys, and so few
  // rows have it that its block was compared whole.
  bool have_met(const FuzzyRow& a, const FuzzyRow& b) const {
    const auto met = [this](Kind kind, std::uint64_t mine, std::uint64_t theirs) {
      return mine != 0 && mine == theirs && context_.frequencies.count(kind, mine) <= whole_block;
    };
    if (store_.type == columns::TableType::company) {
      return (family_ > 0 && met(Kind::site, a.site, b.site)) ||
             (family_ > 1 && met(Kind::mailbox, a.profile, b.profile)) ||
             (family_ > 1 && met(Kind::phone, a.phone, b.phone));
    }
    return (family_ > 0 && met(Kind::mailbox, a.profile, b.profile)) ||
           (family_ > 1 && met(Kind::mailbox, a.personal, b.personal)) ||
           (family_ > 1 && (a.flags & work_is_role) == 0 && met(Kind::mailbox, a.work, b.work));
  }

  void score(const Side& a, const Side& b, FoundPairs& out) const {
    const PairScore found = store_.type == columns::TableType::people
                                ? score_people(a, b, context_)
                                : score_companies(a, b, context_);
    if (found.veto || found.margin < context_.lowest) return;
    const std::uint32_t flags = (found.strong ? pair_is_strong : 0U) |
                                (found.initial ? pair_is_initial : 0U) |
                                (found.second_hand ? pair_is_listed_only : 0U);
    out.push() = {std::max(a.id, b.id), std::min(a.id, b.id), found.margin, flags};
  }

  const Comparables::Store& store_;
  const std::vector<std::uint32_t>& rows_;
  std::span<const Signature> signatures_;
  const ScoreContext& context_;
  std::size_t family_ = 0;
  std::vector<std::uint32_t> block_;  // indexes into `rows_`
  std::vector<Fetched> batch_;
  std::vector<Pair> pairs_;       // of `batch_`, put off
  std::vector<Side> sides_;       // of `batch_`
  std::vector<Side> neighbours_;  // of a large block, in turn
};

}  // namespace

namespace {

bool by_rows(const ScoredPair& a, const ScoredPair& b) {
  return a.row != b.row ? a.row < b.row : a.with < b.with;
}
bool same_rows(const ScoredPair& a, const ScoredPair& b) {
  return a.row == b.row && a.with == b.with;
}

// What all workers found, sorted, each pair once; `found` is emptied.
Result<std::vector<ScoredPair>> sorted_once(std::vector<FoundPairs>& found, std::size_t rows,
                                            const GroupingOptions& options) {
  std::size_t count = 0;
  for (const FoundPairs& some : found) count += some.size();
  std::vector<ScoredPair> pairs(count);
  // Spread over ranges of rows, which are then sorted side by side.
  constexpr unsigned most_ranges = 256;
  const auto shift = static_cast<unsigned>(std::bit_width(rows / most_ranges));
  std::vector<std::size_t> ends((rows >> shift) + 2);
  for (const FoundPairs& some : found) {
    for (std::size_t i = 0; i < some.size(); ++i) ++ends[(some[i].row >> shift) + 1];
  }
  for (std::size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  for (FoundPairs& some : found) {
    for (std::size_t i = 0; i < some.size(); ++i) pairs[ends[some[i].row >> shift]++] = some[i];
    some = {};
  }
  // Each range now ends where it says, and begins where the one before ends.
  std::vector<std::size_t> kept(ends.size() - 1);
  const auto begin_of = [&](std::size_t range) { return range == 0 ? 0 : ends[range - 1]; };
  CSVM_CHECK(run_parallel(
      options.threads, kept.size(), options.stop, [&](unsigned, std::size_t range) -> Result<void> {
        const std::span some =
            std::span(pairs).subspan(begin_of(range), ends[range] - begin_of(range));
        std::ranges::sort(some, by_rows);
        kept[range] =
            static_cast<std::size_t>(std::ranges::unique(some, same_rows).begin() - some.begin());
        return {};
      }));
  std::size_t end = 0;
  for (std::size_t range = 0; range < kept.size(); ++range) {
    const auto from = pairs.begin() + static_cast<std::ptrdiff_t>(begin_of(range));
    std::copy_n(from, kept[range], pairs.begin() + static_cast<std::ptrdiff_t>(end));
    end += kept[range];
  }
  pairs.resize(end);
  return pairs;
}

/// A part of one family's keys: those that fall on some of the partitions.
struct Share {
  std::size_t family;
  std::size_t first, end;  // partitions
  std::uint64_t bytes;     // that its entries take, about
};

// Keys of so many bytes are made in one pass over the rows.
constexpr std::uint64_t key_bytes = std::uint64_t{272} << 20;
constexpr std::size_t sampled_rows = 4096;

/// Spreads the rows by their keys, as many families in a pass as memory allows.
class KeyMaker {
 public:
  KeyMaker(const Comparables::Store& store, const std::vector<std::uint32_t>& rows,
           std::span<Signature> signatures, const Frequencies& frequencies,
           const Settings& settings, const GroupingOptions& options)
      : store_(store),
        rows_(rows),
        signatures_(signatures),
        frequencies_(frequencies),
        settings_(settings),
        sides_(options.threads),
        spread_(rows.size(), options) {
    plan();
  }

  std::size_t shares() const { return shares_.size(); }
  std::size_t family_of(std::size_t share) const { return shares_[share].family; }

  /// Calls `use` for the groups of a share; in order.
  Result<void> each_group(std::size_t share, const Spread::Use& use) {
    if (share == end_) CSVM_CHECK(make_keys());
    return spread_.each_group(share - first_, use);
  }

 private:
  // How many keys the rows have is seen from some of them.
  void plan() {
    const std::size_t step = rows_.size() / sampled_rows + 1;
    const std::size_t families = family_count(store_.type);
    std::vector<std::uint64_t> keys(families);
    std::array<std::uint64_t, keys_a_family> of_row;
    for (std::size_t i = 0; i < rows_.size(); i += step) {
      sides_[0].fill(store_, rows_[i]);
      for (std::size_t family = 0; family < families; ++family) {
        block_keys(store_.type, family, sides_[0], frequencies_, of_row);
        keys[family] += keys_a_family - static_cast<std::size_t>(std::ranges::count(of_row, 0U));
      }
    }
    for (std::size_t family = 0; family < families; ++family) {
      const std::uint64_t bytes = spread_.bytes_of(keys[family] * step);
      const std::size_t parts =
          std::min<std::size_t>(std::bit_ceil(bytes / most_bytes() + 1), spread_.partitions());
      const std::size_t each = spread_.partitions() / parts;
      for (std::size_t part = 0; part < parts; ++part) {
        shares_.push_back({family, part * each, (part + 1) * each, bytes / parts});
      }
    }
    // Large ones first, small ones into what they leave: fewer passes. Parts of a family stay side
    // by side.
    std::ranges::stable_sort(shares_, std::ranges::greater(), &Share::bytes);
    std::vector<Share> left = std::exchange(shares_, {});
    while (!left.empty()) {
      std::uint64_t bytes = 0;
      const auto is_later = [&](const Share& share) {
        const bool fits = bytes == 0 || bytes + share.bytes <= most_bytes();
        if (fits) {
          bytes += share.bytes;
          shares_.push_back(share);
        }
        return !fits;
      };
      std::vector<Share> later;
      std::ranges::copy_if(left, std::back_inserter(later), is_later);
      left = std::move(later);
      pass_ends_.push_back(shares_.size());
    }
  }

  std::uint64_t most_bytes() const {
    return settings_.memory_bytes == 0 ? key_bytes
                                       : std::min(key_bytes, settings_.memory_bytes / 4 + 1);
  }

  // The keys of the next pass.
  Result<void> make_keys() {
    first_ = end_;
    end_ = *std::ranges::upper_bound(pass_ends_, first_);
    spread_.start(end_ - first_);
    constexpr std::size_t slice = 4096;
    return run_parallel(static_cast<unsigned>(sides_.size()), (rows_.size() + slice - 1) / slice,
                        settings_.stop, [&](unsigned worker, std::size_t index) -> Result<void> {
                          const std::size_t end = std::min(rows_.size(), (index + 1) * slice);
                          for (std::size_t i = index * slice; i < end; ++i) {
                            add_row(worker, static_cast<std::uint32_t>(i));
                          }
                          if (index % slices_a_trim == 0) store_.space->trim();
                          return {};
                        });
  }

  void add_row(unsigned worker, std::uint32_t at) {
    Side& side = sides_[worker];
    side.fill(store_, rows_[at]);
    if (first_ == 0 && !signatures_.empty()) signatures_[at] = signature_of(side);
    std::array<std::uint64_t, keys_a_family> keys;
    for (std::size_t share = first_; share < end_; ++share) {
      const Share& wanted = shares_[share];
      const bool is_next_part = share > first_ && shares_[share - 1].family == wanted.family;
      if (!is_next_part) block_keys(store_.type, wanted.family, side, frequencies_, keys);
      for (const std::uint64_t key : keys) {
        const std::size_t partition = spread_.partition_of(key);
        if (key == 0 || partition < wanted.first || partition >= wanted.end) continue;
        spread_.add(worker, share - first_, key, at);
      }
    }
  }

  const Comparables::Store& store_;
  const std::vector<std::uint32_t>& rows_;
  std::span<Signature> signatures_;
  const Frequencies& frequencies_;
  const Settings& settings_;
  std::vector<Side> sides_;  // [worker]
  Spread spread_;
  std::vector<Share> shares_;           // pass after pass
  std::vector<std::size_t> pass_ends_;  // index of the share behind each pass
  std::size_t first_ = 0, end_ = 0;     // shares whose keys are made
};

// What each worker finds is added to `found`. The keys and signatures are gone at the end: what
// follows needs their memory.
Result<void> compare_blocks(const Comparables::Store& store, const std::vector<std::uint32_t>& rows,
                            const ScoreContext& context, const Settings& settings,
                            GroupingOptions options, std::vector<FoundPairs>& found) {
  const auto signatures = CSVM_TRY(
      store.space->array<Signature>(store.type == columns::TableType::people ? rows.size() : 0));
  if (!signatures.empty()) {
    options.ahead = [&](std::uint32_t at) { __builtin_prefetch(&signatures[at]); };
  }
  std::vector<BlockWorker> workers;
  for (unsigned i = 0; i < options.threads; ++i) {
    workers.emplace_back(store, rows, signatures, context);
  }
  KeyMaker keys(store, rows, signatures, context.frequencies, settings, options);
  for (std::size_t share = 0; share < keys.shares(); ++share) {
    for (BlockWorker& worker : workers) worker.start(keys.family_of(share));
    CSVM_CHECK(keys.each_group(
        share, [&](unsigned worker, std::size_t, std::span<const std::uint32_t> group) {
          workers[worker].compare(group, found[worker]);
        }));
    for (std::size_t i = 0; i < workers.size(); ++i) workers[i].finish(found[i]);
    if (settings.progress) {
      settings.progress(0.9 * static_cast<double>(share + 1) / static_cast<double>(keys.shares()));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<ScoredPair>> find_pairs(const Comparables::Store& store,
                                           const std::vector<std::uint32_t>& rows,
                                           ScoreContext context, const Settings& settings) {
  context.lowest = margin_of(settings.possible);
  GroupingOptions options = grouping(settings, *store.space);
  std::vector<FoundPairs> found(options.threads);
  CSVM_CHECK(compare_blocks(store, rows, context, settings, options, found));
  return sorted_once(found, store.rows, options);
}

}  // namespace csvm::cluster
