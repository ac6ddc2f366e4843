// A recipe is read, refused with words, or reads back as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "csvm/recipe.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto recipe = csvm::recipe::parse_recipe(text, "fuzz.json");
  if (!recipe) {
    if (recipe.error().message.empty()) std::abort();
    return 0;
  }
  const std::string written = csvm::recipe::to_json(*recipe);
  const auto again = csvm::recipe::parse_recipe(written, "again.json");
  if (!again || csvm::recipe::to_json(*again) != written) std::abort();
  csvm::recipe::to_command(*recipe, {"a.csv"});
  return 0;
}
