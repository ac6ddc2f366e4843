#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>

#include "../name.h"
#include "disk.h"
#include "scratch.h"
#include "writer.h"

namespace csvm::files {
namespace local {
namespace {

constexpr std::string_view partial_ending = ".part";

bool is_partial(std::string_view name) {
  return name.ends_with(partial_ending) &&
         is_id(name.substr(0, name.size() - partial_ending.size()));
}

// Names in a folder but "." and ".."; none when there is no such folder.
Result<std::vector<std::string>> names_in(const std::string& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  if (!open) {
    if (errno == ENOENT || errno == ENOTDIR) return names;
    return disk_error("list", folder, errno);
  }
  errno = 0;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return disk_error("list", folder, errno);
  std::sort(names.begin(), names.end());
  return names;
}

class LocalReader final : public Reader {
 public:
  LocalReader(Descriptor file, std::uint64_t bytes, std::string path)
      : file_(std::move(file)), bytes_(bytes), path_(std::move(path)) {}

  std::uint64_t bytes() const override { return bytes_; }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    std::size_t filled = 0;
    while (filled < out.size()) {
      const ssize_t got = ::pread(file_.number(), out.data() + filled, out.size() - filled,
                                  static_cast<off_t>(offset + filled));
      if (got == 0) break;
      if (got > 0) {
        filled += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        return disk_error("read", path_, errno);
      }
    }
    return filled;
  }

 private:
  Descriptor file_;
  std::uint64_t bytes_;
  std::string path_;
};

class PlainFile final : public LocalFile {
 public:
  explicit PlainFile(std::string path) : path_(std::move(path)) {}
  const std::string& path() const override { return path_; }

 private:
  std::string path_;
};

class LocalFolder final : public Files {
 public:
  LocalFolder(std::string folder, Descriptor lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}

  /// Everything in a session's folder that is neither an object nor kept was being written when
  /// the program died.
  Result<void> remove_leftovers() {
    for (const auto& session : CSVM_TRY(sessions())) {
      const auto path = folder_of(session);
      for (const auto& name : CSVM_TRY(names_in(path))) {
        if (is_id(name) || is_partial(name)) continue;
        const auto leftover = path + "/" + name;
        if (::unlink(leftover.c_str()) != 0 && errno != EISDIR && errno != ENOENT) {
          return disk_error("remove", leftover, errno);
        }
      }
    }
    return {};
  }

  Result<std::unique_ptr<Writer>> create(const Place& place) override {
    auto paths = CSVM_TRY(paths_of(place));
    CSVM_CHECK(make_folder(folder_, paths.folder));
    auto temporary = temporary_for(paths);
    return new_writer(std::move(paths), std::move(temporary));
  }

  Result<std::unique_ptr<Writer>> resume(const Place& place, std::uint64_t offset) override {
    return resumed_writer(CSVM_TRY(paths_of(place)), offset);
  }

  Result<std::unique_ptr<Reader>> open(const Place& place) override {
    const auto paths = CSVM_TRY(paths_of(place));
    auto file = CSVM_TRY(open_file(paths.object, O_RDONLY));
    const auto bytes = CSVM_TRY(file_bytes(file, paths.object));
    return std::unique_ptr<Reader>(new LocalReader(std::move(file), bytes, paths.object));
  }

  Result<std::unique_ptr<LocalFile>> fetch(const Place& place, std::stop_token) override {
    const auto paths = CSVM_TRY(paths_of(place));
    CSVM_TRY(open_file(paths.object, O_RDONLY));
    return std::unique_ptr<LocalFile>(new PlainFile(paths.object));
  }

  Result<std::unique_ptr<LocalFile>> scratch(const Place& place) override {
    const auto paths = CSVM_TRY(paths_of(place));
    CSVM_CHECK(make_folder(folder_, paths.folder));
    return std::unique_ptr<LocalFile>(new ScratchFile(temporary_for(paths)));
  }

  Result<std::uint64_t> adopt(const Place& place, std::unique_ptr<LocalFile> finished,
                              std::stop_token) override {
    const auto paths = CSVM_TRY(paths_of(place));
    const auto file = CSVM_TRY(open_file(finished->path(), O_RDONLY));
    const auto bytes = CSVM_TRY(file_bytes(file, finished->path()));
    CSVM_CHECK(sync_file(file, finished->path()));
    CSVM_CHECK(rename_file(finished->path(), paths.object));
    CSVM_CHECK(sync_folder(paths.folder));
    return bytes;
  }

