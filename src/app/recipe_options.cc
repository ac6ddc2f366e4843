#include "recipe_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

namespace csvm::app {
namespace {

using Files = std::vector<pipeline::SourceFile>;

constexpr const char* threshold_variable = "FUZZY_MATCH_THRESHOLD";

// What a recipe calls a file: its base name, so that the recipe can be used again on files that lie
// elsewhere; its path where two have one name.
const std::string& name_in_recipe(const pipeline::SourceFile& file, const Files& files) {
  return std::ranges::count(files, file.name, &pipeline::SourceFile::name) == 1 ? file.name
                                                                                : file.path;
}

// 'FILE:HEADER=FIELD' for one of `files`; headers may hold ':' and '='.
Result<void> add_override(const std::string& text, const Files& files,
                          std::vector<recipe::FileWishes>& mapping) {
  const auto equals = text.rfind('=');
  const pipeline::SourceFile* found = nullptr;
  std::size_t header = 0;
  for (const auto& file : files) {
    for (const std::string& name : {file.path, file.name}) {
      if (!text.starts_with(name + ":") || name.size() + 1 <= header) continue;
      found = &file;
      header = name.size() + 1;
    }
  }
  if (found == nullptr || equals == std::string::npos || equals < header) {
    return Error{Errc::invalid_input,
                 fmt::format("--map '{}' must be FILE:HEADER=FIELD, with one of the files given; "
                             "an empty FIELD leaves the header unmapped",
                             text)};
  }
  const std::string& file = name_in_recipe(*found, files);
  pipeline::HeaderOverride wish{text.substr(header, equals - header), {}};
  if (equals + 1 < text.size()) wish.field = text.substr(equals + 1);
  auto wishes = std::ranges::find(mapping, file, &recipe::FileWishes::file);
  if (wishes == mapping.end()) wishes = mapping.insert(wishes, recipe::FileWishes{file, {}});
  std::erase_if(wishes->mapping, [&](const auto& said) { return said.header == wish.header; });
  wishes->mapping.push_back(std::move(wish));
  return {};
}

// 'FILE=VALUE' for one of `files`: how this file is read, and what stands after the last '='.
struct Said {
  recipe::FileReading* reading = nullptr;
  std::string value;
};
Result<Said> said_of(const std::string& text, std::string_view option, const Files& files,
                     std::vector<recipe::FileReading>& readings) {
  // An '=' may itself be what stands between cells.
  const auto equals = text.ends_with("==") ? text.size() - 2 : text.rfind('=');
  if (equals != std::string::npos && equals + 1 < text.size()) {
    const std::string name = text.substr(0, equals);
    const auto found = std::ranges::find_if(
        files, [&](const auto& file) { return file.path == name || file.name == name; });
    if (found != files.end()) {
      const std::string& file = name_in_recipe(*found, files);
      auto reading = std::ranges::find(readings, file, &recipe::FileReading::file);
      if (reading == readings.end()) {
        reading = readings.insert(reading, recipe::FileReading{file, {}, {}});
      }
      return Said{&*reading, text.substr(equals + 1)};
    }
  }
  return Error{Errc::invalid_input,
               fmt::format("{} '{}' must be FILE=..., with one of the files given", option, text)};
}

Result<void> set_reading(const RecipeOptions& options, const Files& files,
                         std::vector<recipe::FileReading>& readings) {
  for (const std::string& text : options.delimiters) {
    const Said said = CSVM_TRY(said_of(text, "--delimiter", files, readings));
    said.reading->delimiter = recipe::delimiter_named(said.value);
    if (!said.reading->delimiter) {
      return Error{Errc::invalid_input,
                   fmt::format("--delimiter '{}': must be one sign such as ; or tab", text)};
    }
  }
  for (const std::string& text : options.encodings) {
    const Said said = CSVM_TRY(said_of(text, "--encoding", files, readings));
    said.reading->encoding = said.value;
  }
  return {};
}

// 'FILE:LINE' at the start of `text`, which goes on after it.
std::optional<recipe::RowName> take_row(std::string_view& text, const Files& files) {
  std::optional<recipe::RowName> found;
  std::string_view rest;
  for (const auto& file : files) {
    for (const std::string& name : {file.path, file.name}) {
      if (!text.starts_with(name + ":")) continue;
      const std::string_view number = text.substr(name.size() + 1);
      std::uint64_t line = 0;
      const auto end = std::from_chars(number.data(), number.data() + number.size(), line);
      if (end.ec != std::errc()) continue;
      found = recipe::RowName{name_in_recipe(file, files), line};
      rest = number.substr(static_cast<std::size_t>(end.ptr - number.data()));
    }
  }
  if (found) text = rest;
  return found;
}

Result<void> add_decisions(const std::vector<std::string>& texts, bool together, const Files& files,
                           std::vector<recipe::Decision>& decisions) {
  for (const std::string& text : texts) {
    std::string_view rest = text;
    const auto a = take_row(rest, files);
    const bool is_pair = a && rest.starts_with('=');
    if (is_pair) rest.remove_prefix(1);
    const auto b = is_pair ? take_row(rest, files) : std::nullopt;
    if (!b || !rest.empty()) {
      return Error{Errc::invalid_input,
                   fmt::format("{} '{}' must be FILE:LINE=FILE:LINE, with files that are given",
                               together ? "--together" : "--apart", text)};
    }
    decisions.push_back({*a, *b, together});
  }
  return {};
}

Result<void> add_rules(const std::vector<std::string>& names, std::vector<clean::Rule>& rules) {
  std::string known;
  for (std::size_t r = 0; r < clean::rule_count; ++r) {
    if (r != 0) known += ", ";
    known += clean::to_string(static_cast<clean::Rule>(r));
  }
  const auto add = [&](clean::Rule rule) {
    if (std::ranges::find(rules, rule) == rules.end()) rules.push_back(rule);
  };
  for (const std::string& name : names) {
    if (name == "all") {
      for (std::size_t r = 0; r < clean::rule_count; ++r) add(static_cast<clean::Rule>(r));
      continue;
    }
    const auto rule = clean::rule_named(name);
    if (!rule) {
      return Error{Errc::invalid_input,
                   fmt::format("--no-clean: there is no rule '{}'; the rules are {}", name, known)};
    }
    add(*rule);
  }
  return {};
}

cluster::Mode mode_named(std::string_view name) {
  if (name == "exact") return cluster::Mode::exact;
  return name == "fuzzy" ? cluster::Mode::fuzzy : cluster::Mode::none;
}

std::string not_a_number(std::string_view text, double low, double high, std::string_view where) {
  return fmt::format("'{}' is not a number from {} to {}{}", text, low, high, where);
}

// What FUZZY_MATCH_THRESHOLD says.
Result<std::optional<double>> threshold_of_environment() {
  const char* const said = std::getenv(threshold_variable);
  if (said == nullptr || *said == '\0') return std::optional<double>();
  double number = 0;
  if (CLI::detail::lexical_cast(std::string(said), number) && number >= 0 && number <= 100) {
    return std::optional<double>(number);
  }
  return Error{Errc::invalid_input,
               fmt::format("{}: {}", threshold_variable, not_a_number(said, 0, 100, ""))};
}

template <typename Value>
void choose(const std::optional<Value>& given, Value& wish) {
  if (given) wish = *given;
}

CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<std::string>& list,
                      const std::string& text) {
  return command.add_option(name, list, text)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

CLI::Validator number_between(double low, double high, const std::string& where) {
  return CLI::Validator(
      [low, high, where](std::string& text) {
        double number = 0;
        if (CLI::detail::lexical_cast(text, number) && number >= low && number <= high) {
          return std::string();
        }
        return not_a_number(text, low, high, where);
      },
      "");
}

void add_mapping_recipe_options(CLI::App& command, RecipeOptions& options) {
  command
      .add_option("--type", options.type,
                  "what the rows are: people or company (required, here or in the recipe)")
      ->check(CLI::IsMember({"people", "company"}))
      ->option_text("TYPE");
  command
      .add_option("--recipe", options.recipe,
                  "what --save-recipe or the page wrote: all that such a run is told;\n"
                  "options given besides it win")
      ->option_text("FILE");
  add_list(command, "--map", options.overrides,
           "FILE:HEADER=FIELD: the header of this file feeds this field;\n"
           "an empty FIELD leaves it unmapped; may be repeated")
      ->option_text("TEXT")
      ->group("Mapping");
  add_list(command, "--delimiter", options.delimiters,
           "FILE=SIGN: what stands between the cells of this file, where what was found\n"
           "is not right, e.g. leads.csv=; or leads.csv=tab; may be repeated")
      ->option_text("TEXT")
      ->group("Reading");
  add_list(command, "--encoding", options.encodings,
           "FILE=NAME: the encoding of this file, e.g. leads.csv=windows-1252;\n"
           "may be repeated")
      ->option_text("TEXT")
      ->group("Reading");
  command
      .add_option("--header-threshold", options.header_threshold,
                  "how alike a header and a field's name must be, of 100; 85")
      ->check(number_between(0, 100))
      ->option_text("N")
      ->group("Mapping");
}

void add_matching_recipe_options(CLI::App& command, RecipeOptions& options) {
  command
      .add_option("--match", options.match,
                  "which rows are the same lead:\n"
                  "fuzzy: also with typing errors, nicknames, legal forms ... (default)\n"
                  "exact: equal names and companies, the same profile or address\n"
                  "none: every row stays")
      ->check(CLI::IsMember({"fuzzy", "exact", "none"}))
      ->option_text("MODE")
      ->group("Matching");
  command
      .add_option("--threshold", options.threshold,
                  "how sure a fuzzy match must be to merge, of 100; 85\n"
                  "(environment: FUZZY_MATCH_THRESHOLD)")
      ->check(number_between(0, 100))
      ->option_text("N")
      ->group("Matching");
  command
      .add_option("--possible", options.possible,
                  "from here on pairs that stay apart are reported as possible\n"
                  "duplicates, of 100; 60")
      ->check(number_between(0, 100))
      ->option_text("N")
      ->group("Matching");
  add_list(command, "--rank", options.ranked,
           "this file's values win over those of files ranked later or not\n"
           "at all; may be repeated, best first")
      ->option_text("FILE")
      ->group("Matching");
  add_list(command, "--together", options.together,
           "FILE:LINE=FILE:LINE: these two rows are one lead; may be repeated")
      ->option_text("TEXT")
      ->group("Matching");
  add_list(command, "--apart", options.apart,
           "FILE:LINE=FILE:LINE: these two rows are two leads; may be repeated")
      ->option_text("TEXT")
      ->group("Matching");
}

void add_merging_recipe_options(CLI::App& command, RecipeOptions& options) {
  command
      .add_flag("--excel-safe", options.excel_safe,
                "write cells that a spreadsheet would run as a formula so that none\n"
                "does; phones and negative numbers stay")
      ->group("Result");
  command.add_flag("--drop-empty", options.drop_empty, "leave out fields that no file has")
      ->group("Result");
  command
      .add_option("--further-contacts", options.further_contacts,
                  "keep so many further addresses and phones of merged rows in\n"
                  "columns \"Work Email 2\" ...; 0")
      ->check(number_between(0, 20))
      ->option_text("N")
      ->group("Result");
  command
      .add_option("--survivor", options.survivor,
                  "which of several values survives: that of the most complete\n"
                  "record (most_complete, the default), first, longest,\n"
                  "most_frequent, newest_file")
      ->check(CLI::IsMember({"most_complete", "first", "longest", "most_frequent", "newest_file"}))
      ->option_text("RULE")
      ->group("Matching");
  add_list(command, "--no-clean", options.no_clean,
           "clean nothing, or all but these rules: whitespace, placeholders,\n"
           "domains, names, emails, linkedin")
      ->delimiter(',')
      ->option_text("[=RULE,...]")
      ->group("Cleaning");
}

Result<recipe::Recipe> recipe_of(const RecipeOptions& options, const Files& files) {
  const auto named = [&files](std::string& name) {
    const auto file = std::ranges::find(files, name, &pipeline::SourceFile::path);
    if (file != files.end()) name = name_in_recipe(*file, files);
  };
  recipe::Recipe recipe;
  if (!options.recipe.empty()) {
    recipe = CSVM_TRY(recipe::load_recipe(options.recipe));
    rename_files(recipe, named);
  } else if (const auto threshold = CSVM_TRY(threshold_of_environment())) {
    recipe.threshold = *threshold;
  }
  if (options.type) {
    recipe.type =
        options.type == "company" ? columns::TableType::company : columns::TableType::people;
  }
  if (options.match) recipe.match = mode_named(*options.match);
  if (options.survivor) recipe.survivor = *merge::survivor_named(*options.survivor);
  choose(options.threshold, recipe.threshold);
  choose(options.possible, recipe.possible);
  choose(options.header_threshold, recipe.header_threshold);
  choose(options.further_contacts, recipe.further_contacts);
  recipe.possible = std::min(recipe.possible, recipe.threshold);
  recipe.excel_safe = recipe.excel_safe || options.excel_safe;
  recipe.drop_empty = recipe.drop_empty || options.drop_empty;
  if (!options.ranked.empty()) {
    recipe.rank = options.ranked;
    for (std::string& file : recipe.rank) named(file);
  }
  CSVM_CHECK(add_rules(options.no_clean, recipe.not_clean));
  CSVM_CHECK(set_reading(options, files, recipe.reading));
  for (const std::string& text : options.overrides) {
    CSVM_CHECK(add_override(text, files, recipe.mapping));
  }
  CSVM_CHECK(add_decisions(options.together, true, files, recipe.decisions));
  CSVM_CHECK(add_decisions(options.apart, false, files, recipe.decisions));
  if (!recipe.decisions.empty() && recipe.match == cluster::Mode::none) {
    return Error{Errc::invalid_input, "--together and --apart need --match fuzzy or exact"};
  }
  return recipe;
}

}  // namespace csvm::app
