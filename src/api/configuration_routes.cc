// The mapping configuration: reading, changing, trying, backing up.
#include <fmt/format.h>

#include <algorithm>

#include "answers.h"

namespace csvm::api {
namespace {

namespace json = boost::json;

constexpr std::size_t headers_to_try = 50;

std::string in_quotes(std::string_view tag) { return fmt::format("\"{}\"", tag); }

// The tag of `If-Match: "tag"`; empty when there is none or any will do.
std::string expected_tag(const Request& request) {
  std::string_view given = request.header("If-Match");
  if (given == "*") return {};
  if (given.starts_with("W/")) given.remove_prefix(2);
  if (given.size() >= 2 && given.front() == '"' && given.back() == '"') {
    return std::string(given.substr(1, given.size() - 2));
  }
  return std::string(given);
}

// Equal length first; then every byte counts, so that the time says nothing of the token.
bool is_same_secret(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    difference |= static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]);
  }
  return difference == 0;
}

std::optional<Response> refuse_others(const Context& context, const Request& request) {
  const std::string& token = context.settings.admin_token;
  if (token.empty() && !context.settings.production) return std::nullopt;
  std::string_view given = request.header("Authorization");
  if (given.starts_with("Bearer ")) given.remove_prefix(7);
  if (!token.empty() && is_same_secret(given, token)) return std::nullopt;
  Response response = server::problem(
      401, "changing the shared configuration needs \"Authorization: Bearer ADMIN_TOKEN\"");
  response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

Response describe(const recipe::LiveConfiguration::Current& current) {
  json::object body;
  body["configuration"] = json::parse(recipe::to_json(*current.value));
  body["warnings"] = json::value_from(current.value->warnings);
  body["problem"] = current.problem.empty() ? json::value(nullptr) : json::value(current.problem);
  Response response = ok(body);
  response.headers.set("ETag", in_quotes(current.tag));
  return response;
}

Result<recipe::MappingConfiguration> parse(const std::string& document,
                                           std::vector<server::FieldError>& errors) {
  std::vector<recipe::Mistake> mistakes;
  auto parsed = recipe::parse_mapping_configuration(document, "the configuration", &mistakes);
  for (recipe::Mistake& mistake : mistakes) {
    errors.push_back({std::move(mistake.path), std::move(mistake.what)});
  }
  return parsed;
}

Task<Response> get_mappings(Context& context, Request& request) {
  std::function<Response()> work = [&context] {
    return describe(context.parts.configuration.current());
  };
  co_return co_await for_anyone(context, request, std::move(work));
}

Task<Response> put_mappings(Context& context, Request& request) {
  if (auto refusal = refuse_others(context, request)) co_return *std::move(refusal);
  JsonBody body = co_await read_json(request, std::size_t{4} << 20);
  if (body.refusal) co_return *std::move(body.refusal);
  std::string document = json::serialize(body.object);
  std::function<Response()> work = [&context, document = std::move(document),
                                    tag = expected_tag(request)] {
    const auto replaced = context.parts.configuration.replace(document, tag);
    if (replaced) return describe(*replaced);
    std::vector<server::FieldError> errors;
    if (replaced.error().code == Errc::invalid_input && !parse(document, errors)) {
      return invalid(replaced.error().message, errors);
    }
    return replaced.error().code == Errc::conflict ? server::problem(412, replaced.error().message)
                                                   : failure(replaced.error());
  };
  co_return co_await for_anyone(context, request, std::move(work));
}

Task<Response> post_backup(Context& context, Request& request) {
  if (auto refusal = refuse_others(context, request)) co_return *std::move(refusal);
  std::function<Response()> work = [&context] {
    const auto name = context.parts.configuration.back_up();
    return name ? ok({{"status", "success"}, {"name", *name}}) : failure(name.error());
  };
  co_return co_await for_anyone(context, request, std::move(work));
}

Task<Response> get_backups(Context& context, Request& request) {
  std::function<Response()> work = [&context] {
    const auto found = context.parts.configuration.backups();
    if (!found) return failure(found.error());
    json::array backups;
    for (const auto& backup : *found) {
      backups.push_back(json::object{{"name", backup.name}, {"size", backup.bytes}});
    }
    return ok({{"backups", std::move(backups)}});
  };
  co_return co_await for_anyone(context, request, std::move(work));
}

Task<Response> post_restore(Context& context, Request& request) {
  if (auto refusal = refuse_others(context, request)) co_return *std::move(refusal);
  JsonBody body = co_await read_json(request);
  if (body.refusal) co_return *std::move(body.refusal);
  std::vector<server::FieldError> mistakes;
  auto name = text_member(body.object, "name", mistakes);
  if (!name && mistakes.empty()) mistakes.push_back({"name", "is needed: the name of a backup"});
  if (!mistakes.empty()) co_return invalid("nothing was restored", mistakes);
  std::function<Response()> work = [&context, name = *std::move(name)] {
    const auto restored = context.parts.configuration.restore(name);
    return restored ? describe(*restored) : failure(restored.error());
  };
  co_return co_await for_anyone(context, request, std::move(work));
}

std::optional<columns::TableType> table_type(std::string_view name) {
  if (name == "company") return columns::TableType::company;
  if (name == "people") return columns::TableType::people;
  return std::nullopt;
}

const columns::FieldSet& fields_of(const recipe::MappingConfiguration& configuration,
                                   columns::TableType type) {
  return type == columns::TableType::company ? configuration.company : configuration.people;
}

Task<Response> get_naming(Context& context, Request& request) {
  const auto type = table_type(request.query("table_type").value_or(""));
  if (!type) co_return invalid("say which table", {{"table_type", "must be people or company"}});
  std::function<Response()> work = [&context, type = *type] {
    const auto current = context.parts.configuration.current();
    json::array fields;
    for (const columns::Field& field : fields_of(*current.value, type).fields) {
      fields.push_back(
          json::object{{"field", field.name}, {"aliases", json::value_from(field.aliases)}});
    }
    return ok({{"fields", std::move(fields)}});
  };
  co_return co_await for_anyone(context, request, std::move(work));
}

json::value field_name(const columns::FieldSet& fields, const columns::ColumnDecision& decision) {
  return decision.field ? json::value(fields.fields[*decision.field].name) : json::value(nullptr);
}

// What a new configuration would map otherwise, by the headers alone.
json::array differences(const columns::FieldSet& before, const columns::FieldSet& after,
                        const std::vector<std::string>& headers) {
  columns::Source source{"", headers, std::vector<std::vector<std::string>>(headers.size())};
  const columns::Mapping old_mapping = columns::propose(before, source);
  const columns::Mapping new_mapping = columns::propose(after, source);
  json::array changed;
  for (std::size_t c = 0; c < headers.size(); ++c) {
    const json::value now = field_name(before, old_mapping.columns[c]);
    const json::value then = field_name(after, new_mapping.columns[c]);
    if (now != then) {
      changed.push_back(json::object{{"header", headers[c]}, {"now", now}, {"then", then}});
    }
  }
  return changed;
}

Response try_out(Context& context, const std::string& document) {
  std::vector<server::FieldError> errors;
  const auto tried = parse(document, errors);
  if (!tried) return invalid(tried.error().message, errors);
  const auto current = context.parts.configuration.current();
  json::array sets;
  for (const auto type : {columns::TableType::people, columns::TableType::company}) {
    const auto stored =
        type == columns::TableType::company ? store::TableType::company : store::TableType::people;
    const auto recent = context.store().recent_headers(stored, headers_to_try);
    if (!recent) return failure(recent.error());
    for (const std::string& headers : *recent) {
      const auto names = json::value_to<std::vector<std::string>>(json::parse(headers));
      json::array changed =
          differences(fields_of(*current.value, type), fields_of(*tried, type), names);
      sets.push_back(json::object{{"table_type", store::to_string(stored)},
                                  {"headers", json::value_from(names)},
                                  {"changed", std::move(changed)}});
    }
  }
  return ok({{"warnings", json::value_from(tried->warnings)}, {"recent", std::move(sets)}});
}

Task<Response> post_trial(Context& context, Request& request) {
  JsonBody body = co_await read_json(request, std::size_t{4} << 20);
  if (body.refusal) co_return *std::move(body.refusal);
  std::function<Response()> work = [&context, document = json::serialize(body.object)] {
    return try_out(context, document);
  };
  co_return co_await for_anyone(context, request, std::move(work));
}

}  // namespace

void add_configuration_routes(server::Router& router, Context& context) {
  server::RouteOptions large;
  large.max_body_bytes = std::uint64_t{4} << 20;
  add(router, context, "GET", "/api/config/mappings", get_mappings);
  add(router, context, "PUT", "/api/config/mappings", put_mappings, large);
  add(router, context, "POST", "/api/config/backup", post_backup);
  add(router, context, "POST", "/api/config/restore", post_restore);
  add(router, context, "GET", "/api/config/backups", get_backups);
  add(router, context, "GET", "/api/config/preview", get_naming);
  add(router, context, "POST", "/api/config/trial", post_trial, large);
}

}  // namespace csvm::api
