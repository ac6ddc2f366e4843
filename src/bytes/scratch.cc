// Flat arrays in anonymous memory, or in mapped temporary files whose pages can be given back.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "csvm/bytes.h"
#include "storage.h"

namespace csvm::bytes {
namespace {

// From here on an array lies in large pages, where the system has some. On a virtual machine whose
// host takes back what is free, a large page is dear when it is first touched: more than looking
// small pages up costs in arrays that are not much larger than what the processor remembers.
constexpr std::size_t large_bytes = std::size_t{64} << 20;

// Resident memory of this process; 0 when the system does not say.
std::uint64_t resident_bytes() {
  const Descriptor file(open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  char text[128];
  const ssize_t count = read(file.number(), text, sizeof text - 1);
  if (count <= 0) return 0;
  text[count] = '\0';
  unsigned long pages = 0;
  if (std::sscanf(text, "%*u %lu", &pages) != 1) return 0;
  return std::uint64_t{pages} * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

Scratch::Scratch(std::uint64_t memory_bytes) : memory_bytes_(memory_bytes) {}

Result<std::span<std::byte>> Scratch::take(std::size_t bytes) {
  if (bytes == 0) return std::span<std::byte>();
  Descriptor file;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  if (memory_bytes_ != 0) {
    file = CSVM_TRY(temporary_file());
    // All of it now: a full disk must be an error here, not a signal at some later write.
    const int reason = posix_fallocate(file.number(), 0, static_cast<off_t>(bytes));
    if (reason != 0) {
      return io_error("reserve", fmt::format("{} bytes of temporary space", bytes), reason);
    }
    flags = MAP_SHARED;
  }
  void* const place = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, file.number(), 0);
  if (place == MAP_FAILED) {
    return Error{Errc::limit_exceeded,
                 fmt::format("out of memory: {} bytes for what is kept of the rows", bytes)};
  }
  // Reached for anywhere: with small pages nearly every access would look up its page first. No
  // matter if the system has no large ones.
  if (memory_bytes_ == 0 && bytes >= large_bytes) madvise(place, bytes, MADV_HUGEPAGE);
  const std::span<std::byte> taken(static_cast<std::byte*>(place), bytes);
  if (memory_bytes_ != 0) {
    mapped_.with([&](std::vector<std::span<std::byte>>& mapped) { mapped.push_back(taken); });
  }
  return taken;
}

void Scratch::give_back(std::span<std::byte> taken) {
  if (taken.empty()) return;
  mapped_.with([&](std::vector<std::span<std::byte>>& mapped) {
    std::erase_if(mapped, [&](const auto& one) { return one.data() == taken.data(); });
    munmap(taken.data(), taken.size());
  });
}

void Scratch::trim() {
  if (memory_bytes_ == 0 || resident_bytes() <= memory_bytes_) return;
  mapped_.with([](const std::vector<std::span<std::byte>>& mapped) {
    for (const auto& one : mapped) madvise(one.data(), one.size(), MADV_DONTNEED);
  });
}

}  // namespace csvm::bytes
