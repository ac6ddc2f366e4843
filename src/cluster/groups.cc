#include "groups.h"

#include <algorithm>
#include <bit>

namespace csvm::cluster {
namespace {

constexpr std::size_t rows_a_partition = 1024;
constexpr std::size_t most_partitions = std::size_t{1} << 14;
// More entries than fit into this are made and sorted in several rounds.
constexpr std::uint64_t most_entry_bytes = std::uint64_t{128} << 20;
// Groups reach for rows anywhere, and what was trimmed must be mapped anew page by page: oftener
// than this would cost more than the matching.
constexpr std::size_t trims_a_round = 8;
// Rows that are added by one task.
constexpr std::size_t rows_a_slice = 16384;
// From so many rows on memory is taken in large pieces: a mapping is dear.
constexpr std::size_t many_rows = 200'000;

// Bits of a hash by which rows that are alone are told from others: the counts fit into the cache.
constexpr unsigned most_seen_bits = 15;

bool same_hash(std::uint64_t a, std::uint64_t b) { return (a ^ b) >> 32U == 0; }

// Most rows are alone with their hash: those that no other shares a few bits with need not be
// sorted. `seen` is scratch.
void drop_lonely(std::vector<std::uint64_t>& entries, std::vector<std::uint8_t>& seen) {
  const auto bits = static_cast<unsigned>(std::bit_width(entries.size() * 4 + 1));
  const auto place_of = [shift = 64 - std::min(bits, most_seen_bits)](std::uint64_t entry) {
    return static_cast<std::size_t>(entry >> shift);
  };
  seen.assign(std::size_t{1} << std::min(bits, most_seen_bits), 0);
  for (const std::uint64_t entry : entries) {
    std::uint8_t& count = seen[place_of(entry)];
    count = static_cast<std::uint8_t>(count + 1 - (count >> 1U));  // up to 2
  }
  std::size_t kept = 0;
  for (const std::uint64_t entry : entries) {
    entries[kept] = entry;
    kept += seen[place_of(entry)] >> 1U;
  }
  entries.resize(kept);
}

// Drops the rows that are alone, then hands out the groups; memory is asked for ahead of its use.
// `entries` are sorted.
template <class Use>
void use_groups(std::span<std::uint64_t> entries, std::vector<std::uint32_t>& rows,
                const GroupingOptions& options, const Use& use) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool alone = (i == 0 || !same_hash(entries[i - 1], entries[i])) &&
                       (i + 1 == entries.size() || !same_hash(entries[i + 1], entries[i]));
    if (!alone) entries[kept++] = entries[i];
  }
  if (rows.size() < kept) rows.resize(kept);
  for (std::size_t i = 0; i < kept; ++i) rows[i] = static_cast<std::uint32_t>(entries[i]);
  constexpr std::size_t far = 24;
  std::size_t asked = 0;
  for (std::size_t first = 0; first < kept;) {
    std::size_t end = first + 1;
    while (end < kept && same_hash(entries[end], entries[first])) ++end;
    if (options.ahead) {
      for (; asked < std::min(kept, end + far); ++asked) options.ahead(rows[asked]);
    }
    use(std::span<const std::uint32_t>(rows).subspan(first, end - first));
    first = end;
  }
}

// Calls `use` for those of `rows` that share a hash in all its bits.
template <class HashOf, class Use>
void use_exactly(std::span<const std::uint32_t> rows, const HashOf& hash_of, const Use& use) {
  const auto has = [&](std::uint64_t hash) {
    return [&hash_of, hash](std::uint32_t row) { return hash_of(row) == hash; };
  };
  if (std::ranges::all_of(rows, has(hash_of(rows.front())))) {
    use(rows);
    return;
  }
  std::vector<std::uint32_t> left(rows.begin(), rows.end());
  while (!left.empty()) {
    const auto others = std::ranges::stable_partition(left, has(hash_of(left.front())));
    const auto same = static_cast<std::size_t>(others.begin() - left.begin());
    if (same > 1) use(std::span<const std::uint32_t>(left).first(same));
    left.erase(left.begin(), others.begin());
  }
}

}  // namespace

GroupingOptions grouping(const Settings& settings, bytes::Scratch& scratch) {
  GroupingOptions options;
  options.threads = std::max(1U, settings.threads);
  options.memory_bytes = settings.memory_bytes == 0
                             ? most_entry_bytes
                             : std::min(most_entry_bytes, settings.memory_bytes / 8 + 1);
  options.stop = settings.stop;
  options.scratch = &scratch;
  return options;
}

