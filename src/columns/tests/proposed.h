// Mappings of small header rows, by the names of the fields.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "csvm/columns.h"

namespace csvm::columns {

/// A header and its sample cells.
struct TestColumn {
  std::string header;
  std::vector<std::string> samples;
};

inline Source source_of(const std::vector<TestColumn>& columns) {
  Source source;
  source.name = "test.csv";
  for (const TestColumn& column : columns) {
    source.headers.push_back(column.header);
    source.samples.push_back(column.samples);
  }
  return source;
}

/// The name of the field that a column feeds, "" for none.
inline std::string field_of(const Mapping& mapping, const FieldSet& fields, std::size_t column) {
  const auto& field = mapping.columns.at(column).field;
  return field ? fields.fields.at(*field).name : std::string();
}

/// The names of the fields that the columns feed, in order.
inline std::vector<std::string> fields_of(const Mapping& mapping, const FieldSet& fields) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < mapping.columns.size(); ++i) {
    names.push_back(field_of(mapping, fields, i));
  }
  return names;
}

inline std::vector<std::string> mapped(TableType type, const std::vector<TestColumn>& columns) {
  const FieldSet& fields = built_in_fields(type);
  return fields_of(propose(fields, source_of(columns)), fields);
}

inline std::size_t index_of(const FieldSet& fields, std::string_view name) {
  for (std::size_t i = 0; i < fields.fields.size(); ++i) {
    if (fields.fields[i].name == name) return i;
  }
  return fields.fields.size();
}

}  // namespace csvm::columns
