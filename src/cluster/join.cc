#include "join.h"

#include <algorithm>
#include <numeric>
#include <span>

namespace csvm::cluster {
namespace {

// Of each cluster so many rows are compared with the other cluster's.
constexpr std::size_t compared_rows = 32;
// Margins are cut to this before their mean is taken: one pair does not outvote the rest.
constexpr float most_say = 8;
constexpr std::size_t compared_initials = 8;
// So many pairs of one name outvote one pair with other first names.
constexpr std::size_t outvoting = 2;

// Components that one task joins.
constexpr std::size_t components_a_task = 4096;
constexpr std::size_t rows_a_task = 65536;

class ClusterJoiner {
 public:
  ClusterJoiner(const std::vector<ScoredPair>& pairs, const JoinInput& input)
      : pairs_(pairs),
        input_(input),
        root_(input.count),
        next_(input.count, none),
        last_(input.count) {
    std::iota(root_.begin(), root_.end(), 0U);
  }

  // No pair leads out of a component, so that each is joined by itself: on any thread, and with
  // little to sort.
  Result<std::vector<std::uint32_t>> run() {
    find_components();
    std::iota(root_.begin(), root_.end(), 0U);
    std::iota(last_.begin(), last_.end(), 0U);
    const std::size_t components = begins_.size() - 1;
    CSVM_CHECK(run_parallel(
        input_.threads, (components + components_a_task - 1) / components_a_task, input_.stop,
        [&](unsigned worker, std::size_t task) -> Result<void> {
          const std::size_t end = std::min(components, (task + 1) * components_a_task);
          for (std::size_t i = task * components_a_task; i < end; ++i) {
            join(worker, std::span(grouped_).subspan(begins_[i], begins_[i + 1] - begins_[i]));
          }
          return {};
        }));
    std::vector<std::uint32_t>& clusters = last_;
    CSVM_CHECK(run_parallel(input_.threads, (root_.size() + rows_a_task - 1) / rows_a_task,
                            input_.stop, [&](unsigned, std::size_t task) -> Result<void> {
                              const std::size_t end =
                                  std::min(root_.size(), (task + 1) * rows_a_task);
                              for (std::size_t row = task * rows_a_task; row < end; ++row) {
                                auto root = static_cast<std::uint32_t>(row);
                                while (root_[root] != root) root = root_[root];
                                clusters[row] = root;
                              }
                              return {};
                            }));
    return std::move(clusters);
  }

 private:
  static constexpr std::uint32_t none = 0xffffffff;

  // A row with an initial, and one it may belong to.
  struct Guess {
    std::uint32_t initial, whole, pair;
  };

  bool is_guess(const ScoredPair& pair) const {
    return (pair.flags & (pair_is_initial | pair_is_strong)) == pair_is_initial;
  }
  bool may_join(const ScoredPair& pair) const {
    return pair.margin >= input_.line && (pair.flags & pair_is_listed_only) == 0;
  }

  // Fills `grouped_` with the pairs that joining looks at, component after component.
  void find_components() {
    std::size_t count = 0;
    for (const ScoredPair& pair : pairs_) {
      if (!is_guess(pair) && !may_join(pair)) continue;
      ++count;
      const std::uint32_t a = root(pair.row);
      const std::uint32_t b = root(pair.with);
      root_[std::max(a, b)] = std::min(a, b);
    }
    std::vector<std::uint32_t>& places = last_;  // [root]: where its next pair goes
    std::ranges::fill(places, 0U);
    for (const ScoredPair& pair : pairs_) {
      if (is_guess(pair) || may_join(pair)) ++places[root(pair.row)];
    }
    begins_.push_back(0);
    for (std::uint32_t& place : places) {
      const std::uint32_t pairs = place;
      place = begins_.back();
      if (pairs != 0) begins_.push_back(place + pairs);
    }
    grouped_.resize(count);
    for (std::uint32_t i = 0; i < pairs_.size(); ++i) {
      if (is_guess(pairs_[i]) || may_join(pairs_[i])) grouped_[places[root(pairs_[i].row)]++] = i;
    }
  }

  void join(unsigned worker, std::span<const std::uint32_t> component) {
    for (const std::uint32_t index : order(worker, component)) {
      const ScoredPair& pair = pairs_[index];
      const std::uint32_t a = root(pair.row);
      const std::uint32_t b = root(pair.with);
      if (a == b || !agree(worker, a, b, (pair.flags & pair_is_strong) != 0)) continue;
      const std::uint32_t first = std::min(a, b);
      const std::uint32_t later = std::max(a, b);
      root_[later] = first;
      next_[last_[first]] = later;
      last_[first] = last_[later];
    }
  }

  std::uint32_t root(std::uint32_t row) {
    while (root_[row] != row) {
      root_[row] = root_[root_[row]];
      row = root_[row];
    }
    return row;
  }

