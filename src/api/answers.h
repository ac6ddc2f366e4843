// answers.h - the ways in and out that all handlers share: origin, session, JSON, problems.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "context.h"

namespace csvm::api {

using server::Request;
using server::Response;
using server::Task;

/// What a request without a (valid) session cookie gets.
enum class NoSession {
  create,  // a session, with its cookie
  refuse,  // 404, as for whatever is another session's
};

/// Blocking work for one session; runs on the pool.
using SessionWork = std::function<Response(const store::Session& session)>;

/// Checks origin and rate, finds or makes the session of a request, and runs `work` for it.
Task<Response> for_session(Context& context, Request& request, NoSession without, SessionWork work);
/// The same for work that reads whole uploads.
Task<Response> for_session_long(Context& context, Request& request, NoSession without,
                                SessionWork work);

/// ... and for work that waits for others.
Task<Response> for_session_outside(Context& context, Request& request, NoSession without,
                                   SessionWork work);

/// The first half of `for_session`, for handlers that stream: the session of a request, made if
/// need be, or the answer that refuses it.
struct Admission {
  store::Session session;
  std::string set_cookie;           // non-empty for a new session
  std::optional<Response> refusal;  // then nothing else counts
};
Task<Admission> admit(Context& context, Request& request, NoSession without);

/// Runs blocking work that needs no session.
Task<Response> for_anyone(Context& context, Request& request, std::function<Response()> work);

/// Refuses a change that a foreign page asks for, and an address that asks too often.
std::optional<Response> refuse(Context& context, const Request& request);

/// The body as a JSON object, or the answer that says what is wrong with it (415, 400, 413).
struct JsonBody {
  boost::json::object object;
  std::optional<Response> refusal;
};
Task<JsonBody> read_json(Request& request, std::size_t max_bytes = std::size_t{1} << 20);
/// The answer to a body that could not be read: its sender's failure, also when it was cut off.
Response refused_body(const Error& error);

Response ok(const boost::json::object& body, unsigned status = 200);
/// 422 with the mistakes, each at its field.
Response invalid(std::string_view detail, const std::vector<server::FieldError>& mistakes);
/// The answer to a failure; what a user may have caused keeps its sentence. What is ours (store,
/// disk, bucket) is 503 with Retry-After, its reason for the log alone.
Response failure(const Error& error);

/// "2024-01-15T10:30:00.000Z".
std::string iso_time(store::Time time);
double megabytes(std::uint64_t bytes);

/// A text member of a request's body, or a mistake.
std::optional<std::string> text_member(const boost::json::object& object, std::string_view key,
                                       std::vector<server::FieldError>& mistakes);

/// Adds a route whose handler is a named coroutine: (Context&, Request&).
using ContextHandler = Task<Response> (*)(Context& context, Request& request);
void add(server::Router& router, Context& context, std::string_view method,
         std::string_view pattern, ContextHandler handler, server::RouteOptions options = {});

}  // namespace csvm::api
