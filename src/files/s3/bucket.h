// Requests to one bucket, signed, repeated while that may help, with errors in our words.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csvm/fetch.h"
#include "csvm/files.h"
#include "sign.h"

namespace csvm::files::s3 {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// One object of a listing.
struct Listed {
  std::string key;
  std::uint64_t bytes = 0;
  Time modified_at;
};

/// A multipart upload that nobody has ended.
struct Unfinished {
  std::string key;
  std::string id;
  Time begun_at;
};

struct Found {
  std::uint64_t bytes = 0;
  std::string etag;
  std::string writer;  // the token that its writer gave
};

/// Whether a failure is worth the usual repetitions, or an answer is wanted soon.
enum class Patience { usual, little };

/// Keys are given without the settings' prefix and come back without it.
///
/// Threads: every member may be called from any thread at once; calls block.
/// Errors:  `not_found` (no such object), `conflict` (the object is another one by now, the
///          multipart upload is gone), `timeout`, `io` (also keys that are refused).
class Bucket {
 public:
  static Result<std::unique_ptr<Bucket>> open(const BucketSettings& settings);

  Result<void> put(const std::string& key, std::string_view data,
                   Patience patience = Patience::usual);
  /// Bytes `offset` to `offset + length` (or the end) of the object, handed to `take` in order and
  /// once each; of the version `etag`, when it is not empty.
  Result<Found> get(const std::string& key, std::uint64_t offset, std::uint64_t length,
                    const std::string& etag,
                    const std::function<Result<void>(std::string_view)>& take,
                    Patience patience = Patience::usual);
  Result<Found> head(const std::string& key);
  /// Fine when there is none.
  Result<void> remove(const std::string& key);
  Result<void> remove(const std::vector<std::string>& keys);

  /// All objects whose keys begin so.
  Result<std::vector<Listed>> list(const std::string& beginning);
  /// What stands before the first '/' of all keys, each once.
  Result<std::vector<std::string>> folders();

  /// `writer` comes back in `Found`.
  Result<std::string> begin_upload(const std::string& key, const std::string& writer);
  /// Returns the part's ETag. Parts count from 1; all but the last have the same size.
  Result<std::string> upload_part(const std::string& key, const std::string& id, unsigned number,
                                  std::string_view data);
  Result<void> complete_upload(const std::string& key, const std::string& id,
                               const std::vector<std::string>& etags, const std::string& writer);
  /// Fine when there is none.
  Result<void> abort_upload(const std::string& key, const std::string& id);
  /// Those of keys that begin so; none where the store cannot tell.
  Result<std::vector<Unfinished>> unfinished(const std::string& beginning);

  /// 16 letters and digits that nobody guesses.
  std::string new_token();
  Time now() const { return settings_.now(); }

 private:
  struct Request {
    std::string method;
    std::string key;  // empty: the bucket itself
    Pairs query, headers;
    std::string_view body;
    std::function<bool(std::string_view)> take_body;  // as in fetch::Exchange
    int taken_status = 0;
    Patience patience = Patience::usual;
  };
  Bucket(const BucketSettings& settings, std::string url, std::string host, std::string path);

  fetch::Reply send_once(const Request& request);
  /// The last reply: good, final, or after too many tries.
  fetch::Reply send(const Request& request);
  Result<fetch::Reply> perform(const Request& request);
  bool may_try_again(const fetch::Reply& reply, unsigned attempts, Time since, Patience patience);
  Error error_of(const fetch::Reply& reply) const;
  Error error_of_status(const fetch::Reply& reply, const std::string& code) const;
  std::string without_prefix(std::string key) const;

  const BucketSettings settings_;
  const Credentials credentials_;
  const std::string url_;   // "https://host:port"
  const std::string host_;  // as in the Host header
  const std::string path_;  // "/bucket/" or "/"
  fetch::OperatorClient client_;
};

}  // namespace csvm::files::s3
