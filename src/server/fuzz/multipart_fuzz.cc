// The first byte says how the rest is cut; however it is, the same must come out.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "csvm/server.h"

namespace {

using csvm::server::MultipartReader;

std::string read_all(std::string_view text, std::size_t piece_bytes) {
  auto reader = MultipartReader::make("multipart/form-data; boundary=b", 20);
  std::string story;
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
    reader->feed(text.substr(at, piece_bytes));
    while (true) {
      auto event = reader->next();
      if (!event) return "failed";
      if (event->what == MultipartReader::What::need_more ||
          event->what == MultipartReader::What::finished)
        break;
      if (event->what == MultipartReader::What::part)
        story += "<" + event->name + "|" + event->file_name.value_or("") + ">";
      if (event->what == MultipartReader::What::part_end) story += "</>";
      story += event->data;
    }
  }
  return reader->end() ? story : "cut";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (read_all(text, 1 + data[0] % 64U) != read_all(text, text.size() + 1)) std::abort();
  return 0;
}
