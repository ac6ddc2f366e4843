// Words of a folded text.
#include <unicode/uchar.h>

#include "csvm/text.h"

namespace csvm::text {
namespace {

bool is_ascii_word(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

constexpr std::uint32_t word_categories = U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK;

/// Moves `at` behind one character and tells whether it belongs to a word.
bool next_is_word(std::string_view text, std::size_t& at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) {
    ++at;
    return is_ascii_word(byte);
  }
  const char32_t c = next_code_point(text, at);
  return c != not_a_character && (U_GET_GC_MASK(static_cast<UChar32>(c)) & word_categories) != 0;
}

}  // namespace

void tokens(std::string_view text, std::vector<std::string_view>& out) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t start = at;
    while (at < text.size() && !next_is_word(text, at)) start = at;
    std::size_t end = at;
    if (start == end) return;  // no word to the end
    while (at < text.size() && next_is_word(text, at)) end = at;
    out.push_back(text.substr(start, end - start));
  }
}

}  // namespace csvm::text
