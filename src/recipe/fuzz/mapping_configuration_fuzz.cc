// Any bytes as a mapping configuration: an error or a configuration that reads back as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "csvm/recipe.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace csvm::recipe;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto configuration = parse_mapping_configuration(text, "fuzz.json");
  if (!configuration) return 0;
  const std::string written = to_json(*configuration);
  const auto again = parse_mapping_configuration(written, "again.json");
  if (!again || to_json(*again) != written) std::abort();
  return 0;
}
