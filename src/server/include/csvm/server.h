// csvm/server.h - sockets, HTTP/1.1 and Socket.IO. The only public header of module `server`.
//
//   peer <-> Server --> Router --> Handler(Request&) -> Response
//                   \-> SocketHub --> SocketNamespace
//
// Knows nothing of CSV, sessions or jobs; JSON goes through as text. Handlers and callbacks run on
// the io threads and must not block: blocking or long work goes through `offload`.
#pragma once

#include <spdlog/fwd.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "csvm/base.h"

namespace csvm::server {

namespace asio = boost::asio;
template <class T>
using Task = asio::awaitable<T>;
template <class Shared>
Task<void> run_offloaded(std::shared_ptr<Shared> shared) {
  shared->result.emplace(shared->work());
  co_return;
}
/// Runs `work()` on `pool` and resumes the caller on its own executor with what it returned or
/// threw. `work` returns a value (Result<void> for nothing) and owns or outlives what it uses:
/// when the server is torn down it may outlive the calling coroutine.
template <class Work>
Task<std::invoke_result_t<Work&>> offload(asio::thread_pool& pool, Work work) {
  struct Shared {
    Work work;
    std::optional<std::invoke_result_t<Work&>> result;
  };
  auto shared = std::make_shared<Shared>(Shared{std::move(work), std::nullopt});
  co_await asio::co_spawn(pool, run_offloaded(shared), asio::use_awaitable);
  co_return std::move(*shared->result);
}

/// Header fields in order of addition; names are compared without regard to case.
struct Headers {
  std::vector<std::pair<std::string, std::string>> fields;
  void set(std::string_view name, std::string value);    // replaces all of that name
  void add(std::string_view name, std::string value);    // one more (Set-Cookie)
  const std::string* find(std::string_view name) const;  // the first; nullptr: none
};

/// One request; it and its views live until its handler's coroutine has ended. What is missing is
/// empty. Used by one coroutine at a time.
class Request {
 public:
  virtual ~Request() = default;
  virtual std::string_view method() const = 0;
  virtual const std::string& path() const = 0;  // percent-decoded once; begins with '/'
  virtual std::string_view parameter(std::string_view name) const = 0;  // a `{name}` of the route
  virtual std::optional<std::string_view> query(std::string_view name) const = 0;  // the first
  virtual std::string_view header(std::string_view name) const = 0;                // the first
  virtual std::string_view cookie(std::string_view name) const = 0;                // the first
  virtual const std::string& id() const = 0;              // X-Request-Id, the peer's or a new one
  virtual const std::string& client_address() const = 0;  // heeds ServerSettings::trusted_proxies
  virtual std::optional<std::uint64_t> content_length() const = 0;  // nullopt: chunked
  /// The next bytes of the body; 0 at its end. The first call sends "100 Continue" if asked for.
  /// `limit_exceeded` (RouteOptions), `timeout` (body_idle_timeout), `invalid_input` (broken
  /// chunks) or `io` (cut off) end the connection after the answer.
  virtual Task<Result<std::size_t>> read_some(std::span<char> into) = 0;
  /// The rest of the body; `limit_exceeded` above `max_bytes`.
  Task<Result<std::string>> read_all(std::size_t max_bytes);
};

/// Bytes at rest, such as a file. `read_at` may block (it is called on the worker pool, one call at
/// a time) and fills `into` unless the content ends there.
struct Content {
  std::uint64_t size_bytes = 0;
  std::function<Result<std::size_t>(std::uint64_t offset, std::span<char> into)> read_at;
};
/// Opens a regular file; blocking. `not_found` if there is none, else `io`.
Result<Content> open_content(const std::filesystem::path& path);

struct ContentBody {  // a part of a Content; made by content_response
  Content content;
  std::uint64_t offset = 0, length_bytes = 0;
};
/// Made while it is sent: each call gives the next piece, an empty one ends it, a failure cuts the
/// connection so that the peer sees that the body is not whole.
struct StreamBody {
  std::function<Task<Result<std::string>>()> next;
};

/// An answer; a string_view as body must outlive the server. This adds X-Request-Id, length, Date,
/// security, CORS and, if missing, `Cache-Control: no-store`; it compresses what is compressible.
struct Response {
  unsigned status = 200;
  Headers headers;
  std::variant<std::string, std::string_view, ContentBody, StreamBody> body;
  std::string fault;  // of ours, why it is no better answer: for the log, never sent
};
Response json_response(unsigned status, std::string json);
Response text_response(unsigned status, std::string text);
struct FieldError {
  std::string field, detail;  // field: its path in the JSON, "mapping.f1.Email"
};
/// RFC 9457: application/problem+json with type, title, status, detail and errors.
Response problem(unsigned status, std::string_view detail, std::span<const FieldError> errors = {});
/// invalid_input 400, limit_exceeded 413, not_found 404, conflict 409, timeout 408, refused 403,
/// cancelled 503; io and internal are 500, their message is the fault.
Response problem(const Error& error);

struct ContentOptions {
  std::string content_type = "application/octet-stream";
  std::string etag;           // strong, with its quotes; empty: neither 304 nor If-Range
  std::string download_name;  // non-empty: an attachment of this name (RFC 6266, any UTF-8)
};
/// 200; 206 for one Range that If-Range allows (several: all of it, as RFC 9110 permits); 416; 304.
Response content_response(const Request& request, Content content, ContentOptions options);

/// Whether a browser sent this from a page of ours: Sec-Fetch-Site is same-origin or none; where
/// that is missing, Origin names this Host or is missing too. `allowed`: further origins.
bool is_same_origin(const Request& request, std::span<const std::string> allowed = {});

/// A file embedded in the program; all views outlive the server. "/index.html" is also "/".
struct Asset {
  std::string_view path, content_type, bytes;
  std::string_view gzip_bytes;  // empty: not compressed
  std::string_view etag;        // with its quotes
  bool immutable = false;       // its name changes with its content: cached for a year
};

/// What it throws is answered 500.
using Handler = std::function<Task<Response>(Request&)>;
struct RouteOptions {
  std::uint64_t max_body_bytes = std::uint64_t{1} << 20;  // above: 413, before it is sent if known
};
class SocketHub;
/// Which handler answers what; filled before the server starts.
class Router {
 public:
  Router();
  /// `pattern`: "/api/jobs/{id}/status"; a parameter is one non-empty segment, fixed segments win.
  /// HEAD is answered by GET's handler and OPTIONS by the server unless they have their own.
  void add(std::string method, std::string pattern, Handler handler, RouteOptions options = {});
  void add_assets(std::span<const Asset> assets);      // each to GET and HEAD
  void add_sockets(std::string path, SocketHub& hub);  // "/socket.io/"; hub outlives the server
  std::vector<std::pair<std::string, std::string>> routes() const;  // (method, pattern) as added

