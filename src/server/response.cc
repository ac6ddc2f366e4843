// Headers, plain answers and problem details.
#include <boost/beast/http/status.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "csvm/server.h"
#include "target.h"

namespace csvm::server {

namespace json = boost::json;

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(fields, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
  add(name, std::move(value));
}

void Headers::add(std::string_view name, std::string value) {
  fields.emplace_back(std::string(name), std::move(value));
}

const std::string* Headers::find(std::string_view name) const {
  for (const auto& [known, value] : fields)
    if (equal_ignoring_case(known, name)) return &value;
  return nullptr;
}

Task<Result<std::string>> Request::read_all(std::size_t max_bytes) {
  constexpr std::size_t piece_bytes = 16 * 1024;
  const auto too_long = [max_bytes] {
    return Error{Errc::limit_exceeded,
                 "The body is longer than the " + std::to_string(max_bytes) + " bytes allowed."};
  };
  std::string body;
  if (const auto announced = content_length()) {
    if (*announced > max_bytes) co_return too_long();
    body.reserve(static_cast<std::size_t>(*announced));
  }
  while (true) {
    const std::size_t had = body.size();
    body.resize(had + piece_bytes);
    auto read = co_await read_some(std::span(body).subspan(had));
    if (!read) co_return std::move(read).error();
    body.resize(had + *read);
    if (*read == 0) co_return body;
    if (body.size() > max_bytes) co_return too_long();
  }
}

Response json_response(unsigned status, std::string text) {
  Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json; charset=utf-8");
  response.body = std::move(text);
  return response;
}

Response text_response(unsigned status, std::string text) {
  Response response;
  response.status = status;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.body = std::move(text);
  return response;
}

Response problem(unsigned status, std::string_view detail, std::span<const FieldError> errors) {
  const auto reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  json::object document{{"type", "about:blank"},
                        {"title", std::string_view(reason.data(), reason.size())},
                        {"status", status},
                        {"detail", detail}};
  if (!errors.empty()) {
    json::array list;
    for (const auto& error : errors)
      list.push_back(json::object{{"field", error.field}, {"detail", error.detail}});
    document["errors"] = std::move(list);
  }
  Response response = json_response(status, json::serialize(document));
  response.headers.set("Content-Type", "application/problem+json");
  return response;
}

Response problem(const Error& error) {
  switch (error.code) {
    case Errc::invalid_input:
      return problem(400, error.message);
    case Errc::limit_exceeded:
      return problem(413, error.message);
    case Errc::not_found:
      return problem(404, error.message);
    case Errc::conflict:
      return problem(409, error.message);
    case Errc::timeout:
      return problem(408, error.message);
    case Errc::refused:
      return problem(403, error.message);
    case Errc::cancelled:
      return problem(503, error.message);
    case Errc::io:
    case Errc::internal:
      break;
  }
  Response response = problem(
      500,
      "Something went wrong here. Try again; if it stays, tell the operator the X-Request-Id.");
  response.fault = error.message;
  return response;
}

bool is_same_origin(const Request& request, std::span<const std::string> allowed) {
  const std::string_view origin = request.header("Origin");
  if (!origin.empty())
    for (const auto& known : allowed)
      if (known == "*" || equal_ignoring_case(known, origin)) return true;
  const std::string_view site = request.header("Sec-Fetch-Site");
  if (!site.empty()) return site == "same-origin" || site == "none";
  if (origin.empty()) return true;
  const auto scheme = origin.find("://");
  return scheme != std::string_view::npos &&
         equal_ignoring_case(origin.substr(scheme + 3), request.header("Host"));
}

}  // namespace csvm::server
