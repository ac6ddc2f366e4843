// csvm/recipe.h - what a run is told, as JSON, and back. The only public header of module `recipe`.
//
//   config/field_mappings.json --> MappingConfiguration --> columns, clean
//
// JSON stays behind this header; every mistake in a document is named by its path.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"
#include "csvm/clean.h"
#include "csvm/columns.h"

namespace csvm::recipe {

/// Fields, aliases and cleaning rules: what users edit in field_mappings.json. The shape is
/// described in docs/mapping.md.
struct MappingConfiguration {
  columns::FieldSet company{columns::TableType::company, {}};
  columns::FieldSet people{columns::TableType::people, {}};
  clean::Rules rules;
  /// What was understood but is probably not meant: unknown keys, aliases given twice. One
  /// sentence each, with its path.
  std::vector<std::string> warnings;
};

/// What holds when there is no file: the built-in fields and all cleaning rules.
MappingConfiguration built_in_configuration();

/// Reads a configuration file of at most 4 MiB. Fails with `not_found`, `io`, and as parsing does.
Result<MappingConfiguration> load_mapping_configuration(const std::string& path);

/// Reads a configuration. `name` stands in messages. A table that is not mentioned keeps its
/// built-in fields. Comments and trailing commas are allowed.
/// Fails with `invalid_input`; the message names every mistake (up to 20) by its path, such as
/// `people_mappings."Work Email"[3]: must be a text, not a number`.
Result<MappingConfiguration> parse_mapping_configuration(std::string_view json,
                                                         std::string_view name);

/// The configuration as a document that reads back as the same.
std::string to_json(const MappingConfiguration& configuration);

}  // namespace csvm::recipe
