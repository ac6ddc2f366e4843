#include "gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

#include "target.h"

namespace csvm::server {

bool is_compressible(std::string_view content_type) {
  const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  constexpr std::array<std::string_view, 8> known = {
      "application/json",         "application/problem+json",
      "application/javascript",   "application/xml",
      "application/x-ndjson",     "application/wasm",
      "application/openapi+json", "image/svg+xml"};
  // An event stream must not wait for more bytes to compress.
  return (type.starts_with("text/") && type != "text/event-stream") ||
         std::find(known.begin(), known.end(), type) != known.end();
}

struct GzipStream::State {
  z_stream stream{};
};

GzipStream::GzipStream(int level) : state_(std::make_unique<State>()) {
  constexpr int gzip_window = 15 + 16;  // zlib's way to ask for a gzip header
  if (deflateInit2(&state_->stream, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
}

GzipStream::~GzipStream() { deflateEnd(&state_->stream); }

std::string GzipStream::push(std::string_view bytes, bool last) {
  auto& stream = state_->stream;
  // zlib does not change its input; its interface is older than const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  do {
    const std::size_t had = out.size();
    out.resize(had + std::max<std::size_t>(1024, bytes.size() / 3));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + had);
    stream.avail_out = static_cast<uInt>(out.size() - had);
    deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  } while (stream.avail_out == 0);
  return out;
}

}  // namespace csvm::server
