#include "scratch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <cstdlib>

#include <cerrno>
#include <filesystem>

namespace csvm::files::local {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view folder_beginning = "scratch-";

// What processes left that are no more: their locks went with them.
void remove_leftovers(const std::string& parent) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(parent, failed)) {
    const std::string path = entry.path().string();
    if (!entry.path().filename().string().starts_with(folder_beginning)) continue;
    const auto folder = open_file(path, O_RDONLY | O_DIRECTORY);
    if (!folder || ::flock(folder->number(), LOCK_EX | LOCK_NB) != 0) continue;
    std::error_code ignored;
    fs::remove_all(path, ignored);  // what cannot be removed is tried again at the next start
  }
}

}  // namespace

ScratchFile::~ScratchFile() { ::unlink(path_.c_str()); }

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::open(const std::string& parent) {
  std::error_code failed;
  fs::create_directories(parent, failed);
  if (failed) return disk_error("make", parent, failed.value());
  // While the parent is locked nobody takes a folder that is not locked yet for a leftover.
  const auto parent_lock = CSVM_TRY(open_file(parent, O_RDONLY | O_DIRECTORY));
  if (::flock(parent_lock.number(), LOCK_EX) != 0) return disk_error("lock", parent, errno);
  remove_leftovers(parent);
  std::string path = fmt::format("{}/{}XXXXXX", parent, folder_beginning);
  if (::mkdtemp(path.data()) == nullptr) return disk_error("make", path, errno);
  auto lock = CSVM_TRY(open_file(path, O_RDONLY | O_DIRECTORY));
  if (::flock(lock.number(), LOCK_EX | LOCK_NB) != 0) return disk_error("lock", path, errno);
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(std::move(path), std::move(lock)));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;  // the next process removes what stays
  fs::remove_all(path_, ignored);
}

std::string ScratchFolder::new_path() { return fmt::format("{}/{}", path_, ++names_); }

}  // namespace csvm::files::local
