// Ranges, validators and attachments: which part of a content answers a request.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "csvm/server.h"
#include "range.h"
#include "target.h"

namespace csvm::server {

namespace {

struct File {
  explicit File(int opened) : descriptor(opened) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(descriptor); }
  const int descriptor;
};

bool read_number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

// RFC 6266 with RFC 8187: a plain name for old clients, the true one in UTF-8.
std::string attachment(std::string_view name) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string plain;
  std::string encoded;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || c == '.' || c == '-' || c == '_') {
      encoded += c;
    } else {
      encoded += '%';
      encoded += hex[byte >> 4];
      encoded += hex[byte & 15];
    }
    const bool plain_character = byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\' && c != '%';
    if (plain_character) {
      plain += c;
    } else if ((byte & 0xc0) != 0x80) {  // one '_' for each character, not for each byte
      plain += '_';
    }
  }
  std::string value = "attachment; filename=\"" + plain + "\"";
  if (plain != name) value += "; filename*=UTF-8''" + encoded;
  return value;
}

}  // namespace

std::variant<WholeContent, ByteRange, NoSuchRange> wanted_range(std::string_view header,
                                                                std::uint64_t size_bytes) {
  const auto equals = header.find('=');
  if (equals == std::string_view::npos ||
      !equal_ignoring_case(trimmed(header.substr(0, equals)), "bytes"))
    return WholeContent{};
  const std::string_view spec = trimmed(header.substr(equals + 1));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos)
    return WholeContent{};
  const std::string_view first_text = trimmed(spec.substr(0, dash));
  const std::string_view last_text = trimmed(spec.substr(dash + 1));
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (first_text.empty()) {
    if (!read_number(last_text, last)) return WholeContent{};
    if (last == 0 || size_bytes == 0) return NoSuchRange{};
    const std::uint64_t length = std::min(last, size_bytes);
    return ByteRange{size_bytes - length, length};
  }
  if (!read_number(first_text, first)) return WholeContent{};
  if (last_text.empty()) {
    last = UINT64_MAX;
  } else if (!read_number(last_text, last) || last < first) {
    return WholeContent{};
  }
  if (first >= size_bytes) return NoSuchRange{};
  last = std::min(last, size_bytes - 1);
  return ByteRange{first, last - first + 1};
}

bool matches_etag(std::string_view header, std::string_view etag) {
  if (etag.empty()) return false;
  while (!header.empty()) {
    const auto comma = header.find(',');
    std::string_view tag = trimmed(header.substr(0, comma));
    if (tag == "*") return true;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag || tag == gzip_etag(etag)) return true;
    if (comma == std::string_view::npos) break;
    header.remove_prefix(comma + 1);
  }
  return false;
}

std::string gzip_etag(std::string_view etag) {
  if (etag.size() < 2) return std::string(etag);
  return std::string(etag.substr(0, etag.size() - 1)) + "-gzip\"";
}

Result<Content> open_content(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR)
      return Error{Errc::not_found, "there is no file '" + path.string() + "'"};
    return io_error("open", path.string(), errno);
  }
  auto file = std::make_shared<const File>(descriptor);
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return io_error("look at", path.string(), errno);
  if (!S_ISREG(status.st_mode))
    return Error{Errc::not_found, "'" + path.string() + "' is not a regular file"};
  Content content;
  content.size_bytes = static_cast<std::uint64_t>(status.st_size);
  content.read_at = [file, path](std::uint64_t offset,
                                 std::span<char> into) -> Result<std::size_t> {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = ::pread(file->descriptor, into.data() + done, into.size() - done,
                                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return io_error("read", path.string(), errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  };
  return content;
}

Response content_response(const Request& request, Content content, ContentOptions options) {
  Response response;
  response.headers.set("Content-Type", options.content_type);
  response.headers.set("Accept-Ranges", "bytes");
  if (!options.etag.empty()) response.headers.set("ETag", options.etag);
  if (!options.download_name.empty())
    response.headers.set("Content-Disposition", attachment(options.download_name));

  if (matches_etag(request.header("If-None-Match"), options.etag)) {
    response.status = 304;
    return response;
  }
  const std::uint64_t size = content.size_bytes;
  ContentBody body{std::move(content), 0, size};
  const std::string_view range = request.header("Range");
  const std::string_view if_range = request.header("If-Range");
  const bool may_be_part =
      request.method() == "GET" && !range.empty() &&
      (if_range.empty() || (!options.etag.empty() && if_range == options.etag));
  if (may_be_part) {
    const auto wanted = wanted_range(range, size);
    if (std::holds_alternative<NoSuchRange>(wanted)) {
      response = problem(416, "The range asked for lies behind the end.");
      response.headers.set("Content-Range", "bytes */" + std::to_string(size));
      return response;
    }
    if (const auto* part = std::get_if<ByteRange>(&wanted)) {
      response.status = 206;
      response.headers.set("Content-Range",
                           "bytes " + std::to_string(part->offset) + "-" +
                               std::to_string(part->offset + part->length_bytes - 1) + "/" +
                               std::to_string(size));
      body.offset = part->offset;
      body.length_bytes = part->length_bytes;
    }
  }
  response.body = std::move(body);
  return response;
}

}  // namespace csvm::server
