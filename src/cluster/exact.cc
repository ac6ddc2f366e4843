// Exact mode: rows with equal keys are one, then clusters that share a strong identifier are
// joined as long as no two names in them contradict.
#include "exact.h"

#include <algorithm>
#include <unordered_map>

#include "groups.h"
#include "names_agree.h"

namespace csvm::cluster {
namespace {

// An identifier that more different names than this share is a company's or a mistake: then only
// equal names are joined by it.
constexpr std::size_t most_names = 48;

/// Rows of each group that lie in two clusters or more, kept by partition.
struct SharedRows {
  std::vector<std::vector<std::uint32_t>> rows;  // [partition]: count, rows, count, rows ...
};

class Joiner {
 public:
  Joiner(const Comparables::Store& store, Clusters& clusters)
      : store_(store), clusters_(clusters), evidence_(store.rows, Link{0, 0, 100, same_key}) {}

  void join_keys(std::span<const std::uint32_t> group) {
    for (std::size_t i = 0; i < group.size(); ++i) {
      const std::uint64_t high = store_.exact[group[i]].key_high;
      std::size_t first = 0;
      while (store_.exact[group[first]].key_high != high) ++first;
      clusters_.of_row[group[i]] = group[first];
    }
  }

  // After the keys: `of_row` is a forest whose roots are the first rows of clusters.
  void join_shared(std::span<const std::uint32_t> rows, ExactReason reason) {
    candidates_.clear();
    for (const std::uint32_t row : rows) {
      const std::uint32_t cluster = root(row);
      if (std::ranges::find(candidates_, cluster, &Candidate::cluster) != candidates_.end()) {
        continue;
      }
      candidates_.push_back({cluster, row});
      if (candidates_.size() > most_names) break;
    }
    if (candidates_.size() > most_names) {
      join_equal_names(rows, reason);
      return;
    }
    if (candidates_.size() < 2) return;
    // By content, so that the order of the rows decides nothing.
    std::ranges::sort(candidates_, [this](const Candidate& a, const Candidate& b) {
      return content_before(a.row, b.row);
    });
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const std::uint32_t mine = root(candidates_[i].cluster);
        const std::uint32_t theirs = root(candidates_[j].cluster);
        if (mine == theirs || !agree(mine, theirs)) continue;
        join(mine, theirs, candidates_[i].row, candidates_[j].row, reason);
        break;
      }
    }
  }

  std::uint32_t root(std::uint32_t row) {
    auto& of_row = clusters_.of_row;
    while (of_row[row] != row) {
      of_row[row] = of_row[of_row[row]];
      row = of_row[row];
    }
    return row;
  }

  // Each row points at the first of its cluster; the links say why.
  void finish() {
    auto& of_row = clusters_.of_row;
    std::vector<std::uint32_t> key_first(of_row.size());
    std::uint64_t joined = 0;
    for (std::uint32_t row = 0; row < of_row.size(); ++row) {
      key_first[row] = of_row[row];
      of_row[row] = root(row);
      joined += of_row[row] != row ? 1 : 0;
    }
    clusters_.links.reserve(joined);
    for (std::uint32_t row = 0; row < of_row.size(); ++row) {
      if (of_row[row] == row) continue;
      Link link = evidence_[row];
      link.row = row;
      if (link.evidence == same_key) link.with = key_first[row];
      if (link.with >= row) link.with = of_row[row];
      clusters_.links.push_back(link);
    }
  }

 private:
  struct Candidate {
    std::uint32_t cluster;
    std::uint32_t row;  // one that has the identifier
  };

  NameView name_of(std::uint32_t row) const {
    Parts parts;
    unpack(store_.exact[row].name, exact_parts, parts);
    const std::string_view tail = parts[Part::alias];
    return {parts[Part::given], parts[Part::family], tail.substr(1),
            static_cast<std::uint8_t>(tail.front() - '0')};
  }

  bool content_before(std::uint32_t a, std::uint32_t b) const {
    const NameView mine = name_of(a);
    const NameView theirs = name_of(b);
    if (mine.family != theirs.family) return mine.family < theirs.family;
    if (mine.given != theirs.given) return mine.given < theirs.given;
    if (mine.generation != theirs.generation) return mine.generation < theirs.generation;
    const ExactRow& x = store_.exact[a];
    const ExactRow& y = store_.exact[b];
    if (x.key_low != y.key_low) return x.key_low < y.key_low;
    return a < b;
  }

  static bool same(const NameView& a, const NameView& b) {
    return a.given == b.given && a.family == b.family && a.generation == b.generation;
  }

  std::span<const std::uint32_t> names(const std::uint32_t& cluster) const {
    const auto found = names_.find(cluster);
    if (found != names_.end()) return found->second;
    return {&cluster, 1};
  }

