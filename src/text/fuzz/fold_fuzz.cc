// Any bytes: folding gives UTF-8, folding twice gives the same, words lie within the text.
#include <cstdint>
#include <cstdlib>

#include "csvm/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace text = csvm::text;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string once = text::folded(input);
  if (!text::is_valid_utf8(once)) std::abort();
  if (text::folded(once) != once) std::abort();

  std::vector<std::string_view> words;
  text::tokens(once, words);
  const char* end = once.data();
  for (const std::string_view word : words) {
    if (word.empty() || word.data() < end) std::abort();
    end = word.data() + word.size();
  }
  if (end > once.data() + once.size()) std::abort();
  if (text::length(once) > once.size()) std::abort();
  return 0;
}
