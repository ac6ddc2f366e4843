#include "csvm/output.h"
#include "json_text.h"

namespace csvm::output {
namespace {

namespace json = boost::json;

json::value field_name(const std::optional<std::size_t>& field, const columns::FieldSet& fields) {
  if (!field) return nullptr;
  return json::value(fields.fields[*field].name);
}

json::object source_mapping(const pipeline::Source& source, const columns::FieldSet& fields) {
  json::object mapping;
  for (std::size_t c = 0; c < source.mapping.columns.size(); ++c) {
    mapping[source.headers[c]] = field_name(source.mapping.columns[c].field, fields);
  }
  json::object primary;
  for (std::size_t f = 0; f < source.mapping.primary.size(); ++f) {
    if (source.mapping.primary[f]) {
      primary[fields.fields[f].name] = source.headers[*source.mapping.primary[f]];
    }
  }
  json::object described;
  described["file"] = source.file.name;
  described["platform"] = source.mapping.platform;
  described["mapping"] = std::move(mapping);
  described["columns"] = columns_json(source, fields);
  described["primary"] = std::move(primary);
  return described;
}

}  // namespace

json::array columns_json(const pipeline::Source& source, const columns::FieldSet& fields) {
  json::array columns_of;
  for (std::size_t c = 0; c < source.mapping.columns.size(); ++c) {
    const columns::ColumnDecision& decision = source.mapping.columns[c];
    json::object column;
    column["index"] = c;
    column["header"] = source.headers[c];
    column["field"] = field_name(decision.field, fields);
    column["confidence"] = decision.confidence;
    column["why"] = columns::to_string(decision.why);
    column["reason"] = decision.reason;
    column["samples"] = json::value_from(decision.samples);
    columns_of.push_back(std::move(column));
  }
  return columns_of;
}

std::string mapping_json(std::span<const pipeline::Source> sources,
                         const columns::FieldSet& fields) {
  json::value described;
  if (sources.size() == 1) {
    described = source_mapping(sources.front(), fields);
  } else {
    json::array& files = described.emplace_array();
    for (const auto& source : sources) files.push_back(source_mapping(source, fields));
  }
  std::string out;
  append_pretty(out, described, 0);
  out += "\n";
  return out;
}

}  // namespace csvm::output
