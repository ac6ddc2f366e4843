#include "answer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/http/status.hpp>

#include "gzip.h"
#include "range.h"
#include "target.h"

namespace csvm::server {

namespace {

constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t smallest_to_compress_bytes = 1024;
constexpr std::size_t compressed_on_io_thread_bytes = 32 * 1024;
constexpr int small_level = 5;
constexpr int stream_level = 1;

constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'";

std::string joined(std::string list, std::string_view word) {
  if (!list.empty()) list += ", ";
  return list += word;
}

void set_if_missing(Headers& headers, std::string_view name, std::string_view value) {
  if (headers.find(name) == nullptr) headers.set(name, std::string(value));
}

void add_vary(Headers& headers, std::string_view word) {
  const std::string* known = headers.find("Vary");
  if (known != nullptr && known->find(word) != std::string::npos) return;
  headers.set("Vary", joined(known == nullptr ? std::string() : *known, word));
}

void add_cors(Response& response, const Request& request, const Shared& shared) {
  const auto& allowed = shared.settings.cors_origins;
  if (allowed.empty()) return;
  add_vary(response.headers, "Origin");
  const std::string_view origin = request.header("Origin");
  if (origin.empty()) return;
  const bool any = std::find(allowed.begin(), allowed.end(), "*") != allowed.end();
  const bool named = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& known) {
    return equal_ignoring_case(known, origin);
  });
  if (!any && !named) return;
  std::string exposed;
  for (const auto& field : response.headers.fields) exposed = joined(exposed, field.first);
  response.headers.set("Access-Control-Expose-Headers", exposed);
  response.headers.set("Access-Control-Allow-Origin", named ? std::string(origin) : "*");
  // Never with "*": then any page could act in the name of who looks at it.
  if (named) response.headers.set("Access-Control-Allow-Credentials", "true");
  response.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
}

// A line break in a value would begin a header of the caller's making.
std::string one_line(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return text;
}

std::string head_text(const Response& response) {
  const auto reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status));
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", response.status,
                                 std::string_view(reason.data(), reason.size()));
  for (const auto& [name, value] : response.headers.fields)
    text += one_line(name) + ": " + one_line(value) + "\r\n";
  text += "\r\n";
  return text;
}

Result<std::string> compress_all(std::string text, int level) {
  return GzipStream(level).push(text, true);
}

// Reads the next piece of a content and compresses it if asked to; runs on the worker pool.
struct ContentPieces {
  ContentBody body;
  std::unique_ptr<GzipStream> gzip;  // null: as it is
  std::uint64_t done_bytes = 0;
  bool finished() const { return done_bytes == body.length_bytes; }

  Result<std::string> next() {
    std::string piece;
    piece.resize(static_cast<std::size_t>(
        std::min<std::uint64_t>(piece_bytes, body.length_bytes - done_bytes)));
    const std::size_t got = CSVM_TRY(body.content.read_at(body.offset + done_bytes, piece));
    if (got != piece.size())
      return Error{Errc::io, "the content became shorter while it was being sent"};
    done_bytes += got;
    return gzip ? gzip->push(piece, finished()) : std::move(piece);
  }
};

Task<Result<std::string>> next_content_piece(asio::thread_pool& workers,
                                             std::shared_ptr<ContentPieces> pieces) {
  while (!pieces->finished()) {
    auto work = [pieces] { return pieces->next(); };
    auto piece = co_await offload(workers, std::move(work));
    if (!piece || !piece->empty()) co_return piece;
  }
  co_return std::string();
}

struct StreamPieces {
  StreamBody body;
  std::unique_ptr<GzipStream> gzip;
  bool finished = false;
};

Task<Result<std::string>> next_stream_piece(asio::thread_pool& workers,
                                            std::shared_ptr<StreamPieces> pieces) {
  while (!pieces->finished) {
    auto piece = co_await pieces->body.next();
    if (!piece) co_return piece;
    pieces->finished = piece->empty();
    if (!pieces->gzip) co_return piece;
    auto work = [pieces, text = std::move(*piece)]() -> Result<std::string> {
      return pieces->gzip->push(text, pieces->finished);
    };
    auto packed = co_await offload(workers, std::move(work));
    if (!packed || !packed->empty()) co_return packed;
  }
  co_return std::string();
}

bool may_compress(const Response& response) {
  const std::string* type = response.headers.find("Content-Type");
  const bool bodiless = response.status == 204 || response.status == 304 || response.status == 206;
  return !bodiless && response.headers.find("Content-Encoding") == nullptr && type != nullptr &&
         is_compressible(*type);
}

}  // namespace

void add_standard_headers(Response& response, const Request& request, const Shared& shared) {
  Headers& headers = response.headers;
  set_if_missing(headers, "Cache-Control", "no-store");
  set_if_missing(headers, "Content-Security-Policy", content_security_policy);
  headers.set("X-Request-Id", request.id());
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  set_if_missing(headers, "Cross-Origin-Resource-Policy", "same-origin");
  if (shared.settings.behind_tls)
    headers.set("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  if (shared.environment.wall_time) {
    const auto seconds = std::chrono::system_clock::to_time_t(shared.environment.wall_time());
    headers.set("Date", fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(seconds)));
  }
  add_cors(response, request, shared);
}