Spread::Spread(std::size_t rows, const GroupingOptions& options)
    : options_(options),
      partitions_(
          std::bit_ceil(std::clamp<std::size_t>(rows / rows_a_partition, 1, most_partitions))),
      shift_(63 - static_cast<unsigned>(std::countr_zero(partitions_))),
      piece_bits_(rows < many_rows ? 6 : 12),
      added_(std::max(1U, options.threads)) {
  if (options_.scratch == nullptr) return;
  for (Added& added : added_) added.ground.lie_in(*options_.scratch);
}

void Spread::start(std::size_t tables) {
  for (Added& added : added_) {
    added.chunks = 0;
    added.tails.assign(tables * partitions_, {});
  }
}

std::uint64_t Spread::bytes_of(std::uint64_t rows) const {
  // Of each partition's last chunk half is empty.
  return rows * sizeof(std::uint64_t) + partitions_ * added_.size() * sizeof(Chunk) / 2;
}

void Spread::grow(Added& added, Tail& tail) const {
  if (added.chunks == added.pieces.size() << piece_bits_) {
    added.pieces.push_back(
        reinterpret_cast<Chunk*>(added.ground.take(sizeof(Chunk) << piece_bits_)));
  }
  const std::uint32_t number = added.chunks++;
  chunk(added, number).before = tail.chunk;
  tail = {number, 0};
}

void Spread::gather(std::size_t tail, std::vector<std::uint64_t>& out) const {
  out.clear();
  for (const Added& added : added_) {
    std::uint32_t count = added.tails[tail].count;
    for (std::uint32_t number = added.tails[tail].chunk; number != none;) {
      const Chunk& from = chunk(added, number);
      out.insert(out.end(), from.entries, from.entries + count);
      number = static_cast<std::uint32_t>(from.before);
      count = Chunk::room;
    }
  }
}

Result<void> Spread::each_group(std::size_t table, const Use& use) {
  return run_parallel(
      options_.threads, partitions_, options_.stop,
      [&](unsigned worker, std::size_t partition) -> Result<void> {
        Added& added = added_[worker];
        gather(table * partitions_ + partition, added.gathered);
        drop_lonely(added.gathered, added.seen);
        std::ranges::sort(added.gathered);
        use_groups(added.gathered, added.rows, options_,
                   [&](std::span<const std::uint32_t> rows) { use(worker, partition, rows); });
        const bool trims = partition % (partitions_ / trims_a_round + 1) == 0;
        if (trims && options_.scratch != nullptr) options_.scratch->trim();
        return {};
      });
}

Result<void> each_group(std::size_t rows, const GroupingOptions& options,
                        const std::function<std::uint64_t(std::uint32_t row)>& hash_of,
                        const std::function<void(std::size_t partitions)>& begin,
                        const Spread::Use& use) {
  Spread spread(rows, options);
  const std::size_t partitions = spread.partitions();
  std::size_t rounds = 1;
  if (options.memory_bytes > 0) {
    const std::uint64_t wanted = spread.bytes_of(rows) / options.memory_bytes + 1;
    rounds = std::min<std::size_t>(std::bit_ceil(static_cast<std::size_t>(wanted)), partitions);
  }
  begin(partitions);
  const std::size_t slices = (rows + rows_a_slice - 1) / rows_a_slice;
  for (std::size_t round = 0; round < rounds; ++round) {
    const std::size_t first = round * (partitions / rounds);
    const std::size_t end = first + partitions / rounds;
    spread.start(1);
    CSVM_CHECK(run_parallel(options.threads, slices, options.stop,
                            [&](unsigned worker, std::size_t slice) -> Result<void> {
                              const std::size_t last = std::min(rows, (slice + 1) * rows_a_slice);
                              for (std::size_t at = slice * rows_a_slice; at < last; ++at) {
                                const auto row = static_cast<std::uint32_t>(at);
                                const std::uint64_t hash = hash_of(row);
                                if (hash == 0) continue;
                                const std::size_t partition = spread.partition_of(hash);
                                if (partition >= first && partition < end) {
                                  spread.add(worker, 0, hash, row);
                                }
                              }
                              return {};
                            }));
    CSVM_CHECK(spread.each_group(
        0, [&](unsigned worker, std::size_t partition, std::span<const std::uint32_t> group) {
          use_exactly(group, hash_of,
                      [&](std::span<const std::uint32_t> same) { use(worker, partition, same); });
        }));
  }
  return {};
}

}  // namespace csvm::cluster
