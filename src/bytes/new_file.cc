#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>

#include "csvm/bytes.h"
#include "storage.h"

namespace csvm::bytes {

struct NewFile::State {
  std::string path;
  std::string temporary;  // empty: written directly
  Descriptor owned;
  int descriptor = -1;
  bool stream = false;  // cannot be written at a place

  ~State() {
    if (!temporary.empty()) unlink(temporary.c_str());
  }
};

NewFile::NewFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
NewFile::NewFile(NewFile&&) noexcept = default;
NewFile& NewFile::operator=(NewFile&&) noexcept = default;
NewFile::~NewFile() = default;

namespace {

bool is_seekable(int descriptor) {
  struct stat status{};
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

// What the process would give a new file: mkstemp alone makes it readable for the owner only.
mode_t default_mode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

Result<NewFile> NewFile::create(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  if (path == "-") {
    state->descriptor = STDOUT_FILENO;
    state->stream = true;
    return NewFile(std::move(state));
  }
  struct stat status{};
  const bool exists = stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return io_error("write", path, EISDIR);
  if (path.starts_with("/dev/") || (exists && !S_ISREG(status.st_mode))) {
    const int direct = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (direct < 0) return io_error("write", path, errno);
    state->owned = Descriptor(direct);
    state->descriptor = direct;
    state->stream = !is_seekable(direct);
    return NewFile(std::move(state));
  }
  state->temporary = path + ".XXXXXX";
  const int number = mkostemp(state->temporary.data(), O_CLOEXEC);
  if (number < 0) {
    const int reason = errno;
    state->temporary.clear();
    return io_error("write", path, reason);
  }
  state->owned = Descriptor(number);
  state->descriptor = number;
  fchmod(number, exists ? status.st_mode & 07777 : default_mode());
  return NewFile(std::move(state));
}

Result<void> NewFile::write_at(std::uint64_t offset, std::string_view data) {
  while (!data.empty()) {
    const ssize_t count = state_->stream ? write(state_->descriptor, data.data(), data.size())
                                         : pwrite(state_->descriptor, data.data(), data.size(),
                                                  static_cast<off_t>(offset));
    if (count < 0) {
      if (errno == EINTR) continue;
      return io_error("write", state_->path, errno);
    }
    data.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Result<void> NewFile::commit() {
  if (state_->temporary.empty()) return {};
  if (std::rename(state_->temporary.c_str(), state_->path.c_str()) != 0) {
    return io_error("write", state_->path, errno);
  }
  state_->temporary.clear();
  return {};
}

}  // namespace csvm::bytes
