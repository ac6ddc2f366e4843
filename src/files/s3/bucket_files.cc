// Files in a bucket. Keys: SESSION/NAME an object, SESSION/NAME.part/BYTES what is kept of one.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <map>

#include "../local/scratch.h"
#include "../name.h"
#include "reader.h"
#include "writer.h"

namespace csvm::files {
namespace s3 {
namespace {

constexpr unsigned transfers_at_once = 4;  // of one large object
constexpr std::string_view check_folder = ".check/";
// An upload that was begun so long ago will not be ended by whoever began it.
constexpr auto abandoned_after = std::chrono::hours(24);

std::string key_of(const Place& place) { return place.session + "/" + place.name; }

Result<void> write_at(const local::Descriptor& file, std::string_view data, std::uint64_t offset,
                      const std::string& path) {
  while (!data.empty()) {
    const ssize_t written =
        ::pwrite(file.number(), data.data(), data.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return local::disk_error("write", path, errno);
    }
    data.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<std::string> read_at(const local::Descriptor& file, std::uint64_t offset, std::size_t size,
                            const std::string& path) {
  std::string data(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::pread(file.number(), data.data() + filled, size - filled,
                                static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return local::disk_error("read", path, errno);
    if (got == 0) return Error{Errc::io, fmt::format("'{}' became shorter meanwhile", path)};
    filled += static_cast<std::size_t>(got);
  }
  return data;
}

Error told_to_stop() { return {Errc::cancelled, "told to stop"}; }

// An exception of the libraries becomes an error as in `run_parallel`.
Result<void> in_parallel(std::size_t count, const std::stop_token& stop,
                         const std::function<Result<void>(std::size_t)>& transfer) {
  const auto task = [&](unsigned, std::size_t index) { return transfer(index); };
  return run_parallel(transfers_at_once, count, stop, task);
}

class BucketFiles final : public Files {
 public:
  BucketFiles(std::unique_ptr<Bucket> bucket, std::unique_ptr<local::ScratchFolder> scratch)
      : bucket_(std::move(bucket)), scratch_(std::move(scratch)) {}

  Result<std::unique_ptr<Writer>> create(const Place& place) override {
    CSVM_CHECK(check_place(place));
    return new_writer(*bucket_, key_of(place));
  }

  Result<std::unique_ptr<Writer>> resume(const Place& place, std::uint64_t offset) override {
    CSVM_CHECK(check_place(place));
    return resumed_writer(*bucket_, key_of(place), offset);
  }

  Result<std::unique_ptr<Reader>> open(const Place& place) override {
    CSVM_CHECK(check_place(place));
    return open_reader(*bucket_, key_of(place));
  }

  Result<std::unique_ptr<LocalFile>> fetch(const Place& place, std::stop_token stop) override {
    CSVM_CHECK(check_place(place));
    auto copy = std::make_unique<local::ScratchFile>(scratch_->new_path());
    const std::string& path = copy->path();
    const auto file = CSVM_TRY(local::open_file(path, O_WRONLY | O_CREAT | O_EXCL));
    // The first piece says how large the object is and which version of it is fetched.
    const Found found = CSVM_TRY(fetch_piece(key_of(place), "", 0, file, path, stop));
    const auto pieces = static_cast<std::size_t>((found.bytes + part_bytes - 1) / part_bytes);
    const auto fetch_rest = [&](std::size_t index) -> Result<void> {
      CSVM_TRY(fetch_piece(key_of(place), found.etag, index + 1, file, path, stop));
      return {};
    };
    if (pieces > 1) CSVM_CHECK(in_parallel(pieces - 1, stop, fetch_rest));
    const std::uint64_t bytes = CSVM_TRY(local::file_bytes(file, path));
    if (bytes != found.bytes) return Error{Errc::io, "the object store sent another size"};
    return std::unique_ptr<LocalFile>(std::move(copy));
  }

  Result<std::unique_ptr<LocalFile>> scratch(const Place& place) override {
    CSVM_CHECK(check_place(place));
    return std::unique_ptr<LocalFile>(new local::ScratchFile(scratch_->new_path()));
  }

  Result<std::uint64_t> adopt(const Place& place, std::unique_ptr<LocalFile> finished,
                              std::stop_token stop) override {
    CSVM_CHECK(check_place(place));
    const std::string& path = finished->path();
    const auto file = CSVM_TRY(local::open_file(path, O_RDONLY));
    const std::uint64_t bytes = CSVM_TRY(local::file_bytes(file, path));
    if (bytes <= part_bytes) {
      const std::string data = CSVM_TRY(read_at(file, 0, static_cast<std::size_t>(bytes), path));
      CSVM_CHECK(bucket_->put(key_of(place), data));
    } else {
      CSVM_CHECK(put_in_parts(key_of(place), file, bytes, path, stop));
    }
    return bytes;
  }

  Result<void> remove(const Place& place) override {
    CSVM_CHECK(check_place(place));
    const std::string object = key_of(place);
    const std::string kept = kept_beginning(object);
    std::vector<std::string> keys;
    for (Listed& entry : CSVM_TRY(bucket_->list(object))) {
      if (entry.key == object || entry.key.starts_with(kept)) keys.push_back(std::move(entry.key));
    }
    if (!keys.empty()) CSVM_CHECK(bucket_->remove(keys));
    return abort_all(object, [&](const Unfinished& upload) { return upload.key == object; });
  }

  Result<void> remove_session(std::string_view session) override {
    CSVM_CHECK(check_id(session));
    const std::string folder = std::string(session) + "/";
    std::vector<std::string> keys;
    for (Listed& entry : CSVM_TRY(bucket_->list(folder))) keys.push_back(std::move(entry.key));
    if (!keys.empty()) CSVM_CHECK(bucket_->remove(keys));
    return abort_all(folder, [](const Unfinished&) { return true; });
  }

  Result<std::vector<std::string>> sessions() override {
    auto names = CSVM_TRY(bucket_->folders());
    for (const Unfinished& upload : CSVM_TRY(abandoned(""))) {
      names.push_back(upload.key.substr(0, upload.key.find('/')));
    }
    std::erase_if(names, [](const auto& name) { return !is_id(name); });
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }

  Result<std::vector<Entry>> list(std::string_view session) override {
    CSVM_CHECK(check_id(session));
    const std::string folder = std::string(session) + "/";
    std::vector<Entry> entries;
    std::map<std::string, Entry> partial;
    for (const Listed& listed : CSVM_TRY(bucket_->list(folder))) {
      const std::string name = listed.key.substr(folder.size());
      if (is_id(name)) {
        entries.push_back({name, listed.bytes, false, listed.modified_at});
      } else if (const auto bytes = kept_bytes(name)) {
        // The last one in the order of keys is the longest.
        const std::string object = name.substr(0, name.find('.'));
        if (is_id(object)) partial[object] = {object, *bytes, true, listed.modified_at};
      }
    }
    for (const Unfinished& upload : CSVM_TRY(abandoned(folder))) {
      const std::string name = upload.key.substr(folder.size());
      if (is_id(name)) partial.try_emplace(name, Entry{name, 0, true, upload.begun_at});
    }
    for (auto& [name, entry] : partial) entries.push_back(std::move(entry));
    return entries;
  }

  Result<std::uint64_t> total_bytes() override {
    std::uint64_t total = 0;
    for (const Listed& listed : CSVM_TRY(bucket_->list(""))) total += listed.bytes;
    return total;
  }

  Result<Space> space() override {
    constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();
    return Space{no_end, no_end};
  }

  Result<void> check() override { return try_out(Patience::little); }

  Result<void> try_out(Patience patience) {
    const std::string key = std::string(check_folder) + bucket_->new_token();
    CSVM_CHECK(bucket_->put(key, "check", patience));
    std::string back;
    const auto take = [&](std::string_view data) -> Result<void> {
      back += data;
      return {};
    };
    const auto got = bucket_->get(key, 0, 5, "", take, patience);
    CSVM_CHECK(bucket_->remove(key));
    if (!got) return got.error();
    if (back != "check") {
      return Error{Errc::io, "the object store gives back other bytes than it was given"};
    }
    return {};
  }

 private:
  Result<Found> fetch_piece(const std::string& key, const std::string& etag, std::size_t index,
                            const local::Descriptor& file, const std::string& path,
                            const std::stop_token& stop) {
    if (stop.stop_requested()) return told_to_stop();
    std::uint64_t at = std::uint64_t{index} * part_bytes;
    const auto take = [&](std::string_view data) -> Result<void> {
      if (stop.stop_requested()) return told_to_stop();
      CSVM_CHECK(write_at(file, data, at, path));
      at += data.size();
      return {};
    };
    auto found = bucket_->get(key, at, part_bytes, etag, take);
    if (!found && found.error().code == Errc::conflict) {
      return Error{Errc::not_found, "the file was replaced while it was read"};
    }
    return found;
  }

  Result<void> put_in_parts(const std::string& key, const local::Descriptor& file,
                            std::uint64_t bytes, const std::string& path,
                            const std::stop_token& stop) {
    // All of one size but the last, and not more than the protocol allows.
    const std::uint64_t size = std::max<std::uint64_t>(part_bytes, bytes / most_parts + 1);
    const std::string writer = bucket_->new_token();
    const std::string id = CSVM_TRY(bucket_->begin_upload(key, writer));
    std::vector<std::string> etags(static_cast<std::size_t>((bytes + size - 1) / size));
    auto done = in_parallel(etags.size(), stop, [&](std::size_t index) -> Result<void> {
      const std::uint64_t from = std::uint64_t{index} * size;
      const auto count = static_cast<std::size_t>(std::min(size, bytes - from));
      const std::string data = CSVM_TRY(read_at(file, from, count, path));
      etags[index] =
          CSVM_TRY(bucket_->upload_part(key, id, static_cast<unsigned>(index + 1), data));
      return {};
    });
    if (done) done = bucket_->complete_upload(key, id, etags, writer);
    if (done) return {};
    // What cannot be aborted now is found by its age.
    static_cast<void>(bucket_->abort_upload(key, id));
    return done;
  }

  Result<std::vector<Unfinished>> abandoned(const std::string& beginning) {
    auto uploads = CSVM_TRY(bucket_->unfinished(beginning));
    const Time limit = bucket_->now() - abandoned_after;
    std::erase_if(uploads, [&](const Unfinished& upload) { return upload.begun_at > limit; });
    return uploads;
  }

  Result<void> abort_all(const std::string& beginning,
                         const std::function<bool(const Unfinished&)>& is_meant) {
    for (const Unfinished& upload : CSVM_TRY(bucket_->unfinished(beginning))) {
      if (is_meant(upload)) CSVM_CHECK(bucket_->abort_upload(upload.key, upload.id));
    }
    return {};
  }

  std::unique_ptr<Bucket> bucket_;
  std::unique_ptr<local::ScratchFolder> scratch_;
};

}  // namespace
}  // namespace s3

Result<std::unique_ptr<Files>> open_bucket(BucketSettings settings) {
  auto bucket = CSVM_TRY(s3::Bucket::open(settings));
  auto scratch = CSVM_TRY(local::ScratchFolder::open(settings.scratch_folder));
  auto files = std::make_unique<s3::BucketFiles>(std::move(bucket), std::move(scratch));
  CSVM_CHECK(files->try_out(s3::Patience::usual));
  CSVM_TRY(files->sessions());  // listing may be forbidden where writing is not
  return std::unique_ptr<Files>(std::move(files));
}

}  // namespace csvm::files
