#include "inflate.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>

namespace csvm::bytes {
namespace {

constexpr std::size_t inflate_buffer_bytes = std::size_t{256} << 10;
// Below this size of the output the ratio is not looked at.
constexpr std::uint64_t ratio_from_bytes = std::uint64_t{64} << 20;

class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, 15 + 16) == Z_OK; }  // 16: gzip wrapper only
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

Error corrupt(const std::string& name, std::uint64_t at, std::string_view what) {
  return {Errc::invalid_input,
          fmt::format("'{}' is a damaged gzip file: {} (byte {})", name, what, at)};
}

Result<void> check_limits(std::uint64_t inflated, std::uint64_t compressed, const std::string& name,
                          const Limits& limits) {
  if (limits.max_inflated_bytes != 0 && inflated > limits.max_inflated_bytes) {
    return Error{Errc::limit_exceeded,
                 fmt::format("'{}' unpacks to more than the limit of {} bytes", name,
                             limits.max_inflated_bytes)};
  }
  if (limits.max_inflation != 0 && inflated > ratio_from_bytes &&
      inflated / limits.max_inflation > compressed) {
    return Error{Errc::limit_exceeded,
                 fmt::format("'{}' unpacks to more than {} times its size: refused, as it looks "
                             "like a decompression bomb",
                             name, limits.max_inflation)};
  }
  return {};
}

}  // namespace

bool is_gzip(std::string_view head) {
  return head.size() >= 3 && head[0] == '\x1f' && head[1] == '\x8b' && head[2] == '\x08';
}

Result<std::unique_ptr<Storage>> inflate(const Storage& compressed, const std::string& name,
                                         const Limits& limits, const std::stop_token& stop) {
  Inflater inflater;
  if (!inflater.ready()) return Error{Errc::limit_exceeded, "out of memory for gzip"};
  z_stream& stream = inflater.stream();
  Spool spool(name);
  std::string input(inflate_buffer_bytes, '\0');
  std::string output(inflate_buffer_bytes, '\0');
  std::uint64_t offset = 0;  // of the next byte to load
  bool member_open = true;   // inside a member; false between two

  for (;;) {
    if (stop.stop_requested()) return Error{Errc::cancelled, "cancelled"};
    if (stream.avail_in == 0) {
      const std::size_t count = CSVM_TRY(compressed.read_at(offset, std::span<char>(input)));
      if (count == 0) break;
      offset += count;
      stream.next_in = reinterpret_cast<Bytef*>(input.data());
      stream.avail_in = static_cast<uInt>(count);
    }
    if (!member_open) {
      // Tapes and block devices pad with zeros; anything but a further member is damage.
      while (stream.avail_in > 0 && *stream.next_in == 0) {
        ++stream.next_in;
        --stream.avail_in;
      }
      if (stream.avail_in == 0) continue;
      if (inflateReset(&stream) != Z_OK) return corrupt(name, offset, "cannot go on");
      member_open = true;
    }
    stream.next_out = reinterpret_cast<Bytef*>(output.data());
    stream.avail_out = static_cast<uInt>(output.size());
    const int code = ::inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = output.size() - stream.avail_out;
    CSVM_CHECK(spool.append({output.data(), made}));
    CSVM_CHECK(check_limits(spool.size(), compressed.size(), name, limits));
    if (code == Z_STREAM_END) {
      member_open = false;
    } else if (code == Z_MEM_ERROR) {
      return Error{Errc::limit_exceeded, "out of memory for gzip"};
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      return corrupt(name, offset - stream.avail_in,
                     stream.msg != nullptr ? stream.msg : "unknown block");
    }
  }
  if (member_open) return corrupt(name, compressed.size(), "it ends in the middle of the data");
  return spool.finish();
}

}  // namespace csvm::bytes
