#include "connection.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "answer.h"
#include "engine.h"
#include "received.h"
#include "websocket.h"

namespace csvm::server {

namespace http = boost::beast::http;

namespace {

constexpr std::uint64_t drained_bytes = 64 * 1024;
constexpr std::chrono::milliseconds lingering{1'000};

enum class After { next_request, close };

// A request that cannot be shown to a handler, since it could not be read.
class UnreadRequest : public Request {
 public:
  UnreadRequest(const Link& link, const Shared& shared)
      : id_(shared.environment.new_token()), address_(link.peer_address) {}
  std::string_view method() const override { return "-"; }
  const std::string& path() const override { return path_; }
  std::string_view parameter(std::string_view) const override { return {}; }
  std::optional<std::string_view> query(std::string_view) const override { return std::nullopt; }
  std::string_view header(std::string_view) const override { return {}; }
  std::string_view cookie(std::string_view) const override { return {}; }
  const std::string& id() const override { return id_; }
  const std::string& client_address() const override { return address_; }
  std::optional<std::uint64_t> content_length() const override { return 0; }
  Task<Result<std::size_t>> read_some(std::span<char>) override { co_return std::size_t{0}; }

 private:
  std::string path_ = "-";
  std::string id_;
  std::string address_;
};

// Closing at once would reset the connection and could destroy the answer on its way, if the peer
// still sends.
Task<void> linger(std::shared_ptr<Link> link) {
  boost::system::error_code ignored;
  link->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  std::array<char, 4096> thrown_away;
  link->allow(lingering);
  for (std::size_t total = 0; total < 64 * drained_bytes && !link->expired();) {
    auto [error, read] =
        co_await link->socket.async_read_some(asio::buffer(thrown_away), use_result);
    if (error) break;
    total += read;
  }
  link->allow_forever();
}

Task<void> refuse_unread(std::shared_ptr<Link> link, std::shared_ptr<Shared> shared,
                         Response response) {
  const UnreadRequest request(*link, *shared);
  const unsigned status = response.status;
  add_standard_headers(response, request, *shared);
  bool keep_alive = false;
  const Sent sent =
      co_await send_response(link, shared, std::move(response), false, false, false, keep_alive);
  record_request(*shared, request, "", status, sent.bytes, std::chrono::nanoseconds{0});
  if (sent.whole) co_await linger(link);
}

// What to say to a header that could not be read; nullopt: nothing, nobody is there any more.
std::optional<Response> header_problem(const Link& link, boost::system::error_code error,
                                       bool began) {
  if (link.expired()) {
    if (!began) return std::nullopt;
    return problem(408, "The header of the request came too slowly.");
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return problem(431, "The header of the request is too long.");
  const bool gone = error == http::error::end_of_stream || error == http::error::partial_message;
  if (gone || error.category() != http::make_error_code(http::error::bad_method).category())
    return std::nullopt;
  return problem(400, "This is not an HTTP/1.1 request: " + error.message() + ".");
}

Response preflight(const Request& request, const std::string& allowed) {
  Response response;
  response.status = 204;
  response.headers.set("Allow", allowed);
  if (!request.header("Access-Control-Request-Method").empty()) {
    response.headers.set("Access-Control-Allow-Methods", allowed);
    const std::string_view wanted = request.header("Access-Control-Request-Headers");
    if (!wanted.empty()) response.headers.set("Access-Control-Allow-Headers", std::string(wanted));
    response.headers.set("Access-Control-Max-Age", "600");
  }
  return response;
}

struct Answered {
  Response response;
  std::string_view route;
};

Task<Response> run_handler(std::shared_ptr<Shared> shared, const Route& route,
                           ReceivedRequest& request) {
  std::string failure;
  bool is_cut = false;
  try {
    Response response = co_await route.handler(request);
    co_return response;
  } catch (const boost::system::system_error& error) {
    failure = error.what();
    // The stop cut it off: its own line says so, and there is nobody to answer.
    is_cut = shared->stopping && error.code() == asio::error::operation_aborted;
  } catch (const std::exception& error) {
    failure = error.what();
  }
  if (!is_cut) record_failure(*shared, request.id(), failure);
  Response response = problem(Error{Errc::internal, failure});
  response.fault.clear();  // it is told already
  co_return response;
}

Task<Answered> answer(std::shared_ptr<Shared> shared, ReceivedRequest& request) {
  Match match = shared->routes.find(request.method(), request.segments());
  if (match.route == nullptr) {
    if (request.path() == "*") co_return Answered{preflight(request, "GET, HEAD, OPTIONS"), ""};
    if (match.allowed.empty())
      co_return Answered{problem(404, "There is nothing at this address."), ""};
    if (request.method() == "OPTIONS") co_return Answered{preflight(request, match.allowed), ""};
    Response response = problem(405, "This address answers " + match.allowed + ", not " +
                                         std::string(request.method()) + ".");
    response.headers.set("Allow", match.allowed);
    co_return Answered{std::move(response), ""};
  }
  request.limit_body(match.route->options.max_body_bytes);
  request.set_parameters(std::move(match.parameters));
  if (request.is_too_long()) {
    const std::string limit = std::to_string(match.route->options.max_body_bytes);
    co_return Answered{problem(413, "The body is longer than the " + limit + " bytes allowed."),
                       match.route->pattern};
  }
  Response response = co_await run_handler(shared, *match.route, request);
  co_return Answered{std::move(response), match.route->pattern};
}

// Reads what a handler left of the body, if that is little; true if the connection can go on.
Task<bool> drain(ReceivedRequest& request) {
  if (request.body_ended()) co_return true;
  const bool known_to_be_long = request.content_length() && request.left_bytes() > drained_bytes;
  if (request.body_failed() || request.waits_for_continue() || known_to_be_long) co_return false;
  std::array<char, 4096> thrown_away;
  for (std::uint64_t total = 0; total <= drained_bytes;) {
    auto got = co_await request.read_some(thrown_away);
    if (!got) co_return false;
    if (*got == 0) co_return true;
    total += *got;
  }
  co_return false;
}

// One request, from its first byte to the last of its answer. Its frame is gone before a WebSocket
// is served, so that an idle client does not pay for it.
Task<After> serve_request(std::shared_ptr<Link> link, std::shared_ptr<Shared> shared,
                          boost::beast::flat_buffer& buffer, Upgraded& upgraded) {
  const auto& settings = shared->settings;
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(settings.max_header_bytes));
  parser.body_limit(boost::none);
  link->allow(settings.header_timeout);
  auto [error, read] = co_await http::async_read_header(link->socket, buffer, parser, use_result);
  link->idle = false;
  if (error) {
    auto refusal = header_problem(*link, error, true);
    if (refusal) co_await refuse_unread(link, shared, std::move(*refusal));
    co_return After::close;
  }
  link->allow_forever();
  ++shared->requests;

  const auto& head = parser.get();
  const auto hosts = head.count(http::field::host);
  auto target = parse_target({head.target().data(), head.target().size()});
  if (hosts > 1 || (hosts == 0 && head.version() == 11) || head.version() > 11) {
    co_await refuse_unread(link, shared, problem(400, "The request needs one Host header."));
    co_return After::close;
  }
  if (!target && head.target() == "*" && head.method() == http::verb::options) {
    target = Target{"*", {"*"}, {}};
  }
  if (!target) {
    co_await refuse_unread(link, shared, problem(target.error()));
    co_return After::close;
  }

  const auto began = shared->environment.now();
  const bool http_1_0 = head.version() == 10;
  const bool is_head = head.method() == http::verb::head;
  bool keep_alive = parser.keep_alive();
  ReceivedRequest request(link, shared, parser, buffer, std::move(*target));

  Answered answered;
  if (auto engine = shared->routes.sockets(request.path())) {
    if (boost::beast::websocket::is_upgrade(head)) {
      auto refusal = engine->refuse_upgrade(request);
      if (!refusal) {
        upgraded = co_await accept_websocket(engine, request, parser);
        record_request(*shared, request, "websocket", upgraded.socket ? 101 : 400, 0,
                       shared->environment.now() - began);
        co_return After::close;
      }
      answered.response = std::move(*refusal);
    } else {
      request.limit_body(engine->settings().max_payload_bytes);
      answered.response = co_await answer_polling(engine, request);
    }
    answered.route = "socket.io";
  } else {
    answered = co_await answer(shared, request);
  }

  Response& response = answered.response;
  const unsigned status = response.status;
  const std::string fault = std::move(response.fault);
  add_standard_headers(response, request, *shared);
  // An unread body has to be taken off the connection, or the connection ends.
  const bool drained = co_await drain(request);
  keep_alive = keep_alive && drained && !shared->stopping;
  const bool packed = accepts_gzip(request.header("Accept-Encoding"));
  const Sent sent = co_await send_response(link, shared, std::move(response), packed, is_head,
                                           http_1_0, keep_alive);
  record_request(*shared, request, answered.route, status, sent.bytes,
                 shared->environment.now() - began);
  if (!fault.empty()) record_fault(*shared, request.method(), answered.route, status, fault);
  if (!sent.cut_by.empty()) record_cut(*shared, request.method(), answered.route, sent.cut_by);
  if (!sent.whole) co_return After::close;
  if (!keep_alive) {
    co_await linger(link);
    co_return After::close;
  }
  co_return After::next_request;
}

// Waits for the first byte of a request; false if none came.
Task<bool> wait_for_request(std::shared_ptr<Link> link, std::chrono::milliseconds timeout,
                            boost::beast::flat_buffer& buffer) {
  if (buffer.size() > 0) co_return true;
  // An idle connection keeps no buffer.
  buffer.shrink_to_fit();
  link->allow(timeout);
  auto [error] = co_await link->socket.async_wait(asio::ip::tcp::socket::wait_read, use_result);
  co_return !error && !link->expired();
}

}  // namespace

Task<void> serve_connection(std::shared_ptr<Link> link, std::shared_ptr<Shared> shared) {
  Upgraded upgraded;
  {
    constexpr std::size_t most_buffered_bytes = 256 * 1024;
    boost::beast::flat_buffer buffer(
        std::max(most_buffered_bytes, 2 * shared->settings.max_header_bytes));
    auto patience = shared->settings.header_timeout;
    while (!shared->stopping) {
      link->idle = true;
      if (!co_await wait_for_request(link, patience, buffer)) break;
      if (co_await serve_request(link, shared, buffer, upgraded) == After::close) break;
      patience = shared->settings.idle_timeout;
    }
  }
  if (upgraded.socket) co_await serve_websocket(std::move(upgraded), shared);
}

}  // namespace csvm::server
