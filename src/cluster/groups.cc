#include "groups.h"

#include <algorithm>
#include <bit>

namespace csvm::cluster {
namespace {

constexpr std::size_t rows_a_partition = 1024;
// More entries than fit into this are made and sorted in several rounds.
// Groups reach for rows anywhere, and what was trimmed must be mapped anew page by page: oftener
// than this would cost more than the matching.
constexpr std::size_t trims_a_round = 8;
constexpr std::uint64_t most_entry_bytes = std::uint64_t{128} << 20;

/// Where one round's entries go: partition by the hash's highest bits.
struct Round {
  unsigned shift;          // hash >> shift is the partition
  std::size_t first;       // partition of the round
  std::size_t partitions;  // of the round

  // Index within the round, or `partitions` when the hash is another round's.
  std::size_t index(std::uint64_t hash) const {
    const std::size_t partition = shift >= 64 ? 0 : static_cast<std::size_t>(hash >> shift);
    return partition >= first && partition < first + partitions ? partition - first : partitions;
  }
};

// Drops the rows that are alone, then hands out the groups; memory is asked for ahead of its use.
template <class Use>
void use_groups(std::span<HashedRow> entries, const GroupingOptions& options, const Use& use) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool alone = (i == 0 || entries[i - 1].hash != entries[i].hash) &&
                       (i + 1 == entries.size() || entries[i + 1].hash != entries[i].hash);
    if (!alone) entries[kept++] = entries[i];
  }
  constexpr std::size_t far = 24;
  std::size_t asked = 0;
  for (std::size_t first = 0; first < kept;) {
    std::size_t end = first + 1;
    while (end < kept && entries[end].hash == entries[first].hash) ++end;
    if (options.ahead) {
      for (; asked < std::min(kept, end + far); ++asked) options.ahead(entries[asked].row);
    }
    use(entries.subspan(first, end - first));
    first = end;
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

Result<void> each_group(std::size_t rows, const GroupingOptions& options,
                        const std::function<std::uint64_t(std::uint32_t row)>& hash_of,
                        const std::function<void(std::size_t partitions)>& begin,
                        const std::function<void(unsigned worker, std::size_t partition,
                                                 std::span<const HashedRow> group)>& use) {
  const std::size_t all_partitions =
      std::bit_ceil(std::clamp<std::size_t>(rows / rows_a_partition, 1, std::size_t{1} << 14));
  std::size_t rounds = 1;
  if (options.memory_bytes > 0) {
    const std::uint64_t wanted = rows * sizeof(HashedRow) / options.memory_bytes + 1;
    rounds = std::min<std::size_t>(std::bit_ceil(static_cast<std::size_t>(wanted)), all_partitions);
  }
  begin(all_partitions);
  if (rows == 0) return {};

  const unsigned bits = static_cast<unsigned>(std::countr_zero(all_partitions));
  const std::size_t slices = options.threads == 0 ? 1 : options.threads;
  const std::size_t slice_rows = (rows + slices - 1) / slices;
  std::vector<HashedRow> entries;
  std::vector<std::vector<std::size_t>> places(slices);  // [slice][partition]

  for (std::size_t round = 0; round < rounds; ++round) {
    const std::size_t partitions = all_partitions / rounds;
    const Round part{64 - bits, round * partitions, partitions};
    const auto each_row = [&](std::size_t slice, const auto& visit) {
      const std::size_t end = std::min(rows, (slice + 1) * slice_rows);
      for (std::size_t row = slice * slice_rows; row < end; ++row) {
        const std::uint64_t hash = hash_of(static_cast<std::uint32_t>(row));
        if (hash == 0) continue;
        const std::size_t index = part.index(hash);
        if (index < partitions) visit(index, HashedRow{hash, static_cast<std::uint32_t>(row)});
      }
    };
    CSVM_CHECK(run_parallel(
        options.threads, slices, options.stop, [&](unsigned, std::size_t slice) -> Result<void> {
          places[slice].assign(partitions, 0);
          each_row(slice, [&](std::size_t index, const HashedRow&) { ++places[slice][index]; });
          return {};
        }));
    std::vector<std::size_t> begins(partitions + 1);
    std::size_t total = 0;
    for (std::size_t index = 0; index < partitions; ++index) {
      begins[index] = total;
      for (auto& place : places) {
        const std::size_t count = place[index];
        place[index] = total;
        total += count;
      }
    }
    begins[partitions] = total;
    if (entries.size() < total) entries.resize(total);
    CSVM_CHECK(run_parallel(options.threads, slices, options.stop,
                            [&](unsigned, std::size_t slice) -> Result<void> {
                              each_row(slice, [&](std::size_t index, const HashedRow& entry) {
                                entries[places[slice][index]++] = entry;
                              });
                              return {};
                            }));
    CSVM_CHECK(run_parallel(
        options.threads, partitions, options.stop,
        [&](unsigned worker, std::size_t index) -> Result<void> {
          const auto from = entries.begin() + static_cast<std::ptrdiff_t>(begins[index]);
          const auto to = entries.begin() + static_cast<std::ptrdiff_t>(begins[index + 1]);
          std::sort(from, to, [](const HashedRow& a, const HashedRow& b) {
            return a.hash != b.hash ? a.hash < b.hash : a.row < b.row;
          });
          use_groups({from, to}, options, [&](std::span<const HashedRow> group) {
            use(worker, part.first + index, group);
          });
          const bool trims = index % (partitions / trims_a_round + 1) == 0;
          if (trims && options.scratch != nullptr) options.scratch->trim();
          return {};
        }));
  }
  return {};
}

}  // namespace csvm::cluster