 private:
  friend class Routes;
  std::shared_ptr<struct RouterState> state_;
};

struct ServerSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  unsigned io_threads = 1;
  std::size_t max_connections = 20'000;  // above: 503
  std::size_t max_header_bytes = 16 * 1024;
  std::chrono::milliseconds header_timeout{10'000};  // first byte to blank line
  std::chrono::milliseconds body_idle_timeout{30'000};
  std::chrono::milliseconds idle_timeout{60'000};   // between requests
  std::chrono::milliseconds write_timeout{30'000};  // for each piece of an answer
  std::vector<std::string> cors_origins;            // "*" or "https://host:port"; empty: no CORS
  std::vector<std::string> trusted_proxies;  // or networks: their X-Forwarded-For is believed
  bool behind_tls = false;                   // sends Strict-Transport-Security
};
struct RequestRecord {             // one answered request, for metrics; views live during the call
  std::string_view method, route;  // route: the pattern; "" when none matched
  unsigned status = 0;
  std::uint64_t sent_bytes = 0;
  std::chrono::nanoseconds duration{0};
};
/// What the server is given from outside; `workers` outlives it.
struct Environment {
  asio::thread_pool& workers;
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<std::chrono::system_clock::time_point()> wall_time;
  std::function<std::string()> new_token;  // unguessable, >= 128 bits, of [A-Za-z0-9_-]; any thread
  std::shared_ptr<spdlog::logger> log;     // null: no log
  std::function<void(const RequestRecord&)> answered;  // may be empty; any io thread
};
struct ServerFigures {
  std::size_t connections = 0;
  std::uint64_t requests = 0;
  std::chrono::nanoseconds event_loop_lag{0};  // of the last look, taken twice a second
};
/// A listening server. Members: any thread but, for `stop`, an io thread.
class Server {
 public:
  static Result<std::unique_ptr<Server>> start(ServerSettings settings, Router router,
                                               Environment environment);
  ~Server();  // stop(0)
  std::uint16_t port() const;
  Task<void>::executor_type executor() const;  // to spawn coroutines of one's own
  ServerFigures figures() const;
  /// Stops accepting, lets requests in hand end within `limit`, closes Socket.IO clients and all
  /// sockets, joins the threads. True if no request had to be cut. Idempotent.
  bool stop(std::chrono::milliseconds limit);

 private:
  Server() = default;
  std::unique_ptr<class ServerState> state_;
};

/// `arguments`: a JSON array, where {"_placeholder":true,"num":0} stands for attachment 0.
/// `replaces`, if not empty: takes the place of an event with the same word that still waits for a
/// client, so that a slow one gets the newest snapshot only.
struct SocketEvent {
  std::string name, arguments = "[]";
  std::vector<std::string> attachments;
  std::string replaces;
};
using SocketAnswer = SocketEvent;  // an acknowledgement: name and replaces are not used
/// Who wants in. `auth` is a JSON object, "{}" if none was sent; the rest is the HTTP handshake's.
struct SocketConnect {
  std::string name_space, auth, cookie_header, client_address;
};

/// One client in one namespace: a handle, any thread. When the client has gone, calls do nothing
/// (false).
class SocketClient {
 public:
  const std::string& id() const;
  const std::string& identity() const;  // what `connect` returned
  bool emit(SocketEvent event) const;
  /// `answer` is called once, on an io thread: with `timeout`, or `cancelled` at the end.
  bool ask(SocketEvent event, std::chrono::milliseconds timeout,
           std::function<void(Result<SocketAnswer>)> answer) const;
  bool join(std::string room) const;
  bool leave(const std::string& room) const;
  void disconnect() const;

 private:
  friend class HubState;
  std::shared_ptr<struct SocketClientState> state_;
};

/// Any member may be empty. Events of a client come one at a time, in order, on io threads.
struct SocketNamespace {
  /// Lets in (returns the client's identity) or refuses (Error::message is sent).
  std::function<Task<Result<std::string>>(SocketConnect)> connect;
  std::function<void(SocketClient)> connected;
  /// What it returns is sent if the client asked for an acknowledgement.
  std::function<Task<SocketAnswer>(SocketClient, SocketEvent)> event;
  std::function<void(SocketClient, std::string_view reason)> disconnected;
};

struct SocketSettings {
  std::chrono::milliseconds ping_interval{25'000}, ping_timeout{20'000}, connect_timeout{45'000};
  std::size_t max_payload_bytes = 64 * 1024;  // of one message, or one polling request
  std::size_t max_queue_bytes = 1 << 20;      // waiting for one client; above: disconnected
  std::vector<std::string> allowed_origins;   // besides our own
};

/// Socket.IO 5 over Engine.IO 4. Mounted by Router::add_sockets. All but `on` from any thread.
class SocketHub {
 public:
  explicit SocketHub(SocketSettings settings);
  ~SocketHub();
  void on(std::string name_space, SocketNamespace handlers);  // "/"; before the server starts
  void emit(std::string_view name_space, std::string_view room, const SocketEvent& event);
  void disconnect_room(std::string_view name_space, std::string_view room);  // session ended
  std::size_t clients() const;

 private:
  friend std::shared_ptr<class EngineServer> engine_of(SocketHub& hub);
  std::shared_ptr<class HubState> state_;
};

/// Reads multipart/form-data (RFC 7578) as it comes, however it is cut. Pure; not thread-safe.
///   feed(bytes); then next() until it says need_more; feed the next bytes, or end() at the end.
class MultipartReader {
 public:
  enum class What { need_more, part, data, part_end, finished };
  struct Event {
    What what = What::need_more;
    std::string name, content_type;        // of a part
    std::optional<std::string> file_name;  // of a part; as sent: never use it as a path
    std::string_view data;                 // lives until the next call
  };
  /// `invalid_input` if it is not multipart/form-data with a boundary.
  static Result<MultipartReader> make(std::string_view content_type, std::size_t max_parts = 200);
  void feed(std::string_view bytes);  // copied; only after need_more
  Result<Event> next();               // `invalid_input`, `limit_exceeded`
  Result<void> end() const;           // `invalid_input` if the body was cut

 private:
  std::shared_ptr<struct MultipartState> state_;
};

}  // namespace csvm::server
