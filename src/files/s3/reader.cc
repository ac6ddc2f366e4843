#include "reader.h"

#include <algorithm>

namespace csvm::files::s3 {
namespace {

// A request costs its latency: one that goes on where the last one ended asks for twice as much.
constexpr std::size_t least_window = std::size_t{256} << 10;
constexpr std::size_t largest_window = std::size_t{2} << 20;

// The bytes that were asked for last.
struct Window {
  std::uint64_t begin = 0;
  std::string data;

  std::uint64_t end() const { return begin + data.size(); }
  bool holds(std::uint64_t offset) const { return offset >= begin && offset < end(); }
};

Result<Found> fill(Bucket& bucket, const std::string& key, const std::string& etag,
                   std::uint64_t begin, std::size_t size, Window& window) {
  window = Window{begin, {}};
  auto found = bucket.get(key, begin, size, etag, [&](std::string_view data) -> Result<void> {
    window.data += data;
    return {};
  });
  if (!found) window.data.clear();
  return found;
}

class BucketReader final : public Reader {
 public:
  BucketReader(Bucket& bucket, std::string key, Found found, Window window)
      : bucket_(bucket),
        key_(std::move(key)),
        found_(std::move(found)),
        window_(std::move(window)) {}

  std::uint64_t bytes() const override { return found_.bytes; }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    return window_.with([&](Window& window) { return read(window, offset, out); });
  }

 private:
  Result<std::size_t> read(Window& window, std::uint64_t offset, std::span<char> out) const {
    std::size_t filled = 0;
    while (filled < out.size() && offset + filled < found_.bytes) {
      const std::uint64_t at = offset + filled;
      if (!window.holds(at)) CSVM_CHECK(move_to(window, at));
      const auto from = static_cast<std::size_t>(at - window.begin);
      const std::size_t count = std::min(out.size() - filled, window.data.size() - from);
      std::copy_n(window.data.data() + from, count, out.data() + filled);
      filled += count;
    }
    return filled;
  }

  Result<void> move_to(Window& window, std::uint64_t at) const {
    const std::size_t size = at == window.end()
                                 ? std::clamp(window.data.size() * 2, least_window, largest_window)
                                 : least_window;
    const auto got = fill(bucket_, key_, found_.etag, at, size, window);
    if (!got && got.error().code == Errc::conflict) {
      return Error{Errc::not_found, "the file was replaced while it was read"};
    }
    if (!got) return got.error();
    if (window.data.empty()) return Error{Errc::io, "the object store sent nothing of a file"};
    return {};
  }

  Bucket& bucket_;
  const std::string key_;
  const Found found_;
  mutable Guarded<Window> window_;
};

}  // namespace

Result<std::unique_ptr<Reader>> open_reader(Bucket& bucket, const std::string& object_key) {
  Window window;
  Found found = CSVM_TRY(fill(bucket, object_key, "", 0, least_window, window));
  return std::unique_ptr<Reader>(
      new BucketReader(bucket, object_key, std::move(found), std::move(window)));
}

}  // namespace csvm::files::s3
