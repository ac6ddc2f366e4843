// The mapping of an upload, before anything is run.
#include <span>

#include "answers.h"
#include "csvm/output.h"
#include "wishes.h"

namespace csvm::api {
namespace {

namespace json = boost::json;

constexpr std::size_t max_rows = 100;

std::string_view how(columns::Composition composition) {
  switch (composition) {
    case columns::Composition::first_nonempty:
      return "first_nonempty";
    case columns::Composition::join_location:
      return "join_location";
    case columns::Composition::join_name:
      return "join_name";
    case columns::Composition::split_first_name:
      return "split_first_name";
    case columns::Composition::split_last_name:
      return "split_last_name";
  }
  return "first_nonempty";
}

// How each field gets its values from a file: ways in the order in which they are tried.
json::object feeds(const pipeline::Source& source, const columns::FieldSet& fields) {
  json::object all;
  for (std::size_t f = 0; f < source.mapping.fields.size(); ++f) {
    if (source.mapping.fields[f].empty()) continue;
    json::array& ways = all[fields.fields[f].name].emplace_array();
    for (const columns::Feed& feed : source.mapping.fields[f]) {
      json::array headers;
      for (const std::size_t column : feed.columns) headers.emplace_back(source.headers[column]);
      ways.push_back(json::object{{"how", how(feed.how)}, {"headers", std::move(headers)}});
    }
  }
  return all;
}

Response preview(Context& context, const store::Session& session, const std::string& upload,
                 const recipe::Recipe& recipe, std::size_t rows) {
  auto opened = jobs::open_upload(context.parts.environment, session.id, upload, recipe, {});
  if (!opened) return failure(opened.error());
  json::object body;
  body["upload_id"] = upload;
  json::array& files = body["files"].emplace_array();
  for (std::size_t f = 0; f < opened->sources.size(); ++f) {
    const std::span one(&opened->sources[f], 1);
    json::value file = json::parse(output::mapping_json(one, opened->settings.fields));
    file.as_object()["file_id"] = opened->files[f].id;
    file.as_object()["feeds"] = feeds(opened->sources[f], opened->settings.fields);
    files.push_back(std::move(file));
  }
  json::array& fields = body["fields"].emplace_array();
  for (const columns::Field& field : opened->settings.fields.fields) {
    fields.emplace_back(field.name);
  }
  // As the payload of a record groups them.
  json::array& of_company = body["company_fields"].emplace_array();
  for (const columns::Field& field : opened->settings.fields.fields) {
    if (output::is_of_company(field)) of_company.emplace_back(field.name);
  }
  if (rows > 0) {
    const auto merged = jobs::preview(*opened, rows);
    if (!merged) return failure(merged.error());
    body["table"] = json::object{{"columns", json::value_from(merged->columns)},
                                 {"rows", json::value_from(merged->rows)},
                                 {"read", merged->read},
                                 {"merged", merged->merged}};
  }
  return ok(body);
}

// Takes `rows`, how many rows of the result are wished for, out of a request.
std::size_t take_rows(json::object& body, std::vector<server::FieldError>& mistakes) {
  const json::value* given = body.if_contains("rows");
  if (given == nullptr) return 0;
  const double rows = given->is_number() ? given->to_number<double>() : -1;
  if (!(rows >= 0 && rows <= max_rows)) {
    mistakes.push_back({"rows", "must be a number of rows, at most 100"});
  }
  body.erase("rows");
  return mistakes.empty() ? static_cast<std::size_t>(rows) : 0;
}

Task<Response> post_preview(Context& context, Request& request) {
  JsonBody body = co_await read_json(request);
  if (body.refusal) co_return *std::move(body.refusal);
  std::vector<server::FieldError> mistakes;
  const std::size_t rows = take_rows(body.object, mistakes);
  auto wishes = std::make_shared<Wishes>(read_wishes(body.object, context.settings));
  wishes->mistakes.insert(wishes->mistakes.end(), mistakes.begin(), mistakes.end());
  if (!wishes->mistakes.empty()) {
    co_return invalid("the mapping cannot be shown like this", wishes->mistakes);
  }
  SessionWork work = [&context, wishes, rows](const store::Session& session) {
    return preview(context, session, wishes->job.upload_id, wishes->recipe, rows);
  };
  co_return co_await for_session_long(context, request, NoSession::refuse, std::move(work));
}

}  // namespace

void add_mapping_routes(server::Router& router, Context& context) {
  add(router, context, "POST", "/api/mapping/preview", post_preview);
}

}  // namespace csvm::api
