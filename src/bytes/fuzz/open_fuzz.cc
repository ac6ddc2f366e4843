// Any bytes as a file: opening gives a text that can be read to its end, or an error with a
// message; a text that says it is well-formed is.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "csvm/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace csvm::bytes;
  static const std::string path = "/tmp/csvm_open_fuzz." + std::to_string(getpid());
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return 0;
  if (size > 0) std::fwrite(data, 1, size, file);
  std::fclose(file);

  OpenOptions options;
  options.limits.max_inflated_bytes = 1 << 20;
  const auto text = open_text(path, options);
  std::remove(path.c_str());
  if (!text) {
    if (text.error().message.empty()) std::abort();
    return 0;
  }
  std::string content(static_cast<std::size_t>((*text)->size()), '\0');
  const auto count = (*text)->read_at(0, std::span<char>(content));
  if (!count || *count != content.size()) std::abort();
  if ((*text)->well_formed() != (first_invalid_utf8(content) == std::string::npos)) std::abort();
  std::uint64_t before = 0;
  for (std::uint64_t at = 0; at < content.size(); at += 1 + content.size() / 16) {
    const std::uint64_t original = (*text)->original_offset(at);
    if (original < before) std::abort();
    before = original;
  }
  return 0;
}
