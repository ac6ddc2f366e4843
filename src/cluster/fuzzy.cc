// Fuzzy mode: count how common each value is, fold rows that say the same into one, compare
// candidates, and join.
#include "fuzzy.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "candidates.h"
#include "groups.h"
#include "join.h"
#include "score.h"
#include "weights.h"

namespace csvm::cluster {
namespace {

constexpr std::size_t slice_rows = 4096;
constexpr std::size_t rows_a_link_task = 65536;

void count_row(const Comparables::Store& store, std::uint32_t row, Side& side,
               Frequencies::Tally& frequencies) {
  side.fill(store, row);
  const FuzzyRow& values = *side.row;
  if (!side.given.empty()) frequencies.add(Kind::given, side.given.words[0].hash);
  for (const HashedWord& word : side.family.all()) frequencies.add(Kind::family, word.hash);
  for (const HashedWord& word : side.place.get().all())
    frequencies.add(Kind::place_word, word.hash);
  frequencies.add(Kind::company, side.company_hash);
  if (store.type == columns::TableType::company) {
    for (const HashedWord& word : side.company.get().all()) {
      frequencies.add(Kind::company_word, word.hash);
    }
  } else {
    for (const HashedWord& word : side.company.get().all()) {
      frequencies.add(Kind::company_word, word.hash);
    }
    if (side.work_domain != values.site) frequencies.add(Kind::site, side.work_domain);
    frequencies.add(Kind::mailbox, values.work);
    frequencies.add(Kind::mailbox, values.personal);
    frequencies.add(Kind::birth, values.birth);
  }
  frequencies.add(Kind::site, values.site);
  frequencies.add(Kind::mailbox, values.profile);
  frequencies.add(Kind::mailbox, side.other_id);
  frequencies.add(Kind::phone, values.phone);
}

// Of everything that is compared: rows that share it are compared once.
std::uint64_t content_of(const Side& side) {
  const FuzzyRow& row = *side.row;
  const char* const begin = row.text;
  const std::string_view last = side.parts.text.back();
  std::uint64_t hash =
      hash_of({begin, static_cast<std::size_t>(last.data() + last.size() - begin)});
  for (const std::uint64_t value :
       {row.key, row.profile, row.site, row.work, row.personal, row.phone,
        std::uint64_t{row.birth} << 32 | std::uint64_t{row.year} << 16 |
            std::uint64_t{row.generation} << 8 | row.flags}) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
  }
  return hash == 0 ? 1 : hash;
}

// Counts how common each value is; `contents` gets the content of every row.
Result<std::shared_ptr<const Frequencies>> count(const Comparables::Store& store,
                                                 const Settings& settings,
                                                 std::span<std::uint64_t> contents) {
  auto frequencies = std::make_shared<Frequencies>(store.rows);
  const unsigned threads = std::max(1U, settings.threads);
  std::vector<Side> sides(threads);
  std::vector<std::unique_ptr<Frequencies::Tally>> tallies;
  for (unsigned i = 0; i < threads; ++i) {
    tallies.push_back(std::make_unique<Frequencies::Tally>(*frequencies));
  }
  CSVM_CHECK(run_parallel(threads, (store.rows + slice_rows - 1) / slice_rows, settings.stop,
                          [&](unsigned worker, std::size_t index) -> Result<void> {
                            const std::size_t end = std::min(store.rows, (index + 1) * slice_rows);
                            for (std::size_t at = index * slice_rows; at < end; ++at) {
                              const auto row = static_cast<std::uint32_t>(at);
                              count_row(store, row, sides[worker], *tallies[worker]);
                              contents[at] = content_of(sides[worker]);
                            }
                            if (index % slices_a_trim == 0) store.space->trim();
                            return {};
                          }));
  tallies.clear();
  return std::shared_ptr<const Frequencies>(std::move(frequencies));
}

class Matching {
 public:
  Matching(const Comparables::Store& store, const Settings& settings,
           bytes::ScratchArray<std::uint64_t> contents)
      : store_(store),
        settings_(settings),
        contents_(std::move(contents)),
        context_(context_for(store)),
        line_(margin_of(settings.threshold)),
        sides_(std::max(1U, settings.threads)) {
    context_.lowest = std::min(context_.lowest, margin_of(settings.possible));
  }

  Result<Clusters> run() {
    CSVM_CHECK(fold_equal_rows());
    const std::vector<ScoredPair> pairs = CSVM_TRY(find_pairs(store_, rows_, context_, settings_));
    const bool people = store_.type == columns::TableType::people;
    JoinInput input;
    input.count = store_.rows;
    input.line = line_;
    input.least_mean = people ? weights::least_mean_people : weights::least_mean_companies;
    input.threads = threads();
    input.stop = settings_.stop;
    input.score = [this](unsigned worker, std::uint32_t a, std::uint32_t b) {
      return score_of(worker, a, b);
    };
    input.content = [this](std::uint32_t row) { return contents_[row]; };
    input.has_initial = [this](unsigned worker, std::uint32_t row) {
      Side& side = sides_[worker].a;
      side.fill(store_, row);
      const auto is_initial = [](const auto& words) {
        return !words.empty() && words.words[0].text.size() == 1;
      };
      return is_initial(side.given) || is_initial(side.family);
    };
    const std::vector<std::uint32_t> joined = CSVM_TRY(join_pairs(pairs, input));
    Clusters clusters;
    clusters.of_row.resize(store_.rows);
    // The cluster is named by its first row, and a folded row stands behind its twin.
    for (std::uint32_t row = 0; row < store_.rows; ++row) {
      clusters.of_row[row] = joined[twin_[row]];
    }
    CSVM_CHECK(link(pairs, clusters));
    list_possible(pairs, clusters);
    if (settings_.progress) settings_.progress(1);
    return clusters;
  }

