#include "answers.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cookie.h"

namespace csvm::api {
namespace {

namespace json = boost::json;

bool is_change(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

std::string cookie_of(const Context& context, const store::NewSession& session) {
  const auto age =
      std::chrono::duration_cast<std::chrono::seconds>(session.expires_at - session.created_at);
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{}", context.cookie_name(),
                     seal(session.token, context.settings.secret_key), age.count(),
                     context.settings.behind_tls ? "; Secure" : "");
}

Response no_session() {
  return server::problem(404, "there is nothing here for your session; it may have expired");
}

// Blocking.
Admission find_session(Context& context, const std::string& token, NoSession without) {
  Admission admission;
  if (!token.empty()) {
    auto session = context.store().use_session(token);
    if (session) {
      admission.session = *std::move(session);
      return admission;
    }
    if (session.error().code != Errc::not_found) {
      admission.refusal = failure(session.error());
      return admission;
    }
  }
  if (without == NoSession::refuse) {
    admission.refusal = no_session();
    return admission;
  }
  const auto made = context.store().create_session();
  if (!made) {
    admission.refusal = failure(made.error());
    return admission;
  }
  admission.session = *made;
  admission.set_cookie = cookie_of(context, *made);
  return admission;
}

// Parameters such as charset say nothing: JSON is UTF-8.
bool is_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return std::ranges::equal(type, std::string_view("application/json"), {}, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

}  // namespace

bool AddressLimit::take(const std::string& address, double now) {
  if (per_second_ <= 0) return true;
  return buckets_.with([&](auto& buckets) {
    // Full buckets say nothing; they go when there are many.
    if (buckets.size() > 10'000) {
      std::erase_if(buckets, [&](const auto& entry) {
        return entry.second.tokens + (now - entry.second.filled_at) * per_second_ >= burst_;
      });
    }
    Bucket& bucket = buckets.try_emplace(address, Bucket{burst_, now}).first->second;
    bucket.tokens = std::min(burst_, bucket.tokens + (now - bucket.filled_at) * per_second_);
    bucket.filled_at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  });
}

std::optional<Response> refuse(Context& context, const Request& request) {
  if (!context.addresses.take(request.client_address(), context.parts.environment.seconds())) {
    Response response = server::problem(
        429, fmt::format("more than {} requests a second from this address; wait a second",
                         context.settings.requests_per_second));
    response.headers.set("Retry-After", "1");
    return response;
  }
  if (is_change(request.method()) &&
      !server::is_same_origin(request, context.settings.allowed_origins)) {
    return server::problem(403, "changes are taken from pages of this server only");
  }
  return std::nullopt;
}

Task<Admission> admit(Context& context, Request& request, NoSession without) {
  Admission admission;
  admission.refusal = refuse(context, request);
  if (admission.refusal) co_return admission;
  std::string token = open_seal(request.cookie(context.cookie_name()), context.settings.secret_key);
  auto find = [&context, token = std::move(token), without] {
    return find_session(context, token, without);
  };
  co_return co_await server::offload(context.parts.pool, std::move(find));
}

namespace {

Task<Response> for_session_on(boost::asio::thread_pool& pool, Context& context, Request& request,
                              NoSession without, SessionWork work) {
  if (auto refusal = refuse(context, request)) co_return *std::move(refusal);
  std::string token = open_seal(request.cookie(context.cookie_name()), context.settings.secret_key);
  auto run = [&context, token = std::move(token), without, work = std::move(work)]() -> Response {
    Admission admission = find_session(context, token, without);
    if (admission.refusal) return *std::move(admission.refusal);
    Response response = work(admission.session);
    if (!admission.set_cookie.empty()) response.headers.add("Set-Cookie", admission.set_cookie);
    return response;
  };
  co_return co_await server::offload(pool, std::move(run));
}

}  // namespace

Task<Response> for_session(Context& context, Request& request, NoSession without,
                           SessionWork work) {
  return for_session_on(context.parts.pool, context, request, without, std::move(work));
}

Task<Response> for_session_long(Context& context, Request& request, NoSession without,
                                SessionWork work) {
  return for_session_on(context.parts.long_pool, context, request, without, std::move(work));
}

Task<Response> for_session_outside(Context& context, Request& request, NoSession without,
                                   SessionWork work) {
  return for_session_on(context.parts.outer_pool, context, request, without, std::move(work));
}

Task<Response> for_anyone(Context& context, Request& request, std::function<Response()> work) {
  if (auto refusal = refuse(context, request)) co_return *std::move(refusal);
  co_return co_await server::offload(context.parts.pool, std::move(work));
}

Task<JsonBody> read_json(Request& request, std::size_t max_bytes) {
  JsonBody body;
  const std::string_view type = request.header("Content-Type");
  if (!is_json(type)) {
    body.refusal =
        server::problem(415, fmt::format("the body must be application/json, not '{}'", type));
    co_return body;
  }
  const auto text = co_await request.read_all(max_bytes);
  if (!text) {
    body.refusal = refused_body(text.error());
    co_return body;
  }
  json::stream_parser parser;
  boost::system::error_code failed;
  const std::size_t read = parser.write_some(*text, failed);
  if (!failed && read < text->size()) failed = json::error::extra_data;
  if (!failed) parser.finish(failed);
  if (failed) {
    body.refusal = server::problem(
        400, fmt::format("the body is no valid JSON at byte {}: {}", read, failed.message()));
    co_return body;
  }
  json::value value = parser.release();
  if (!value.is_object()) {
    body.refusal = server::problem(400, "the body must be a JSON object");
    co_return body;
  }
  body.object = std::move(value.get_object());
  co_return body;
}

Response refused_body(const Error& error) {
  return error.code == Errc::io ? server::problem(400, error.message) : server::problem(error);
}

Response ok(const json::object& body, unsigned status) {
  return server::json_response(status, json::serialize(body));
}

Response invalid(std::string_view detail, const std::vector<server::FieldError>& mistakes) {
  return server::problem(422, detail, mistakes);
}

Response failure(const Error& error) {
  switch (error.code) {
    case Errc::invalid_input:
      return server::problem(422, error.message);
    case Errc::io: {
      // The reason is the operator's matter: GET /health and the log name it.
      Response response = server::problem(
          503,
          "the server cannot store or read data right now (its disk may be full); nothing "
          "was changed; try again later");
      response.headers.set("Retry-After", "10");
      response.fault = error.message;
      return response;
    }
    case Errc::timeout: {
      Response response = server::problem(503, "the store is busy; try again");
      response.headers.set("Retry-After", "1");
      response.fault = error.message;
      return response;
    }
    default:
      return server::problem(error);
  }
}

std::string iso_time(store::Time time) {
  const auto milliseconds = time.time_since_epoch().count() % 1000;
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(time)),
                     milliseconds);
}

double megabytes(std::uint64_t bytes) {
  return std::round(static_cast<double>(bytes) / (1 << 20) * 100) / 100;
}

std::optional<std::string> text_member(const json::object& object, std::string_view key,
                                       std::vector<server::FieldError>& mistakes) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (const json::string* text = value->if_string()) return std::string(*text);
  mistakes.push_back({std::string(key), "must be a text"});
  return std::nullopt;
}

void add(server::Router& router, Context& context, std::string_view method,
         std::string_view pattern, ContextHandler handler, server::RouteOptions options) {
  router.add(
      std::string(method), std::string(pattern),
      [&context, handler](Request& request) { return handler(context, request); }, options);
}

}  // namespace csvm::api
