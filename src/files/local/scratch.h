// Files of one process that go with it: copies of inputs, results being written.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "disk.h"

namespace csvm::files::local {

/// A file that is removed with this object; it need not exist.
class ScratchFile final : public LocalFile {
 public:
  explicit ScratchFile(std::string path) : path_(std::move(path)) {}
  ~ScratchFile() override;
  const std::string& path() const override { return path_; }

 private:
  std::string path_;
};

/// A folder of this process's own below one that processes share; removed with this object, or,
/// after a crash, by the next process that opens one there.
///
/// Threads: every member may be called from any thread at once.
class ScratchFolder {
 public:
  /// `parent` is made if need be. Fails with `io`.
  static Result<std::unique_ptr<ScratchFolder>> open(const std::string& parent);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  /// The path of a file that does not exist yet.
  std::string new_path();
  const std::string& path() const { return path_; }

 private:
  ScratchFolder(std::string path, Descriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  Descriptor lock_;  // held while this lives
  std::atomic<std::uint64_t> names_ = 0;
};

}  // namespace csvm::files::local
