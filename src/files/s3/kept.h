// What is known of an upload that was interrupted: the parts the store has, and the bytes after
// them that are too few for a part.
#pragma once

#include "bucket.h"

namespace csvm::files::s3 {

/// All parts but the last: large enough for few requests, small enough to hold one in memory for
/// each upload. Equal sizes, as some stores demand.
constexpr std::size_t part_bytes = std::size_t{8} << 20;
constexpr std::size_t most_parts = 10'000;  // of one object, by the protocol

struct Kept {
  std::string upload_id;  // empty: no part yet
  std::string writer;
  std::vector<std::string> etags;
  std::string tail;  // fewer bytes than a part

  std::uint64_t bytes() const { return std::uint64_t{etags.size()} * part_bytes + tail.size(); }
};

/// The object that holds what was kept at `bytes`: "SESSION/NAME.part/BYTES", in 20 digits.
std::string kept_key(const std::string& object_key, std::uint64_t bytes);
/// "SESSION/NAME.part/": what the keys of all of them begin with.
std::string kept_beginning(const std::string& object_key);
/// The bytes in the last component of a kept key; nullopt when it is none.
std::optional<std::uint64_t> kept_bytes(std::string_view key);

std::string kept_document(const Kept& kept);
/// Fails with `io` for what `kept_document` never wrote.
Result<Kept> parse_kept(std::string_view document);

}  // namespace csvm::files::s3