Task<bool> write_all(std::shared_ptr<Link> link, std::chrono::milliseconds timeout,
                     std::string_view first, std::string_view second, std::string_view third) {
  const std::array<asio::const_buffer, 3> buffers = {asio::buffer(first), asio::buffer(second),
                                                     asio::buffer(third)};
  // One deadline for each piece of at most piece_bytes: a slow reader is no dead one.
  link->allow(timeout);
  auto [error, written] = co_await asio::async_write(link->socket, buffers, use_result);
  link->allow_forever();
  co_return !error;
}

Task<Sent> send_response(std::shared_ptr<Link> link, std::shared_ptr<Shared> shared,
                         Response response, bool accepts_gzip, bool head, bool http_1_0,
                         bool& keep_alive) {
  asio::thread_pool& workers = shared->environment.workers;
  const auto timeout = shared->settings.write_timeout;
  Sent sent;
  std::string_view whole;
  std::function<Task<Result<std::string>>()> next;
  bool chunked = false;
  const bool bodiless = response.status == 204 || response.status == 304;
  const bool compressible = may_compress(response);
  if (compressible) add_vary(response.headers, "Accept-Encoding");
  const bool compress = compressible && accepts_gzip && !head;

  if (auto* text = std::get_if<std::string>(&response.body)) {
    if (compress && text->size() >= smallest_to_compress_bytes) {
      if (text->size() <= compressed_on_io_thread_bytes) {
        *text = *compress_all(std::move(*text), small_level);
      } else {
        auto work = [text = std::move(*text)]() mutable {
          return compress_all(std::move(text), small_level);
        };
        auto packed = co_await offload(workers, std::move(work));
        *text = std::move(*packed);
      }
      response.headers.set("Content-Encoding", "gzip");
    }
    whole = *text;
  } else if (const auto* bytes = std::get_if<std::string_view>(&response.body)) {
    whole = *bytes;
  } else if (auto* content = std::get_if<ContentBody>(&response.body)) {
    auto pieces = std::make_shared<ContentPieces>();
    pieces->body = std::move(*content);
    const std::uint64_t length = pieces->body.length_bytes;
    if (compress && length >= smallest_to_compress_bytes) {
      pieces->gzip = std::make_unique<GzipStream>(stream_level);
      chunked = true;
      response.headers.set("Content-Encoding", "gzip");
      if (const std::string* etag = response.headers.find("ETag"))
        response.headers.set("ETag", gzip_etag(*etag));
    } else if (!bodiless) {
      response.headers.set("Content-Length", std::to_string(length));
    }
    next = [&workers, pieces] { return next_content_piece(workers, pieces); };
  } else {
    auto pieces = std::make_shared<StreamPieces>();
    pieces->body = std::get<StreamBody>(std::move(response.body));
    if (compress) {
      pieces->gzip = std::make_unique<GzipStream>(stream_level);
      response.headers.set("Content-Encoding", "gzip");
    }
    chunked = true;
    next = [&workers, pieces] { return next_stream_piece(workers, pieces); };
  }

  if (!next && !bodiless) response.headers.set("Content-Length", std::to_string(whole.size()));
  if (chunked && http_1_0) {
    chunked = false;
    keep_alive = false;
  } else if (chunked) {
    response.headers.set("Transfer-Encoding", "chunked");
  }
  response.headers.set("Connection", keep_alive ? "keep-alive" : "close");
  const std::string head_bytes = head_text(response);
  const bool with_body = !head && !bodiless;

  // What is at hand goes out with the head, but a long one in pieces, each with its own deadline.
  std::string_view rest = with_body && !next ? whole : std::string_view{};
  const std::string_view first_piece = rest.substr(0, piece_bytes);
  if (!co_await write_all(link, timeout, head_bytes, first_piece)) co_return sent;
  sent.bytes = head_bytes.size() + first_piece.size();
  rest.remove_prefix(first_piece.size());
  while (!rest.empty()) {
    const std::string_view piece = rest.substr(0, piece_bytes);
    if (!co_await write_all(link, timeout, piece, {})) co_return sent;
    sent.bytes += piece.size();
    rest.remove_prefix(piece.size());
  }
  while (with_body && next) {
    auto piece = co_await next();
    if (!piece) {
      sent.cut_by = piece.error().message;
      co_return sent;
    }
    if (piece->empty()) {
      if (!chunked) break;
      if (!co_await write_all(link, timeout, "0\r\n\r\n", {})) co_return sent;
      break;
    }
    const std::string size_line = chunked ? fmt::format("{:x}\r\n", piece->size()) : std::string();
    const std::string_view line_end = chunked ? "\r\n" : "";
    if (!co_await write_all(link, timeout, size_line, *piece, line_end)) co_return sent;
    sent.bytes += piece->size();
  }
  sent.whole = true;
  co_return sent;
}

}  // namespace csvm::server
