// SIMD against scalar, at every alignment and with every end.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "csvm/bytes.h"
#include "utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace csvm::bytes;
  const std::string text(reinterpret_cast<const char*>(data), size);
  // Among enough ASCII that the fast paths are taken.
  for (const std::size_t before :
       {std::size_t{0}, std::size_t{3}, std::size_t{61}, std::size_t{509}}) {
    for (const std::size_t after : {std::size_t{0}, std::size_t{1}, std::size_t{700}}) {
      const std::string padded = std::string(before, 'a') + text + std::string(after, 'b');
      const std::size_t expected = first_invalid_utf8_scalar(padded);
      if (is_valid_utf8_simd(padded.data(), padded.size()) != (expected == std::string::npos)) {
        std::abort();
      }
      if (first_invalid_utf8(padded) != expected) std::abort();
    }
  }
  return 0;
}
