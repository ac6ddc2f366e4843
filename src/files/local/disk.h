// The system calls of the local implementation, with errors in our words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "csvm/files.h"

namespace csvm::files::local {

/// "the disk is full ...", "... is read-only ...", or the system's reason.
Error disk_error(std::string_view what, const std::string& path, int error_number);

/// An open file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// `flags` and mode 0600 as for open(2). Fails with `not_found` or `io`.
Result<Descriptor> open_file(const std::string& path, int flags);
Result<void> write_all(const Descriptor& file, std::string_view data, const std::string& path);
Result<void> sync_file(const Descriptor& file, const std::string& path);
/// After this, names made or changed in the folder survive a power failure.
Result<void> sync_folder(const std::string& path);
/// Makes the folder, if need be, so that it survives a power failure.
Result<void> make_folder(const std::string& parent, const std::string& path);
Result<void> rename_file(const std::string& from, const std::string& to);
Result<std::uint64_t> file_bytes(const Descriptor& file, const std::string& path);

}  // namespace csvm::files::local
