// csvm/recipe.h - what a run is told, as JSON, and back. The only public header of module `recipe`.
//
//   config/field_mappings.json --> MappingConfiguration --> columns, clean
//   recipe.json, a request     --> Recipe               --> pipeline::Settings
//
// JSON stays behind this header; every mistake in a document is named by its path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"
#include "csvm/clean.h"
#include "csvm/cluster.h"
#include "csvm/columns.h"
#include "csvm/merge.h"
#include "csvm/pipeline.h"

namespace csvm::recipe {

/// What is wrong at one place of a document.
struct Mistake {
  std::string path;  // "mapping.\"a.csv\".Email"; empty for the whole document
  std::string what;  // "must be a text, not a number"
};

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
/// `people_mappings."Work Email"[3]: must be a text, not a number`, and `mistakes`, when given,
/// gets them one by one.
Result<MappingConfiguration> parse_mapping_configuration(std::string_view json,
                                                         std::string_view name,
                                                         std::vector<Mistake>* mistakes = nullptr);

/// The configuration as a document that reads back as the same.
std::string to_json(const MappingConfiguration& configuration);

/// What a run was told about one of its files, by the file's name.
struct FileWishes {
  std::string file;
  std::vector<pipeline::HeaderOverride> mapping;
};

/// What was decided about two rows, by file and line.
struct RowName {
  std::string file;
  std::uint64_t line = 0;
};
struct Decision {
  RowName a, b;
  bool together = false;
};

/// How one of the files is to be read, where what was found in it is not right.
struct FileReading {
  std::string file;
  std::optional<char> delimiter;
  std::optional<std::string> encoding;  // "utf-8", "windows-1252" ...
};

/// How the records of a job are delivered, besides URL, rate, headers and secret. 0: no limit.
struct DeliveryWishes {
  std::string preset;
  double burst = 0;  // records at once; 0: what a tenth of a second lets through
  std::uint64_t max_record_bytes = 0, quota = 0, quota_used = 0;
  std::uint64_t canary = 0, record_limit = 0;
  double fail_above_percent = 100;
  std::uint64_t retries = 3;
  std::vector<double> backoff_seconds = {1, 3, 9};
  double timeout_seconds = 30;
  std::vector<std::string> roll_over_urls;
  std::string series;  // tells one delivery of a job from its others
};

/// Where the records went or shall go, without what may be secret: the path of a URL is as good as
/// a password at many receivers.
struct Destination {
  std::string host;
  double rate_per_second = 10;            // 0: no limit
  std::vector<std::string> header_names;  // of the caller's own
  bool is_signed = false;
  DeliveryWishes wishes;  // without roll_over_urls and series
};

/// Everything a run is told but the files themselves: one document for page, API and command line.
/// A value; what is not said keeps the default.
struct Recipe {
  columns::TableType type = columns::TableType::people;
  cluster::Mode match = cluster::Mode::fuzzy;
  double threshold = 85;  // 0..100: from which score on records are merged
  double possible = 60;   // ... and from which they are listed as possible duplicates
  merge::Survivor survivor = merge::Survivor::most_complete;
  int header_threshold = 85;           // 0..100: how alike a header must be to an alias
  std::vector<clean::Rule> not_clean;  // rules that are switched off
  std::vector<std::string> rank;       // files whose values win, best first
  std::vector<FileReading> reading;
  std::vector<FileWishes> mapping;
  std::vector<Decision> decisions;  // which rows are one lead, and which are not
  bool excel_safe = false;
  bool drop_empty = false;           // leave out fields that no file feeds
  std::size_t further_contacts = 0;  // 0..20
  bool provenance = false;           // tell where each value of the result came from
  std::optional<Destination> destination;
};

/// Reads a recipe. `name` stands in messages. Comments and trailing commas are allowed; a key that
/// is not known is a mistake, since a misspelled wish would be ignored.
/// Fails with `invalid_input`; the message names every mistake by its path, and `mistakes`, when
/// given, gets them one by one.
Result<Recipe> parse_recipe(std::string_view json, std::string_view name,
                            std::vector<Mistake>* mistakes = nullptr);

/// Reads a recipe file of at most 1 MiB. Fails with `not_found`, `io`, and as parsing does.
Result<Recipe> load_recipe(const std::string& path);

/// Calls `rename` with every file that the recipe names, to be changed in place: what a file is
/// called is not the same on a page, in a job and on a command line.
void rename_files(Recipe& recipe, const std::function<void(std::string& file)>& rename);

/// A character that may stand between cells: one of ASCII, no letter, digit, quote or line end;
/// "tab" is one too. nullopt for anything else.
std::optional<char> delimiter_named(std::string_view text);

/// The recipe as a document that reads back as the same; what is as by default is left out.
std::string to_json(const Recipe& recipe);

/// The command line that does the same with `files`, quoted for a POSIX shell; what is secret is
/// for the reader to fill in.
std::string to_command(const Recipe& recipe, const std::vector<std::string>& files);

/// What a kind of receiver bears; 0: no limit. Named in destinations.json.
struct DestinationPreset {
  std::string name;
  double rate_per_second = 0;
  double burst = 0;                  // records at once
  std::size_t max_record_bytes = 0;  // of a request's body
  std::uint64_t quota = 0;           // records in the life of one URL
  std::vector<std::string> hosts;    // of its URLs: these and all below them
};

/// Those of config/destinations.json, as shipped.
std::vector<DestinationPreset> built_in_destination_presets();

/// Reads a file of the same shape, of at most 1 MiB. Fails with `not_found`, `io`, and
/// `invalid_input` with every mistake named by its path.
Result<std::vector<DestinationPreset>> load_destination_presets(const std::string& path);
Result<std::vector<DestinationPreset>> parse_destination_presets(std::string_view json,
                                                                 std::string_view name);

/// The preset that a host belongs to; null: none.
const DestinationPreset* preset_of(const std::vector<DestinationPreset>& presets,
                                   std::string_view host);

/// Reads wishes from an object of "webhook_retries" and so on (docs/http-api.md); what is not said
/// is as in `otherwise`. Fails with `invalid_input`, every mistake named by its path.
Result<DeliveryWishes> parse_delivery_wishes(std::string_view json, const DeliveryWishes& otherwise,
                                             std::vector<Mistake>* mistakes = nullptr);
/// A document that reads back as the same, whatever the defaults are then.
std::string to_json(const DeliveryWishes& wishes);
/// The names of its members.
std::vector<std::string_view> delivery_members();

/// Takes what the recipe says of matching, cleaning and merging into `settings`, and what it says
/// of files into `files` (by path or name). `settings.fields` and the lists in `settings.rules`
/// come from the mapping configuration and are kept.
/// Fails with `invalid_input` when the recipe names a file that is not among `files`, and when a
/// decision names one of two files of the same name.
Result<void> apply(const Recipe& recipe, pipeline::Settings& settings,
                   std::vector<pipeline::SourceFile>& files);

/// The mapping configuration that a service runs with: one file that people and programs change.
///
/// A change of the file is noticed (also when an editor replaces it) and taken in whole; a broken
/// file changes nothing and is named in `Current::problem`. Backups lie in a folder of their own.
/// Threads: every member from any thread; one thread of its own waits for changes.
class ConfigurationFile {
 public:
  struct Current {
    std::shared_ptr<const MappingConfiguration> value;  // never null
    std::string document;                               // JSON that says the same
    std::string tag;      // changes when the document does, and only then
    std::string problem;  // why the file as it lies is not in use; empty when it is
  };
  struct Options {
    std::string path;           // need not exist: the built-in configuration holds then
    std::string backup_folder;  // made on demand
    /// Time as it stands in the names of backups, such as "2024-01-15T10-30-00Z".
    std::function<std::string()> time_name;
    std::function<void()> changed;  // after a change was taken in or refused; may be empty
  };
  struct Backup {
    std::string name;
    std::uint64_t bytes = 0;
  };

  /// Fails as loading does when the file is broken at the start, and with `io`.
  static Result<std::unique_ptr<ConfigurationFile>> open(Options options);
  ~ConfigurationFile();

  Current current() const;
  /// Checks `document` and puts it into the file, whole or not at all. `expected` is the tag that
  /// the caller has seen: `conflict` when it is not the current one; empty: whatever it is.
  Result<Current> replace(std::string_view document, std::string_view expected);
  /// Copies what is in force to a backup; returns its name.
  Result<std::string> back_up();
  Result<std::vector<Backup>> backups() const;  // newest first
  /// Puts a backup in force, after backing up what was. `not_found` for another name.
  Result<Current> restore(std::string_view name);

 private:
  struct State;
  explicit ConfigurationFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace csvm::recipe
