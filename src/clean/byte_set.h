// Sets of bytes that a text is searched for, decided by one table look-up a byte.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace csvm::clean {

class ByteSet {
 public:
  constexpr explicit ByteSet(std::string_view bytes) {
    for (const char c : bytes) holds_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool holds(char c) const { return holds_[static_cast<unsigned char>(c)]; }

  /// Where the first byte of the set stands in `text` from `at` on; the size of `text` if nowhere.
  constexpr std::size_t find(std::string_view text, std::size_t at = 0) const {
    while (at < text.size() && !holds(text[at])) ++at;
    return at;
  }

 private:
  std::array<bool, 256> holds_{};
};

}  // namespace csvm::clean
