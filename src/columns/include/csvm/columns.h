// csvm/columns.h - headers and samples of a source file -> which of them feed which field. The
// only public header of module `columns`.
//
//   csv::Shape, sample cells --> propose --> Mapping --> pipeline
//
// Knows what headers and values mean; reads no file and no JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace csvm::columns {

enum class TableType { company, people };

/// What a field means to the program, whatever its configuration calls it. Decides how its
/// values are recognised, cleaned and compared. `other` is compared with nothing.
enum class Role {
  other,
  first_name,
  last_name,
  full_name,
  job_title,
  person_linkedin,
  person_location,
  work_email,
  personal_email,
  phone,
  company_name,
  company_domain,
  company_description,
  industry,
  company_linkedin,
  company_linkedin_handle,
  employee_count,
  company_location,
  revenue,
  year_founded,
};

/// A standard column of a table type. `aliases` are other spellings, the user's own included.
struct Field {
  std::string name;
  Role role = Role::other;
  std::vector<std::string> aliases;
};

/// The fields of one table type in their configured order.
struct FieldSet {
  TableType type = TableType::people;
  std::vector<Field> fields;
};

/// A header or name as it is compared: blind to case, accents, blanks, punctuation, underscores and
/// camelCase ("Job-Title", "job_title" and "jobTitle" are one). Empty when nothing is left.
std::string comparing_key(std::string_view header);

/// The role that a field of this name has ("Company Website" -> company_domain), `other` if none.
Role role_of(std::string_view field_name, TableType type);

/// Headers of one source file, and of every column some non-empty cells (a few dozen are enough).
struct Source {
  std::string name;  // for messages
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> samples;  // [column][n]
};

/// The user's word on one header: the field it feeds, or none ("stays unmapped").
struct Override {
  std::size_t column;
  std::optional<std::string> field;
};

enum class Why { none, exact, alias, fuzzy, values, composed, platform, user };
std::string_view to_string(Why why);

/// What was decided about one column of the source.
struct ColumnDecision {
  std::optional<std::size_t> field;  // index into FieldSet::fields
  int confidence = 0;                // 0..100
  Why why = Why::none;
  std::string reason;                    // one short sentence for people
  std::optional<std::size_t> runner_up;  // the field it would have been
  std::vector<std::string> samples;      // up to three
};

/// How a field gets its value from a row's columns.
enum class Composition {
  first_nonempty,    // the columns are alternatives, best first
  join_location,     // parts of one place: "City, State, Country"; empty parts left out
  join_name,         // first, (middle,) last -> full name
  split_first_name,  // the given part of one full-name column
  split_last_name,   // the family part of one full-name column
};

/// One way to fill a field. A field's feeds are tried in order; the first non-empty result wins.
struct Feed {
  Composition how = Composition::first_nonempty;
  std::vector<std::size_t> columns;
};

/// Which headers of one source file feed which fields.
struct Mapping {
  std::vector<ColumnDecision> columns;              // one per header
  std::vector<std::vector<Feed>> fields;            // one per field of the FieldSet; empty: not fed
  std::vector<std::optional<std::size_t>> primary;  // one per field: its best column
  std::string platform;                             // "Apollo", "ZoomInfo" ...; empty if not known
};

struct ProposeOptions {
  int fuzzy_threshold = 85;  // of 100
  std::vector<Override> overrides;
};

/// Maps the headers of one file, all at once. Never fails: what is not sure stays unmapped.
Mapping propose(const FieldSet& fields, const Source& source, const ProposeOptions& options = {});

/// Header texts made unique without loss: trimmed, "Phone", "Phone (2)", "column_7" for an empty
/// one (counted from 1).
std::vector<std::string> unique_headers(const std::vector<std::string>& headers);

/// The fields and aliases the program ships with (the same as config/field_mappings.json).
const FieldSet& built_in_fields(TableType type);

}  // namespace csvm::columns
