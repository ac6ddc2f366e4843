#include "platforms.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <unordered_set>

#include "data.h"
#include "roles.h"

namespace csvm::columns {
namespace {

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

std::vector<Platform> read_platforms() {
  std::vector<Platform> platforms;
  for (const std::string_view line : split(platforms_file(), "\n")) {
    if (line.empty() || line.front() == '#') continue;
    if (const auto parts = split(line, " | "); parts.size() == 3) {
      Platform& platform = platforms.emplace_back();
      platform.name = parts[0];
      std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), platform.needed);
      for (const std::string_view header : split(parts[2], ", ")) {
        platform.headers.push_back(comparing_key(header));
      }
      continue;
    }
    const auto parts = split(line, " > ");
    assert(parts.size() == 4 && !platforms.empty() && platforms.back().name == parts[0]);
    const TableType type = parts[1] == "people" ? TableType::people : TableType::company;
    platforms.back().special[static_cast<std::size_t>(type)][comparing_key(parts[2])] =
        role_named(parts[3]).value_or(Role::other);
  }
  return platforms;
}

}  // namespace

const Platform* recognise(const std::vector<std::string>& keys) {
  static const std::vector<Platform> platforms = read_platforms();
  const std::unordered_set<std::string_view> present(keys.begin(), keys.end());
  const Platform* best = nullptr;
  double best_surplus = 0;
  for (const Platform& platform : platforms) {
    const auto found = static_cast<std::size_t>(std::ranges::count_if(
        platform.headers, [&](const std::string& header) { return present.contains(header); }));
    if (found < platform.needed) continue;
    const double surplus = static_cast<double>(found) / static_cast<double>(platform.needed);
    if (surplus > best_surplus) {
      best_surplus = surplus;
      best = &platform;
    }
  }
  return best;
}

}  // namespace csvm::columns
