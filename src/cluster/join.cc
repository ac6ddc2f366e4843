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

class ClusterJoiner {
 public:
  ClusterJoiner(const std::vector<ScoredPair>& pairs, const JoinInput& input)
      : pairs_(pairs),
        input_(input),
        root_(input.count),
        next_(input.count, none),
        last_(input.count) {
    std::iota(root_.begin(), root_.end(), 0U);
    std::iota(last_.begin(), last_.end(), 0U);
  }

  std::vector<std::uint32_t> run() {
    for (const std::uint32_t index : order()) {
      const ScoredPair& pair = pairs_[index];
      const std::uint32_t a = root(pair.row);
      const std::uint32_t b = root(pair.with);
      if (a == b || !agree(a, b, (pair.flags & pair_is_strong) != 0)) continue;
      const std::uint32_t first = std::min(a, b);
      const std::uint32_t later = std::max(a, b);
      root_[later] = first;
      next_[last_[first]] = later;
      last_[first] = last_[later];
    }
    for (std::uint32_t row = 0; row < root_.size(); ++row) root_[row] = root(row);
    return std::move(root_);
  }

 private:
  static constexpr std::uint32_t none = 0xffffffff;

  // A row with an initial, and one it may belong to.
  struct Guess {
    std::uint32_t initial, whole, pair;
  };

  std::uint32_t root(std::uint32_t row) {
    while (root_[row] != row) {
      root_[row] = root_[root_[row]];
      row = root_[row];
    }
    return row;
  }

  // The pairs that may be joined, best first.
  std::vector<std::uint32_t> order() const {
    std::vector<std::uint32_t> initials;
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < pairs_.size(); ++i) {
      if ((pairs_[i].flags & (pair_is_initial | pair_is_strong)) == pair_is_initial) {
        initials.push_back(i);
      } else if (pairs_[i].margin >= input_.line && (pairs_[i].flags & pair_is_listed_only) == 0) {
        order.push_back(i);
      }
    }
    add_clear_initials(initials, order);
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
  void add_clear_initials(const std::vector<std::uint32_t>& initials,
                          std::vector<std::uint32_t>& order) const {
    std::vector<Guess> guesses;
    for (const std::uint32_t i : initials) {
      const ScoredPair& pair = pairs_[i];
      if (input_.has_initial(pair.row)) guesses.push_back({pair.row, pair.with, i});
      if (input_.has_initial(pair.with)) guesses.push_back({pair.with, pair.row, i});
    }
    std::ranges::sort(guesses, [](const Guess& a, const Guess& b) {
      return a.initial != b.initial ? a.initial < b.initial : a.pair < b.pair;
    });
    std::vector<std::uint32_t> unclear;
    for (std::size_t from = 0; from < guesses.size();) {
      std::size_t to = from;
      while (to < guesses.size() && guesses[to].initial == guesses[from].initial) ++to;
      const bool clear = to - from <= compared_initials &&
                         are_one(std::span<const Guess>(guesses.data() + from, to - from));
      if (!clear) {
        for (std::size_t i = from; i < to; ++i) unclear.push_back(guesses[i].pair);
      }
      from = to;
    }
    std::ranges::sort(unclear);
    for (const std::uint32_t i : initials) {
      if (pairs_[i].margin < input_.line || (pairs_[i].flags & pair_is_listed_only) != 0) continue;
      if (!std::ranges::binary_search(unclear, i)) order.push_back(i);
    }
  }

  bool are_one(std::span<const Guess> guesses) const {
    for (std::size_t i = 0; i < guesses.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const PairScore found = input_.score(guesses[i].whole, guesses[j].whole);
        if (found.veto || (found.margin < -most_say && !found.strong)) return false;
      }
    }
    return true;
  }

  bool agree(std::uint32_t a, std::uint32_t b, bool strong) const {
    if (next_[a] == none && next_[b] == none) return true;  // the pair itself
    float sum = 0;
    std::size_t count = 0;
    std::size_t same_names = 0;
    std::size_t other_names = 0;
    std::size_t rows = 0;
    for (std::uint32_t x = a; x != none && rows < compared_rows; x = next_[x], ++rows) {
      std::size_t others = 0;
      for (std::uint32_t y = b; y != none && others < compared_rows; y = next_[y], ++others) {
        const PairScore found = input_.score(x, y);
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
  std::vector<std::uint32_t> root_;
  std::vector<std::uint32_t> next_;  // members of a cluster, from its root
  std::vector<std::uint32_t> last_;
};

}  // namespace

std::vector<std::uint32_t> join_pairs(const std::vector<ScoredPair>& pairs,
                                      const JoinInput& input) {
  return ClusterJoiner(pairs, input).run();
}

}  // namespace csvm::cluster
