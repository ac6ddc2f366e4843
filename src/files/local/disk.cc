#include "disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace csvm::files::local {

Error disk_error(std::string_view what, const std::string& path, int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {Errc::io,
              fmt::format("the disk is full: cannot {} '{}'; free some space", what, path)};
    case EROFS:
    case EACCES:
    case EPERM:
      return {Errc::io,
              fmt::format("cannot {} '{}': it is read-only; make the folder writable", what, path)};
    default:
      return io_error(what, path, error_number);
  }
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (is_open()) ::close(number_);
}

Result<Descriptor> open_file(const std::string& path, int flags) {
  const int number = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (number >= 0) return Descriptor(number);
  if (errno == ENOENT && (flags & O_CREAT) == 0) {
    return Error{Errc::not_found, "the file is no longer there"};
  }
  return disk_error("open", path, errno);
}

Result<void> write_all(const Descriptor& file, std::string_view data, const std::string& path) {
  while (!data.empty()) {
    const ssize_t written = ::write(file.number(), data.data(), data.size());
    if (written >= 0) {
      data.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return disk_error("write", path, errno);
    }
  }
  return {};
}

Result<void> sync_file(const Descriptor& file, const std::string& path) {
  // Not repeated after a failure: the kernel may have dropped the pages it could not write.
  if (::fdatasync(file.number()) != 0) return disk_error("write", path, errno);
  return {};
}

Result<void> sync_folder(const std::string& path) {
  const auto folder = CSVM_TRY(open_file(path, O_RDONLY | O_DIRECTORY));
  if (::fsync(folder.number()) != 0) return disk_error("write", path, errno);
  return {};
}

Result<void> make_folder(const std::string& parent, const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return sync_folder(parent);
  if (errno == EEXIST) return {};
  return disk_error("make", path, errno);
}

Result<void> rename_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return {};
  if (errno == ENOENT) return Error{Errc::not_found, "the file or its session is no longer there"};
  return disk_error("write", to, errno);
}

Result<std::uint64_t> file_bytes(const Descriptor& file, const std::string& path) {
  struct stat status = {};
  if (::fstat(file.number(), &status) != 0) return disk_error("read", path, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace csvm::files::local
