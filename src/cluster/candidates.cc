#include "candidates.h"

#include <algorithm>
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

/// Compares the rows of blocks. Threads: one per worker.
class BlockWorker {
 public:
  /// @param signatures  by index of `rows`; empty for companies
  BlockWorker(const Comparables::Store& store, const std::vector<std::uint32_t>& rows,
              std::span<const Signature> signatures, const ScoreContext& context, float lowest)
      : store_(store), rows_(rows), signatures_(signatures), context_(context), lowest_(lowest) {}

  void start(std::size_t family) { family_ = family; }

  // `group` holds indexes into (rows x keys). What is found may be added by a later call, or by
  // `finish`.
  void compare(std::span<const HashedRow> group, std::vector<ScoredPair>& out) {
    block_.clear();
    for (const HashedRow& entry : group) {
      const std::uint32_t at = entry.row / keys_a_family;
      if (block_.empty() || block_.back() != at) block_.push_back(at);
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
  void finish(std::vector<ScoredPair>& out) {
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
    for (const Pair& pair : pairs_) score(side_of(pair.a), side_of(pair.b), out);
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

  Side& side_of(std::uint32_t number) {
    Side& side = sides_[number];
    if (!batch_[number].is_filled) side.fill(store_, rows_[batch_[number].at]);
    batch_[number].is_filled = true;
    return side;
  }

  void compare_neighbours(std::vector<ScoredPair>& out) {
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

  // Whether an earlier family has compared the two: they share one of its keys, and so few rows
  // have it that its block was compared whole.
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

  void score(const Side& a, const Side& b, std::vector<ScoredPair>& out) const {
    const PairScore found = store_.type == columns::TableType::people
                                ? score_people(a, b, context_)
                                : score_companies(a, b, context_);
    if (found.veto || found.margin < lowest_) return;
    const std::uint32_t flags = (found.strong ? pair_is_strong : 0U) |
                                (found.initial ? pair_is_initial : 0U) |
                                (found.second_hand ? pair_is_listed_only : 0U);
    out.push_back({std::max(a.id, b.id), std::min(a.id, b.id), found.margin, flags});
  }

  const Comparables::Store& store_;
  const std::vector<std::uint32_t>& rows_;
  std::span<const Signature> signatures_;
  const ScoreContext& context_;
  float lowest_;
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

// Adds `found` to the sorted `pairs`; each pair stays once.
void add_sorted(std::vector<ScoredPair>& found, std::vector<ScoredPair>& pairs) {
  std::ranges::sort(found, by_rows);
  std::vector<ScoredPair> all;
  all.reserve(pairs.size() + found.size());
  std::ranges::merge(pairs, found, std::back_inserter(all), by_rows);
  pairs = std::move(all);
  const auto repeated = std::ranges::unique(pairs, same_rows);
  pairs.erase(repeated.begin(), repeated.end());
}

// How many families' keys are made in one pass over the rows: as many as fit into this.
constexpr std::uint64_t key_bytes = std::uint64_t{128} << 20;

std::size_t families_a_pass(std::size_t rows, std::size_t families, std::uint64_t memory_bytes) {
  const std::uint64_t one_family = (rows + 1) * keys_a_family * sizeof(std::uint64_t);
  const std::uint64_t most = memory_bytes == 0 ? key_bytes : std::min(key_bytes, memory_bytes / 8);
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(most / one_family, 1, families));
}

}  // namespace

Result<std::vector<ScoredPair>> find_pairs(const Comparables::Store& store,
                                           const std::vector<std::uint32_t>& rows,
                                           const ScoreContext& context, const Settings& settings) {
  constexpr std::size_t slice = 4096;
  const std::size_t slices = (rows.size() + slice - 1) / slice;
  const unsigned threads = std::max(1U, settings.threads);
  const std::size_t families = family_count(store.type);
  const std::size_t a_pass = families_a_pass(rows.size(), families, settings.memory_bytes);
  const std::size_t keys_of_family = rows.size() * keys_a_family;
  const auto keys = CSVM_TRY(store.space->array<std::uint64_t>(keys_of_family * a_pass));
  const auto signatures = CSVM_TRY(
      store.space->array<Signature>(store.type == columns::TableType::people ? rows.size() : 0));
  std::vector<BlockWorker> workers;
  for (unsigned i = 0; i < threads; ++i) {
    workers.emplace_back(store, rows, signatures, context, margin_of(settings.possible));
  }
  std::vector<Side> sides(threads);
  GroupingOptions options = grouping(settings, *store.space);
  if (!signatures.empty()) {
    options.ahead = [&](std::uint32_t at) { __builtin_prefetch(&signatures[at / keys_a_family]); };
  }
  std::vector<ScoredPair> pairs;
  for (std::size_t family = 0; family < families; ++family) {
    const std::size_t of_pass = family % a_pass;
    if (of_pass == 0) {
      const std::size_t last = std::min(families, family + a_pass);
      const auto make_keys = [&](unsigned worker, std::size_t index) -> Result<void> {
        const std::size_t end = std::min(rows.size(), (index + 1) * slice);
        Side& side = sides[worker];
        for (std::size_t i = index * slice; i < end; ++i) {
          side.fill(store, rows[i]);
          if (family == 0 && !signatures.empty()) signatures[i] = signature_of(side);
          for (std::size_t f = family; f < last; ++f) {
            std::uint64_t* const place =
                keys.data() + (f - family) * keys_of_family + i * keys_a_family;
            block_keys(store.type, f, side, context.frequencies, {place, keys_a_family});
          }
        }
        if (index % slices_a_trim == 0) store.space->trim();
        return {};
      };
      CSVM_CHECK(run_parallel(threads, slices, settings.stop, make_keys));
    }
    std::vector<std::vector<ScoredPair>> found(threads);
    for (BlockWorker& worker : workers) worker.start(family);
    const std::uint64_t* const family_keys = keys.data() + of_pass * keys_of_family;
    CSVM_CHECK(each_group(
        keys_of_family, options, [&](std::uint32_t at) { return family_keys[at]; },
        [](std::size_t) {},
        [&](unsigned worker, std::size_t, std::span<const HashedRow> group) {
          workers[worker].compare(group, found[worker]);
        }));
    for (unsigned i = 0; i < threads; ++i) {
      workers[i].finish(found[i]);
      add_sorted(found[i], pairs);
      found[i] = {};
    }
    if (settings.progress) {
      settings.progress(0.9 * static_cast<double>(family + 1) / static_cast<double>(families));
    }
  }
  return pairs;
}

}  // namespace csvm::cluster
