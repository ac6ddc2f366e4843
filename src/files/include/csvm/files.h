// csvm/files.h - where the bytes of a session lie. The only public header of module `files`.
//
//   api (uploads, downloads), jobs (inputs, results) --> files::Files <-- local folder | S3 bucket
//
// Knows names and bytes; what they mean is in `store`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"

namespace csvm::files {

/// One object. Both parts are ids of ours: 1 to 100 of [a-z0-9_-], not beginning with '-'; anything
/// else is refused with `invalid_input`, so that no name of a user becomes a path.
struct Place {
  std::string session;
  std::string name;
};

/// An object being written. It appears under its name when it is whole, or never: a writer that is
/// destroyed without `commit` or `keep` leaves what was there before.
///
/// Threads: one at a time.
class Writer {
 public:
  virtual ~Writer() = default;
  /// Adds to the end. After a failure nothing more can be written.
  virtual Result<void> write(std::string_view data) = 0;
  /// Bytes so far, of a resumed one including what was there.
  virtual std::uint64_t bytes() const = 0;
  /// Puts what was written on disk and ends the writer; `Files::resume` goes on from there. Not
  /// visible yet.
  virtual Result<void> keep() = 0;
  /// Puts all on disk, makes it visible (replacing an older object) and ends the writer.
  virtual Result<void> commit() = 0;
};

/// An object as it was when it was opened. When it is replaced or removed, a local one stays
/// readable; one in a bucket then fails with `not_found`. Bytes of two versions are never mixed.
///
/// Threads: every member may be called from any thread at once.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual std::uint64_t bytes() const = 0;
  /// Fills `out` from `offset` on; fewer bytes come only at the end.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const = 0;
};

/// A file of this machine, for code that wants a path. Valid while this object lives.
class LocalFile {
 public:
  virtual ~LocalFile() = default;
  virtual const std::string& path() const = 0;
};

struct Entry {
  std::string name;
  std::uint64_t bytes = 0;
  bool partial = false;  // kept, not committed
  std::chrono::sys_time<std::chrono::milliseconds> modified_at;
};

struct Space {
  std::uint64_t free_bytes = 0;  // that we may use; the largest value when there is no end
  std::uint64_t all_bytes = 0;
};

/// Threads: every member may be called from any thread at once; calls block on the disk or network.
/// Errors:  `not_found`, `invalid_input` (a name), `timeout` (a bucket does not answer), `io`: the
///          message says to the operator what the reason is ("disk is full", a bucket's "keys have
///          expired") and what to do about it; the next call works again once it is gone.
class Files {
 public:
  virtual ~Files() = default;

  /// A new object; the session's folder is made on demand.
  virtual Result<std::unique_ptr<Writer>> create(const Place& place) = 0;
  /// Goes on with a kept object. What lies after `offset` (received, never acknowledged) is cut
  /// off; fewer bytes than that are `conflict`. `offset` is what the writer was resumed with or
  /// what `keep` was called at: a bucket cannot cut anywhere else and answers `conflict`.
  virtual Result<std::unique_ptr<Writer>> resume(const Place& place, std::uint64_t offset) = 0;

  virtual Result<std::unique_ptr<Reader>> open(const Place& place) = 0;
  /// The object as a file of this machine (the very file, or a copy that goes away again). Only for
  /// reading. `cancelled` when it is told to stop before it is here.
  virtual Result<std::unique_ptr<LocalFile>> fetch(const Place& place,
                                                   std::stop_token stop = {}) = 0;
  /// Room for a result that other code writes by path. The file does not exist yet, its folder
  /// does; what stands there when the object goes is removed.
  virtual Result<std::unique_ptr<LocalFile>> scratch(const Place& place) = 0;
  /// Makes the finished scratch file the object `place`, as `Writer::commit` would; returns bytes.
  /// `cancelled` when it is told to stop before a bucket has all of it.
  virtual Result<std::uint64_t> adopt(const Place& place, std::unique_ptr<LocalFile> scratch,
                                      std::stop_token stop = {}) = 0;

  /// Committed or kept; fine when there is none.
  virtual Result<void> remove(const Place& place) = 0;
  /// Everything of a session; fine when there is none.
  virtual Result<void> remove_session(std::string_view session) = 0;

  /// Sessions that have a folder; objects of one (not those being written now). To find orphans.
  virtual Result<std::vector<std::string>> sessions() = 0;
  virtual Result<std::vector<Entry>> list(std::string_view session) = 0;
  /// Bytes of all objects, partial ones too.
  virtual Result<std::uint64_t> total_bytes() = 0;
  virtual Result<Space> space() = 0;
  /// Whether bytes can be written and read back right now.
  virtual Result<void> check() = 0;
};

enum class Sharing { alone, with_others };
/// One folder per session below `folder`, which is made if need be. What a crash left half written
/// is removed (kept objects stay) by whoever opens it first: a process alone, or the first of those
/// that share it. Fails with `conflict` when others have it and either would be alone, and with
/// `io`.
Result<std::unique_ptr<Files>> open_local(const std::string& folder,
                                          Sharing sharing = Sharing::alone);

/// A bucket of an S3-compatible object store, and what its use needs from this machine.
struct BucketSettings {
  std::string endpoint;  // "https://host[:port]"; empty: Amazon's, of `region`
  std::string region = "us-east-1";
  std::string bucket;
  std::string access_key_id, secret_access_key;
  std::string session_token;   // of temporary credentials; else empty
  bool path_style = false;     // https://host/bucket/key, not https://bucket.host/key
  std::string prefix;          // of every key: letters, digits and "-_./"
  std::string ca_file;         // PEM; empty: the system's authorities
  std::string scratch_folder;  // copies of inputs, results being written; made if need be

  std::function<std::chrono::sys_time<std::chrono::milliseconds>()> now;  // must be set, as these:
  std::function<void(std::chrono::milliseconds)> wait;  // before a request is repeated
  std::function<void(std::span<std::byte>)> random;
};

/// Any number of processes may use one bucket. Tries it: fails with `io`, `timeout` or
/// `invalid_input` that names the setting (S3_...) which is wrong, and what to do.
Result<std::unique_ptr<Files>> open_bucket(BucketSettings settings);

}  // namespace csvm::files
