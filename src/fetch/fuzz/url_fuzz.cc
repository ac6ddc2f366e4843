// Any bytes as a URL: refused, or a URL that parses back to itself, in plain ASCII
// without blanks.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "csvm/fetch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace csvm::fetch;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto url = parse_url(text);
  if (!url) return 0;
  const auto again = parse_url(url->text);
  if (!again || again->text != url->text || again->host != url->host || again->port != url->port ||
      again->is_https != url->is_https || again->address != url->address) {
    std::abort();
  }
  for (const char c : url->text) {
    if (c <= 0x20 || c == 0x7f) std::abort();
  }
  // An address that the rules let through is the one that its text names.
  if (url->address && to_string(*url->address) != url->host) std::abort();
  return 0;
}
