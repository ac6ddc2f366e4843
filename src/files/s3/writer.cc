#include "writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace csvm::files::s3 {
namespace {

class BucketWriter final : public Writer {
 public:
  BucketWriter(Bucket& bucket, std::string object_key, Kept kept)
      : bucket_(bucket),
        key_(std::move(object_key)),
        kept_(std::move(kept)),
        resumed_at_(kept_.bytes()),
        was_kept_(!kept_.writer.empty()),
        parts_kept_(kept_.etags.size()) {
    if (!was_kept_) kept_.writer = bucket_.new_token();
  }

  ~BucketWriter() override {
    // What was kept stays; parts that came after it are written again by the next `resume`.
    if (ended_ || kept_.upload_id.empty() || (was_kept_ && parts_kept_ > 0)) return;
    // What cannot be aborted now goes with the object, or by its age.
    static_cast<void>(bucket_.abort_upload(key_, kept_.upload_id));
  }

  Result<void> write(std::string_view data) override {
    CSVM_CHECK(still_good());
    failed_ = true;  // unless all of it succeeds
    while (!data.empty()) {
      if (kept_.tail.size() == part_bytes) CSVM_CHECK(send_part());
      const std::size_t taken = std::min(data.size(), part_bytes - kept_.tail.size());
      kept_.tail.append(data.substr(0, taken));
      data.remove_prefix(taken);
    }
    failed_ = false;
    return {};
  }

  std::uint64_t bytes() const override { return kept_.bytes(); }

  Result<void> keep() override {
    CSVM_CHECK(still_good());
    failed_ = true;
    CSVM_CHECK(bucket_.put(kept_key(key_, bytes()), kept_document(kept_)));
    ended_ = true;
    // The state that we came from stays until the next one: whether our caller has noted this one
    // is not known yet. Those before it are of no more use.
    std::vector<std::string> older;
    for (const Listed& entry : CSVM_TRY(bucket_.list(kept_beginning(key_)))) {
      const auto at = kept_bytes(entry.key);
      if (at && *at != bytes() && (!was_kept_ || *at != resumed_at_)) older.push_back(entry.key);
    }
    if (!older.empty()) CSVM_CHECK(bucket_.remove(older));
    return {};
  }

  Result<void> commit() override {
    CSVM_CHECK(still_good());
    failed_ = true;
    if (kept_.upload_id.empty()) {
      CSVM_CHECK(bucket_.put(key_, kept_.tail));
    } else {
      if (!kept_.tail.empty()) CSVM_CHECK(send_part());
      CSVM_CHECK(bucket_.complete_upload(key_, kept_.upload_id, kept_.etags, kept_.writer));
    }
    ended_ = true;
    // The object is whole, whatever becomes of what was kept of it: that goes with the object at
    // the latest, as does an upload that an earlier writer kept.
    static_cast<void>(remove_kept_states());
    return {};
  }

 private:
  Result<void> still_good() const {
    if (ended_ || failed_) return Error{Errc::io, "this file can no longer be written"};
    return {};
  }

  Result<void> remove_kept_states() {
    std::vector<std::string> keys;
    for (Listed& entry : CSVM_TRY(bucket_.list(kept_beginning(key_)))) {
      keys.push_back(std::move(entry.key));
    }
    if (!keys.empty()) CSVM_CHECK(bucket_.remove(keys));
    return {};
  }

  Result<void> send_part() {
    if (kept_.etags.size() == most_parts) {
      return Error{Errc::limit_exceeded, fmt::format("a file in a bucket can have {} GiB, no more",
                                                     (most_parts * part_bytes) >> 30)};
    }
    if (kept_.upload_id.empty()) {
      kept_.upload_id = CSVM_TRY(bucket_.begin_upload(key_, kept_.writer));
    }
    const auto number = static_cast<unsigned>(kept_.etags.size() + 1);
    kept_.etags.push_back(CSVM_TRY(bucket_.upload_part(key_, kept_.upload_id, number, kept_.tail)));
    kept_.tail.clear();
    return {};
  }

  Bucket& bucket_;
  const std::string key_;
  Kept kept_;  // as it would be kept now
  const std::uint64_t resumed_at_;
  const bool was_kept_;
  const std::size_t parts_kept_;
  bool ended_ = false;
  bool failed_ = false;
};

}  // namespace

std::unique_ptr<Writer> new_writer(Bucket& bucket, std::string object_key) {
  return std::make_unique<BucketWriter>(bucket, std::move(object_key), Kept());
}

Result<std::unique_ptr<Writer>> resumed_writer(Bucket& bucket, std::string object_key,
                                               std::uint64_t offset) {
  std::optional<std::uint64_t> next;  // the smallest state that holds `offset` bytes
  std::optional<std::uint64_t> most;
  for (const Listed& entry : CSVM_TRY(bucket.list(kept_beginning(object_key)))) {
    const auto at = kept_bytes(entry.key);
    if (!at) continue;
    most = std::max(most.value_or(0), *at);
    if (*at >= offset) next = std::min(next.value_or(*at), *at);
  }
  if (!most) return Error{Errc::not_found, "the file is no longer there"};
  if (!next) {
    return Error{Errc::conflict,
                 fmt::format("only {} bytes are kept, not {}: begin again", *most, offset)};
  }
  std::string document;
  const auto got = bucket.get(kept_key(object_key, *next), 0, part_bytes * 2, "",
                              [&](std::string_view data) -> Result<void> {
                                document += data;
                                return {};
                              });
  if (!got) return got.error();
  Kept kept = CSVM_TRY(parse_kept(document));
  const std::uint64_t in_parts = kept.bytes() - kept.tail.size();
  if (kept.bytes() != *next || in_parts > offset) {
    return Error{Errc::conflict,
                 fmt::format("the file cannot be gone on with at byte {}: begin again", offset)};
  }
  kept.tail.resize(static_cast<std::size_t>(offset - in_parts));
  return std::unique_ptr<Writer>(
      std::make_unique<BucketWriter>(bucket, std::move(object_key), std::move(kept)));
}

}  // namespace csvm::files::s3