  bool agree(std::uint32_t a, std::uint32_t b) const {
    for (const std::uint32_t x : names(a)) {
      for (const std::uint32_t y : names(b)) {
        if (contradict(name_of(x), name_of(y))) return false;
      }
    }
    return true;
  }

  void join(std::uint32_t a, std::uint32_t b, std::uint32_t row_a, std::uint32_t row_b,
            ExactReason reason) {
    const std::uint32_t first = std::min(a, b);
    const std::uint32_t later = std::max(a, b);
    std::vector<std::uint32_t> all(names(first).begin(), names(first).end());
    for (const std::uint32_t row : names(later)) {
      const NameView name = name_of(row);
      const bool known =
          std::ranges::any_of(all, [&](std::uint32_t other) { return same(name, name_of(other)); });
      if (!known) all.push_back(row);
    }
    names_.erase(later);
    if (all.size() > 1 || all.front() != first) names_[first] = std::move(all);
    clusters_.of_row[later] = first;
    evidence_[later] = Link{later, first == a ? row_a : row_b, 100, reason};
  }

  void join_equal_names(std::span<const std::uint32_t> rows, ExactReason reason) {
    std::unordered_map<std::string, std::uint32_t> first_of;
    for (const std::uint32_t row : rows) {
      const NameView name = name_of(row);
      std::string text(name.given);
      text += '\x1f';
      text += name.family;
      text += static_cast<char>('0' + name.generation);
      const auto [place, is_new] = first_of.emplace(std::move(text), row);
      if (is_new) continue;
      const std::uint32_t mine = root(row);
      const std::uint32_t theirs = root(place->second);
      if (mine != theirs && agree(mine, theirs)) join(mine, theirs, row, place->second, reason);
    }
  }

  const Comparables::Store& store_;
  Clusters& clusters_;
  std::vector<Link> evidence_;  // [first row of a key group]: why it was joined to another one
  std::vector<Candidate> candidates_;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> names_;  // rows with the names
};

}  // namespace

Result<Clusters> match_exact(const Comparables::Store& store, const Settings& settings) {
  Clusters clusters;
  clusters.of_row.resize(store.rows);
  for (std::uint32_t row = 0; row < store.rows; ++row) clusters.of_row[row] = row;
  Joiner joiner(store, clusters);
  const GroupingOptions options = grouping(settings, *store.space);

  CSVM_CHECK(each_group(
      store.rows, options, [&](std::uint32_t row) { return store.exact[row].key_low; },
      [](std::size_t) {},
      [&](unsigned, std::size_t, std::span<const std::uint32_t> group) {
        joiner.join_keys(group);
      }));
  if (settings.progress) settings.progress(0.5);

  if (store.type == columns::TableType::people) {
    for (const ExactReason reason : {same_profile, same_mailbox}) {
      std::vector<std::vector<std::uint32_t>> shared;
      CSVM_CHECK(each_group(
          store.rows, options,
          [&](std::uint32_t row) {
            const ExactRow& values = store.exact[row];
            return reason == same_profile ? values.profile : values.mailbox;
          },
          [&](std::size_t partitions) { shared.resize(partitions); },
          [&](unsigned, std::size_t partition, std::span<const std::uint32_t> group) {
            // `of_row` is flat as far as keys go, and nobody writes it now.
            const std::uint32_t first = clusters.of_row[group.front()];
            const bool one_cluster = std::ranges::all_of(
                group, [&](std::uint32_t row) { return clusters.of_row[row] == first; });
            if (one_cluster) return;
            auto& rows = shared[partition];
            rows.push_back(static_cast<std::uint32_t>(group.size()));
            rows.insert(rows.end(), group.begin(), group.end());
          }));
      for (const auto& rows : shared) {
        for (std::size_t at = 0; at < rows.size(); at += 1 + rows[at]) {
          joiner.join_shared({rows.data() + at + 1, rows[at]}, reason);
        }
      }
    }
  }
  joiner.finish();
  if (settings.progress) settings.progress(1);
  return clusters;
}

std::string explain_exact(const Comparables::Store& store, const Link& link) {
  switch (link.evidence) {
    case same_profile:
      return "same LinkedIn profile";
    case same_mailbox:
      return "same personal e-mail address";
    default:
      break;
  }
  if (store.type == columns::TableType::company) {
    if (!store.has_company) return "same company name";
    if (!store.has_name) return "same domain";
    return "same company name and domain";
  }
  if (!store.has_company) return "same full name";
  if (!store.has_name) return "same company name";
  return "same full name and company name";
}

}  // namespace csvm::cluster
