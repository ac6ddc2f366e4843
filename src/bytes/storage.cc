#include "storage.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace csvm::bytes {
namespace {

// Up to here a spool stays in memory.
constexpr std::size_t max_memory_bytes = std::size_t{32} << 20;
constexpr std::size_t write_bytes = std::size_t{1} << 20;

class Memory : public Storage {
 public:
  explicit Memory(std::string content) : content_(std::move(content)) {}
  std::uint64_t size() const override { return content_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= content_.size()) return std::size_t{0};
    const std::size_t count =
        std::min<std::size_t>(out.size(), content_.size() - static_cast<std::size_t>(offset));
    std::memcpy(out.data(), content_.data() + offset, count);
    return count;
  }

 private:
  std::string content_;
};

class File : public Storage {
 public:
  File(Descriptor file, std::uint64_t size, std::string name)
      : file_(std::move(file)), size_(size), name_(std::move(name)) {}
  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= size_) return std::size_t{0};
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - offset));
    std::size_t done = 0;
    while (done < wanted) {
      const ssize_t count = pread(file_.number(), out.data() + done, wanted - done,
                                  static_cast<off_t>(offset + done));
      if (count < 0) {
        if (errno == EINTR) continue;
        return io_error("read", name_, errno);
      }
      if (count == 0) {
        return Error{Errc::io, fmt::format("'{}' became shorter while it was read", name_)};
      }
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

 private:
  Descriptor file_;
  std::uint64_t size_;
  std::string name_;
};

Result<Descriptor> temporary_file() {
  const char* folder = std::getenv("TMPDIR");
  const std::string place = folder != nullptr && *folder != '\0' ? folder : "/tmp";
  const int unnamed = open(place.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (unnamed >= 0) return Descriptor(unnamed);
  std::string path = place + "/csv-merger-XXXXXX";
  const int named = mkostemp(path.data(), O_CLOEXEC);
  if (named < 0) return io_error("make a temporary file in", place, errno);
  unlink(path.c_str());
  return Descriptor(named);
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

std::unique_ptr<Storage> in_memory(std::string content) {
  return std::make_unique<Memory>(std::move(content));
}

std::unique_ptr<Storage> in_file(Descriptor file, std::uint64_t size, std::string name) {
  return std::make_unique<File>(std::move(file), size, std::move(name));
}

Result<void> Spool::append(std::string_view bytes) {
  size_ += bytes.size();
  buffer_.append(bytes);
  if (file_.number() < 0) {
    if (buffer_.size() <= max_memory_bytes) return {};
    file_ = CSVM_TRY(temporary_file());
    return flush();
  }
  if (buffer_.size() >= write_bytes) return flush();
  return {};
}

Result<void> Spool::flush() {
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t count = write(file_.number(), buffer_.data() + done, buffer_.size() - done);
    if (count < 0) {
      if (errno == EINTR) continue;
      return io_error("write the temporary copy of", name_, errno);
    }
    done += static_cast<std::size_t>(count);
  }
  if (buffer_.capacity() > 2 * max_memory_bytes / 3) {
    buffer_ = std::string();
    buffer_.reserve(2 * write_bytes);
  }
  buffer_.clear();
  return {};
}

Result<std::unique_ptr<Storage>> Spool::finish() {
  if (file_.number() < 0) return in_memory(std::move(buffer_));
  CSVM_CHECK(flush());
  return in_file(std::move(file_), size_, name_);
}

Result<std::unique_ptr<Storage>> read_stream(int descriptor, const std::string& name,
                                             std::uint64_t max_bytes, const std::stop_token& stop) {
  constexpr int look_up_after_ms = 100;
  Spool spool(name);
  std::string buffer(std::size_t{256} << 10, '\0');
  for (;;) {
    // Who writes into the pipe may take its time; a stop does not wait for it.
    if (stop.stop_requested()) return Error{Errc::cancelled, "cancelled"};
    pollfd waiting{descriptor, POLLIN, 0};
    if (poll(&waiting, 1, look_up_after_ms) == 0) continue;
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return io_error("read", name, errno);
    }
    if (count == 0) break;
    CSVM_CHECK(spool.append({buffer.data(), static_cast<std::size_t>(count)}));
    if (max_bytes != 0 && spool.size() > max_bytes) {
      return Error{Errc::limit_exceeded,
                   fmt::format("'{}' is larger than the limit of {} bytes", name, max_bytes)};
    }
  }
  return spool.finish();
}

}  // namespace csvm::bytes