  Result<void> remove(const Place& place) override {
    const auto paths = CSVM_TRY(paths_of(place));
    for (const auto& path : {paths.object, paths.partial}) {
      if (::unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) {
        return disk_error("remove", path, errno);
      }
    }
    return {};
  }

  Result<void> remove_session(std::string_view session) override {
    CSVM_CHECK(check_id(session));
    std::error_code failure;
    std::filesystem::remove_all(folder_of(session), failure);
    if (failure) return disk_error("remove", folder_of(session), failure.value());
    return {};
  }

  Result<std::vector<std::string>> sessions() override {
    auto names = CSVM_TRY(names_in(folder_));
    std::erase_if(names, [](const auto& name) { return !is_id(name); });
    return names;
  }

  Result<std::vector<Entry>> list(std::string_view session) override {
    CSVM_CHECK(check_id(session));
    std::vector<Entry> entries;
    const auto folder = folder_of(session);
    for (const auto& name : CSVM_TRY(names_in(folder))) {
      const bool partial = is_partial(name);
      if (!partial && !is_id(name)) continue;
      struct stat status = {};
      const auto path = folder + "/" + name;
      if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) continue;  // removed meanwhile
        return disk_error("list", path, errno);
      }
      if (!S_ISREG(status.st_mode)) continue;
      Entry entry;
      entry.name = partial ? name.substr(0, name.size() - partial_ending.size()) : name;
      entry.bytes = static_cast<std::uint64_t>(status.st_size);
      entry.partial = partial;
      entry.modified_at = std::chrono::sys_time<std::chrono::milliseconds>(
          std::chrono::milliseconds(static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1000 +
                                    status.st_mtim.tv_nsec / 1'000'000));
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  Result<std::uint64_t> total_bytes() override {
    std::uint64_t total = 0;
    for (const auto& session : CSVM_TRY(sessions())) {
      const auto entries = list(session);
      if (!entries) return entries.error();
      for (const auto& entry : *entries) total += entry.bytes;
    }
    return total;
  }

  Result<Space> space() override {
    struct statvfs status = {};
    if (::statvfs(folder_.c_str(), &status) != 0) return disk_error("look at", folder_, errno);
    return Space{static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize,
                 static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize};
  }

  Result<void> check() override {
    const ScratchFile probe(fmt::format("{}/.check.{}", folder_, ++temporaries_));
    const auto file = CSVM_TRY(open_file(probe.path(), O_RDWR | O_CREAT | O_EXCL));
    constexpr std::string_view written = "check";
    CSVM_CHECK(write_all(file, written, probe.path()));
    CSVM_CHECK(sync_file(file, probe.path()));
    char back[written.size()];
    if (::pread(file.number(), back, sizeof back, 0) != static_cast<ssize_t>(sizeof back) ||
        std::string_view(back, sizeof back) != written) {
      return io_error("read back", probe.path(), EIO);
    }
    return {};
  }

 private:
  std::string folder_of(std::string_view session) const {
    return fmt::format("{}/{}", folder_, session);
  }

  Result<Paths> paths_of(const Place& place) const {
    CSVM_CHECK(check_id(place.session));
    CSVM_CHECK(check_id(place.name));
    const auto folder = folder_of(place.session);
    const auto object = folder + "/" + place.name;
    return Paths{folder, object, object + std::string(partial_ending)};
  }

  std::string temporary_for(const Paths& paths) {
    return fmt::format("{}.{}-{}.tmp", paths.object, ::getpid(), ++temporaries_);
  }

  std::string folder_;
  Descriptor lock_;  // held while this lives
  std::atomic<std::uint64_t> temporaries_ = 0;
};

}  // namespace
}  // namespace local

Result<std::unique_ptr<Files>> open_local(const std::string& folder, Sharing sharing) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) return local::disk_error("make", folder, failure.value());
  const auto lock_path = folder + "/.lock";
  auto lock = CSVM_TRY(local::open_file(lock_path, O_RDWR | O_CREAT));
  const int descriptor = lock.number();
  const bool is_first = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  if (!is_first && errno != EWOULDBLOCK) return local::disk_error("lock", lock_path, errno);
  auto files = std::make_unique<local::LocalFolder>(folder, std::move(lock));
  if (is_first) CSVM_CHECK(files->remove_leftovers());
  if (is_first && sharing == Sharing::alone) return std::unique_ptr<Files>(std::move(files));
  if (sharing == Sharing::alone || ::flock(descriptor, LOCK_SH | LOCK_NB) != 0) {
    return Error{Errc::conflict,
                 fmt::format("another process works on '{}': choose another folder", folder)};
  }
  return std::unique_ptr<Files>(std::move(files));
}

}  // namespace csvm::files
