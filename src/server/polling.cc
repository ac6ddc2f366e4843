// Long-polling as a transport of Engine.IO, and what both transports check of a request.
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine.h"
#include "received.h"

namespace csvm::server {

namespace {

enum class Refusal {
  unknown_transport = 0,
  unknown_sid = 1,
  bad_method = 2,
  bad_request = 3,
  forbidden = 4,
  unknown_version = 5,
};

// In the form that Engine.IO clients know.
Response refusal(Refusal code) {
  constexpr std::array<std::string_view, 6> words = {
      "Transport unknown", "Session ID unknown", "Bad handshake method",
      "Bad request",       "Forbidden",          "Unsupported protocol version"};
  const auto number = static_cast<std::size_t>(code);
  return json_response(code == Refusal::forbidden ? 403 : 400,
                       "{\"code\":" + std::to_string(number) + ",\"message\":\"" +
                           std::string(words[number]) + "\"}");
}

Response plain(std::string body) { return text_response(200, std::move(body)); }

// A GET that stays open until there is something.
class PollWaiter : public Waiter, public std::enable_shared_from_this<PollWaiter> {
 public:
  explicit PollWaiter(const asio::any_io_executor& executor)
      : timer(executor, asio::steady_timer::time_point::max()) {}
  void wake() override {
    asio::post(timer.get_executor(), [self = shared_from_this()] { self->timer.cancel(); });
  }
  asio::steady_timer timer;
};

Task<Response> poll(std::shared_ptr<EngineSession> session, Link& link) {
  const auto waiter = std::make_shared<PollWaiter>(link.executor());
  std::string body;
  auto state = session->begin_poll(waiter, body);
  if (state == EngineSession::Poll::refused) co_return refusal(Refusal::bad_request);
  if (state == EngineSession::Poll::wait)
    link.watch([session] { session->close("transport error"); });
  while (state == EngineSession::Poll::wait) {
    co_await waiter->timer.async_wait(use_result);
    state = session->continue_poll(waiter, body);
  }
  link.unwatch();
  co_return plain(std::move(body));
}

Task<Response> post(std::shared_ptr<EngineSession> session, ReceivedRequest& request,
                    std::size_t max_payload_bytes) {
  auto body = co_await request.read_all(max_payload_bytes);
  if (!body) {
    session->close("transport error");
    co_return problem(body.error());
  }
  auto packets = decode_engine_payload(*body);
  if (!packets) {
    session->close("parse error");
    co_return refusal(Refusal::bad_request);
  }
  if (!session->begin_receiving(false)) co_return refusal(Refusal::bad_request);
  for (auto& packet : *packets) co_await session->receive(std::move(packet));
  session->end_receiving();
  Response answer = plain("ok");
  answer.headers.set("Content-Type", "text/html");
  co_return answer;
}

}  // namespace

std::optional<Response> EngineServer::refuse(const Request& request,
                                             std::string_view transport) const {
  if (request.query("transport") != transport) return refusal(Refusal::unknown_transport);
  if (request.query("EIO") != "4") return refusal(Refusal::unknown_version);
  // CORS alone would not do: a WebSocket is opened without asking, and cookies go with it.
  if (!is_same_origin(request, settings_.allowed_origins)) return refusal(Refusal::forbidden);
  return std::nullopt;
}

std::optional<Response> EngineServer::refuse_upgrade(const Request& request) const {
  if (auto response = refuse(request, "websocket")) return response;
  const auto sid = request.query("sid");
  if (sid && !find(*sid)) return refusal(Refusal::unknown_sid);
  return std::nullopt;
}

Task<Response> answer_polling(std::shared_ptr<EngineServer> engine, ReceivedRequest& request) {
  const bool get = request.method() == "GET";
  if (request.method() == "OPTIONS") {
    Response allowed;
    allowed.status = 204;
    allowed.headers.set("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
    allowed.headers.set("Access-Control-Allow-Headers", "Content-Type");
    co_return allowed;
  }
  if (auto response = engine->refuse(request, "polling")) co_return std::move(*response);
  const auto sid = request.query("sid");
  if (!sid) {
    if (!get) co_return refusal(Refusal::bad_method);
    const auto session = engine->open(
        false, Handshake{std::string(request.header("Cookie")), request.client_address()});
    if (!session) co_return problem(503, "The server is shutting down.");
    co_return plain(engine->open_packet(*session, false));
  }
  auto session = engine->find(*sid);
  if (!session) co_return refusal(Refusal::unknown_sid);
  if (get) co_return co_await poll(std::move(session), request.link());
  if (request.method() != "POST") co_return refusal(Refusal::bad_request);
  co_return co_await post(std::move(session), request, engine->settings().max_payload_bytes);
}

}  // namespace csvm::server
