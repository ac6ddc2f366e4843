// Two texts (the input, split at its first line feed): each fast measure must say what its
// definition says.
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "csvm/text.h"
#include "tests/plain_twins.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace text = csvm::text;
  if (size > 400) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = input.find('\n');
  const std::string_view a = input.substr(0, cut);
  const std::string_view b = cut == std::string_view::npos ? "" : input.substr(cut + 1);

  const double ratio = text::plain::ratio(a, b);
  if (text::ratio(a, b) != ratio || text::CachedRatio(a)(b) != ratio) std::abort();
  const std::string_view many[] = {b, a};
  float scores[2] = {};
  text::ManyRatio{many}(b, scores);
  if (std::abs(static_cast<double>(scores[1]) - ratio) > 1e-3) std::abort();

  const std::size_t distance = text::plain::edit_distance(a, b);
  for (const std::size_t limit : {std::size_t{0}, std::size_t{2}, std::size_t{400}}) {
    if (text::edit_distance(a, b, limit) != std::min(distance, limit + 1)) std::abort();
  }
  if (std::abs(text::jaro_winkler(a, b) - text::plain::jaro_winkler(a, b)) > 1e-12) std::abort();
  return 0;
}
