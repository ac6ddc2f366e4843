// The measures of module `text` as their definitions say, slowly: what tests and fuzzers compare
// the fast ones with.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace csvm::text::plain {

using Table = std::vector<std::vector<std::size_t>>;

inline std::size_t lcs(std::string_view a, std::string_view b) {
  Table t(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      t[i][j] = a[i - 1] == b[j - 1] ? t[i - 1][j - 1] + 1 : std::max(t[i - 1][j], t[i][j - 1]);
    }
  }
  return t[a.size()][b.size()];
}

inline double ratio(std::string_view a, std::string_view b) {
  const std::size_t bytes = a.size() + b.size();
  if (bytes == 0) return 100;
  return 200.0 * static_cast<double>(lcs(a, b)) / static_cast<double>(bytes);
}

inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  Table t(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) t[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) t[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = t[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      t[i][j] = std::min({replace, t[i - 1][j] + 1, t[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        t[i][j] = std::min(t[i][j], t[i - 2][j - 2] + 1);
      }
    }
  }
  return t[a.size()][b.size()];
}

inline double jaro(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() && b.empty() ? 1 : 0;
  const std::size_t half = std::max(a.size(), b.size()) / 2;
  const std::size_t reach = half > 0 ? half - 1 : 0;
  std::vector<bool> taken(a.size());
  std::string matched_b;
  for (std::size_t j = 0; j < b.size(); ++j) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::size_t apart = i > j ? i - j : j - i;
      if (apart > reach || taken[i] || a[i] != b[j]) continue;
      taken[i] = true;
      matched_b.push_back(b[j]);
      break;
    }
  }
  std::string matched_a;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (taken[i]) matched_a.push_back(a[i]);
  }
  if (matched_a.empty()) return 0;
  std::size_t differing = 0;
  for (std::size_t i = 0; i < matched_a.size(); ++i) differing += matched_a[i] != matched_b[i];
  const auto m = static_cast<double>(matched_a.size());
  return (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) +
          (m - static_cast<double>(differing / 2)) / m) /
         3;
}

inline double jaro_winkler(std::string_view a, std::string_view b) {
  const double similarity = jaro(a, b);
  if (similarity <= 0.7) return similarity;
  std::size_t prefix = 0;
  while (prefix < 4 && prefix < a.size() && prefix < b.size() && a[prefix] == b[prefix]) ++prefix;
  return similarity + static_cast<double>(prefix) * 0.1 * (1 - similarity);
}

}  // namespace csvm::text::plain