  // The pairs of a component that may be joined, best first.
  std::vector<std::uint32_t> order(unsigned worker,
                                   std::span<const std::uint32_t> component) const {
    std::vector<std::uint32_t> initials;
    std::vector<std::uint32_t> order;
    for (const std::uint32_t i : component) (is_guess(pairs_[i]) ? initials : order).push_back(i);
    add_clear_initials(worker, initials, order);
    struct Rank {
      std::uint64_t high, low;
    };
    const auto rank = [this](std::uint32_t i) {
      const std::uint64_t a = input_.content(pairs_[i].row);
      const std::uint64_t b = input_.content(pairs_[i].with);
      return Rank{std::max(a, b), std::min(a, b)};
    };
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
      const ScoredPair& x = pairs_[a];
      const ScoredPair& y = pairs_[b];
      if (x.margin != y.margin) return x.margin > y.margin;
      const Rank mine = rank(a);
      const Rank theirs = rank(b);
      if (mine.high != theirs.high) return mine.high < theirs.high;
      if (mine.low != theirs.low) return mine.low < theirs.low;
      return a < b;
    });
    return order;
  }

  // Of the pairs that agree by an initial, those whose row has no two candidates that are different
  // people.
  void add_clear_initials(unsigned worker, const std::vector<std::uint32_t>& initials,
                          std::vector<std::uint32_t>& order) const {
    if (initials.empty()) return;
    std::vector<Guess> guesses;
    for (const std::uint32_t i : initials) {
      const ScoredPair& pair = pairs_[i];
      if (input_.has_initial(worker, pair.row)) guesses.push_back({pair.row, pair.with, i});
      if (input_.has_initial(worker, pair.with)) guesses.push_back({pair.with, pair.row, i});
    }
    std::ranges::sort(guesses, [](const Guess& a, const Guess& b) {
      return a.initial != b.initial ? a.initial < b.initial : a.pair < b.pair;
    });
    std::vector<std::uint32_t> unclear;
    for (std::size_t from = 0; from < guesses.size();) {
      std::size_t to = from;
      while (to < guesses.size() && guesses[to].initial == guesses[from].initial) ++to;
      const bool clear = to - from <= compared_initials &&
                         are_one(worker, std::span<const Guess>(guesses.data() + from, to - from));
      if (!clear) {
        for (std::size_t i = from; i < to; ++i) unclear.push_back(guesses[i].pair);
      }
      from = to;
    }
    std::ranges::sort(unclear);
    for (const std::uint32_t i : initials) {
      if (may_join(pairs_[i]) && !std::ranges::binary_search(unclear, i)) order.push_back(i);
    }
  }

  bool are_one(unsigned worker, std::span<const Guess> guesses) const {
    for (std::size_t i = 0; i < guesses.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const PairScore found = input_.score(worker, guesses[i].whole, guesses[j].whole);
        if (found.veto || (found.margin < -most_say && !found.strong)) return false;
      }
    }
    return true;
  }

  bool agree(unsigned worker, std::uint32_t a, std::uint32_t b, bool strong) const {
    if (next_[a] == none && next_[b] == none) return true;  // the pair itself
    float sum = 0;
    std::size_t count = 0;
    std::size_t same_names = 0;
    std::size_t other_names = 0;
    std::size_t rows = 0;
    for (std::uint32_t x = a; x != none && rows < compared_rows; x = next_[x], ++rows) {
      std::size_t others = 0;
      for (std::uint32_t y = b; y != none && others < compared_rows; y = next_[y], ++others) {
        const PairScore found = input_.score(worker, x, y);
        if ((found.veto && !found.by_first_name) || (found.apart && !strong)) return false;
        (found.veto ? other_names : same_names) += found.veto || found.same_name ? 1 : 0;
        sum += std::clamp(found.margin, -most_say, most_say);
        ++count;
      }
    }
    if (same_names < outvoting * other_names) return false;
    return strong || sum / static_cast<float>(count) >= input_.least_mean;
  }

  const std::vector<ScoredPair>& pairs_;
  const JoinInput& input_;
  std::vector<std::uint32_t> grouped_;  // indexes of pairs, by component
  std::vector<std::uint32_t> begins_;   // of the components in `grouped_`, and the end
  std::vector<std::uint32_t> root_;     // first of the components, then of the clusters
  std::vector<std::uint32_t> next_;     // members of a cluster, from its root
  std::vector<std::uint32_t> last_;
};

}  // namespace

Result<std::vector<std::uint32_t>> join_pairs(const std::vector<ScoredPair>& pairs,
                                              const JoinInput& input) {
  return ClusterJoiner(pairs, input).run();
}

}  // namespace csvm::cluster
