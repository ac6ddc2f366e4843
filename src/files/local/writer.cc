#include "writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace csvm::files::local {
namespace {

class LocalWriter final : public Writer {
 public:
  /// `current` is what the file is called now; `offset` how much of it is from earlier.
  LocalWriter(Paths paths, std::string current, Descriptor file, std::uint64_t offset)
      : paths_(std::move(paths)),
        current_(std::move(current)),
        file_(std::move(file)),
        offset_(offset),
        bytes_(offset) {}

  ~LocalWriter() override {
    if (ended_) return;
    // A failure leaves bytes that nobody acknowledged: cut off by the next `resume`, or removed at
    // the next start.
    if (current_ != paths_.partial) {
      ::unlink(current_.c_str());
    } else if (::ftruncate(file_.number(), static_cast<off_t>(offset_)) != 0) {
      return;
    }
  }

  Result<void> write(std::string_view data) override {
    CSVM_CHECK(still_good());
    auto written = write_all(file_, data, paths_.object);
    if (!written) {
      failed_ = true;
      return written;
    }
    bytes_ += data.size();
    return {};
  }

  std::uint64_t bytes() const override { return bytes_; }
  Result<void> keep() override { return finish_as(paths_.partial); }

  Result<void> commit() override {
    const bool was_partial = current_ == paths_.partial;
    CSVM_CHECK(finish_as(paths_.object));
    // A part kept by an earlier writer of the same name is of no more use.
    if (!was_partial) ::unlink(paths_.partial.c_str());
    return {};
  }

 private:
  Result<void> still_good() const {
    if (ended_ || failed_) return Error{Errc::io, "this file can no longer be written"};
    return {};
  }

  Result<void> finish_as(const std::string& name) {
    CSVM_CHECK(still_good());
    failed_ = true;  // unless all of it succeeds
    CSVM_CHECK(sync_file(file_, paths_.object));
    if (current_ != name) {
      CSVM_CHECK(rename_file(current_, name));
      current_ = name;
      ended_ = true;
      CSVM_CHECK(sync_folder(paths_.folder));
    }
    ended_ = true;
    return {};
  }

  Paths paths_;
  std::string current_;
  Descriptor file_;
  std::uint64_t offset_;
  std::uint64_t bytes_;
  bool ended_ = false;
  bool failed_ = false;
};

}  // namespace

Result<std::unique_ptr<Writer>> new_writer(Paths paths, std::string temporary) {
  auto file = CSVM_TRY(open_file(temporary, O_WRONLY | O_CREAT | O_EXCL));
  return std::unique_ptr<Writer>(
      new LocalWriter(std::move(paths), std::move(temporary), std::move(file), 0));
}

Result<std::unique_ptr<Writer>> resumed_writer(Paths paths, std::uint64_t offset) {
  auto file = CSVM_TRY(open_file(paths.partial, O_WRONLY));
  const auto kept = CSVM_TRY(file_bytes(file, paths.partial));
  if (kept < offset) {
    return Error{Errc::conflict,
                 fmt::format("only {} bytes are kept, not {}: begin again", kept, offset)};
  }
  if (::ftruncate(file.number(), static_cast<off_t>(offset)) != 0 ||
      ::lseek(file.number(), 0, SEEK_END) < 0) {
    return disk_error("write", paths.partial, errno);
  }
  auto current = paths.partial;
  return std::unique_ptr<Writer>(
      new LocalWriter(std::move(paths), std::move(current), std::move(file), offset));
}

}  // namespace csvm::files::local
