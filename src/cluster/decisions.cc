#include "decisions.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace csvm::cluster {
namespace {

// A link's row is always the later one, so that one pass in order finds all clusters.
void follow_links(Clusters& clusters) {
  auto link = clusters.links.begin();
  for (std::uint32_t row = 0; row < clusters.of_row.size(); ++row) {
    clusters.of_row[row] = row;
    if (link == clusters.links.end() || link->row != row) continue;
    clusters.of_row[row] = clusters.of_row[link->with];
    ++link;
  }
}

// The clusters while some of them are put together, by their first rows.
class Roots {
 public:
  explicit Roots(const std::vector<std::uint32_t>& of_row) : of_row_(of_row) {}

  std::uint32_t of(std::uint32_t row) const {
    std::uint32_t root = of_row_[row];
    for (auto next = joined_.find(root); next != joined_.end(); next = joined_.find(root)) {
      root = next->second;
    }
    return root;
  }
  void join(std::uint32_t later, std::uint32_t first) { joined_[later] = first; }

 private:
  const std::vector<std::uint32_t>& of_row_;
  std::unordered_map<std::uint32_t, std::uint32_t> joined_;
};

bool are_apart(const std::vector<Decision>& decisions, const Roots& roots, std::uint32_t a,
               std::uint32_t b) {
  return std::ranges::any_of(decisions, [&](const Decision& decision) {
    if (decision.together) return false;
    const auto found = std::minmax({roots.of(decision.row), roots.of(decision.with)});
    return found == std::minmax({a, b});
  });
}

void take_apart(const std::vector<Decision>& decisions, Clusters& clusters) {
  for (const Decision& decision : decisions) {
    if (decision.together || clusters.of_row[decision.row] != clusters.of_row[decision.with]) {
      continue;
    }
    const std::uint32_t later = std::max(decision.row, decision.with);
    const auto link = std::ranges::lower_bound(clusters.links, later, {}, &Link::row);
    if (link == clusters.links.end() || link->row != later) continue;  // the pair is one row
    clusters.links.erase(link);
    follow_links(clusters);
  }
}

void put_together(const std::vector<Decision>& decisions, Clusters& clusters) {
  Roots roots(clusters.of_row);
  std::vector<Link> more;
  for (const Decision& decision : decisions) {
    if (!decision.together) continue;
    const std::uint32_t a = roots.of(decision.row);
    const std::uint32_t b = roots.of(decision.with);
    if (a == b || are_apart(decisions, roots, a, b)) continue;
    const auto [first, later] = std::minmax(a, b);
    const std::uint32_t other = roots.of(decision.row) == first ? decision.row : decision.with;
    more.push_back({later, other < later ? other : first, 100, decided});
    roots.join(later, first);
  }
  if (more.empty()) return;
  clusters.links.insert(clusters.links.end(), more.begin(), more.end());
  std::ranges::sort(clusters.links, {}, &Link::row);
  follow_links(clusters);
}

}  // namespace

void decide(const std::vector<Decision>& decisions, Clusters& clusters) {
  if (decisions.empty()) return;
  take_apart(decisions, clusters);
  put_together(decisions, clusters);
  const Roots roots(clusters.of_row);
  std::erase_if(clusters.possible, [&](const Link& pair) {
    const std::uint32_t a = roots.of(pair.row);
    const std::uint32_t b = roots.of(pair.with);
    return a == b || are_apart(decisions, roots, a, b);
  });
}

}  // namespace csvm::cluster
