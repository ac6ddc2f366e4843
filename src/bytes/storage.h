// Where bytes lie that can be read at any place: a file, memory, or a temporary file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "csvm/base.h"

namespace csvm::bytes {

/// Bytes of fixed number. Threads: every member from any thread at once.
class Storage {
 public:
  virtual ~Storage() = default;
  virtual std::uint64_t size() const = 0;
  /// Fills `out` from `offset` on; fewer bytes only at the end. Fails with `io`.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const = 0;
};

/// An open file descriptor that closes itself. -1 is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();
  int number() const { return number_; }

 private:
  int number_ = -1;
};

std::unique_ptr<Storage> in_memory(std::string content);

/// `name` is for messages.
std::unique_ptr<Storage> in_file(Descriptor file, std::uint64_t size, std::string name);

/// Takes bytes in order and keeps them in memory while they are few, else in an unlinked temporary
/// file ($TMPDIR, else /tmp). One thread.
class Spool {
 public:
  explicit Spool(std::string name) : name_(std::move(name)) {}

  Result<void> append(std::string_view bytes);
  std::uint64_t size() const { return size_; }

  /// What was appended. Ends the spool.
  Result<std::unique_ptr<Storage>> finish();

 private:
  Result<void> flush();

  std::string name_;
  std::string buffer_;
  Descriptor file_;
  std::uint64_t size_ = 0;
};

/// Reads a whole pipe or terminal into a spool; `max_bytes` 0 means no limit. A stop ends it also
/// while nothing comes.
Result<std::unique_ptr<Storage>> read_stream(int descriptor, const std::string& name,
                                             std::uint64_t max_bytes, const std::stop_token& stop);

}  // namespace csvm::bytes
