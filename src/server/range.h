// Range and validator headers (RFC 9110, sections 8.8, 13 and 14). Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace csvm::server {

struct WholeContent {};  // no range, several, another unit, or not understood: all may be ignored
struct NoSuchRange {};   // begins behind the end: 416
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length_bytes = 0;
};

std::variant<WholeContent, ByteRange, NoSuchRange> wanted_range(std::string_view header,
                                                                std::uint64_t size_bytes);

/// Whether an If-None-Match header names `etag` or its gzip form.
bool matches_etag(std::string_view header, std::string_view etag);

/// The validator of the compressed form, so that nobody joins parts of the two.
std::string gzip_etag(std::string_view etag);

}  // namespace csvm::server