 private:
  // Rows that say the same are one if they say enough: `twin_` is the first of them.
  Result<void> fold_equal_rows() {
    twin_.resize(store_.rows);
    std::iota(twin_.begin(), twin_.end(), 0U);
    const GroupingOptions options = grouping(settings_, *store_.space);
    CSVM_CHECK(each_group(
        store_.rows, options, [&](std::uint32_t row) { return contents_[row]; }, [](std::size_t) {},
        [&](unsigned worker, std::size_t, std::span<const std::uint32_t> group) {
          Side& side = sides_[worker].a;
          side.fill(store_, group.front());
          const PairScore alone = score_pair(store_, side, side, context_);
          if (alone.veto || alone.second_hand || alone.margin < line_) return;
          for (const std::uint32_t row : group) twin_[row] = group.front();
        }));
    rows_.reserve(store_.rows);
    for (std::uint32_t row = 0; row < store_.rows; ++row) {
      if (twin_[row] == row) rows_.push_back(row);
    }
    return {};
  }

  // Each row that is not first: the best pair with an earlier row of its cluster.
  Result<void> link(const std::vector<ScoredPair>& pairs, Clusters& clusters) {
    const std::size_t tasks = (store_.rows + rows_a_link_task - 1) / rows_a_link_task;
    std::vector<std::vector<Link>> links(tasks);
    CSVM_CHECK(run_parallel(
        threads(), tasks, settings_.stop, [&](unsigned worker, std::size_t task) -> Result<void> {
          const std::size_t begin = task * rows_a_link_task;
          const std::size_t end = std::min(store_.rows, begin + rows_a_link_task);
          auto pair = std::ranges::lower_bound(pairs, begin, {}, &ScoredPair::row);
          for (auto row = static_cast<std::uint32_t>(begin); row < end; ++row) {
            const ScoredPair* best = nullptr;
            for (; pair != pairs.end() && pair->row == row; ++pair) {
              if (clusters.of_row[pair->with] != clusters.of_row[row]) continue;
              if (best == nullptr || pair->margin > best->margin) best = &*pair;
            }
            if (clusters.of_row[row] == row) continue;
            std::uint32_t with = twin_[row] != row ? twin_[row] : clusters.of_row[row];
            float margin = 0;
            if (twin_[row] == row && best != nullptr) {
              with = best->with;
              margin = best->margin;
            } else {
              margin = score_of(worker, row, with).margin;
            }
            links[task].push_back({row, with, points(margin), 0});
          }
          return {};
        }));
    for (const auto& some : links) {
      clusters.links.insert(clusters.links.end(), some.begin(), some.end());
    }
    return {};
  }

  PairScore score_of(unsigned worker, std::uint32_t a, std::uint32_t b) {
    auto& [mine, theirs] = sides_[worker];
    mine.fill(store_, a);
    theirs.fill(store_, b);
    return score_pair(store_, mine, theirs, context_);
  }
  unsigned threads() const { return static_cast<unsigned>(sides_.size()); }

  // Of two clusters the best pair.
  void list_possible(const std::vector<ScoredPair>& pairs, Clusters& clusters) const {
    struct Apart {
      std::uint64_t clusters;  // the later one, then the other
      std::uint32_t pair;
    };
    std::vector<Apart> apart;
    for (std::uint32_t i = 0; i < pairs.size(); ++i) {
      const std::uint32_t a = clusters.of_row[pairs[i].row];
      const std::uint32_t b = clusters.of_row[pairs[i].with];
      if (a != b) apart.push_back({std::uint64_t{std::max(a, b)} << 32U | std::min(a, b), i});
    }
    std::ranges::sort(apart, [](const Apart& a, const Apart& b) {
      return a.clusters != b.clusters ? a.clusters < b.clusters : a.pair < b.pair;
    });
    for (std::size_t i = 0; i < apart.size();) {
      const ScoredPair* best = &pairs[apart[i].pair];
      for (const std::uint64_t both = apart[i].clusters;
           ++i < apart.size() && apart[i].clusters == both;) {
        const ScoredPair& pair = pairs[apart[i].pair];
        if (pair.margin > best->margin) best = &pair;
      }
      clusters.possible.push_back({best->row, best->with, points(best->margin), 0});
    }
    std::ranges::sort(clusters.possible, [](const Link& a, const Link& b) {
      return a.row != b.row ? a.row < b.row : a.with < b.with;
    });
  }

  const Comparables::Store& store_;
  const Settings& settings_;
  bytes::ScratchArray<std::uint64_t> contents_;  // [row]
  ScoreContext context_;
  float line_;
  std::vector<std::uint32_t> twin_;  // [row]: the first row that says the same
  std::vector<std::uint32_t> rows_;  // those that are their own twin
  struct Sides {
    Side a, b;
  };
  std::vector<Sides> sides_;  // [worker]
};

}  // namespace

PairScore score_pair(const Comparables::Store& store, const Side& a, const Side& b,
                     const ScoreContext& context) {
  return store.type == columns::TableType::people ? score_people(a, b, context)
                                                  : score_companies(a, b, context);
}

ScoreContext context_for(const Comparables::Store& store) {
  ScoreContext context{*store.frequencies};
  context.has_name = store.has_name;
  context.has_company = store.has_company;
  return context;
}

Result<Clusters> match_fuzzy(const Comparables::Store& store, const Settings& settings) {
  auto contents = CSVM_TRY(store.space->array<std::uint64_t>(store.rows));
  store.frequencies = CSVM_TRY(count(store, settings, contents));
  return Matching(store, settings, std::move(contents)).run();
}

}  // namespace csvm::cluster
