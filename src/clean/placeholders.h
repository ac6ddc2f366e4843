// Cells that say "there is nothing here".
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "csvm/columns.h"

namespace csvm::clean {

inline constexpr std::size_t longest_placeholder = 40;  // bytes; no entry is longer

/// Which first, middle and last bytes (modulo 64, either case) the placeholders of a length have.
/// Punctuation of any length is told by its first byte.
struct PlaceholderFilter {
  std::array<std::uint64_t, longest_placeholder + 1> first{};
  std::array<std::uint64_t, longest_placeholder + 1> middle{};
  std::array<std::uint64_t, longest_placeholder + 1> last{};
  std::array<bool, 256> punctuation{};
};
/// Made at the first call; any thread.
const PlaceholderFilter& placeholder_filter();

/// False for what is no placeholder, without further look; `value` is not empty and has no blanks
/// at its ends.
inline bool may_be_placeholder(const PlaceholderFilter& filter, std::string_view value) {
  const auto first = static_cast<unsigned char>(value.front());
  const auto last = static_cast<unsigned char>(value.back());
  if (filter.punctuation[first] && filter.punctuation[last]) return true;
  return value.size() <= longest_placeholder &&
         (filter.first[value.size()] >> (first % 64U) & 1U) != 0 &&
         (filter.middle[value.size()] >>
              (static_cast<unsigned char>(value[value.size() / 2]) % 64U) &
          1U) != 0 &&
         (filter.last[value.size()] >> (last % 64U) & 1U) != 0;
}

/// True when `value` (blanks at its ends ignored) is a placeholder in a column of `role`. Where
/// such a word can be a value it is not: "Null" is a family name, "NA" a region.
bool is_placeholder_in(columns::Role role, std::string_view value);

}  // namespace csvm::clean
