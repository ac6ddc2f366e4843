#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "csvm/recipe.h"
#include "destination.h"
#include "json_reader.h"
#include "mistakes.h"
#include "names.h"

namespace csvm::recipe {
namespace {

namespace json = boost::json;

constexpr std::size_t max_recipe_bytes = std::size_t{1} << 20;
constexpr std::size_t max_further_contacts = 20;
constexpr std::size_t most_lines = std::size_t{1} << 40;

// Reads one document and collects what is wrong with it.
class RecipeReader {
 public:
  explicit RecipeReader(std::string_view name) : name_(name), mistakes_(name) {}

  const std::vector<Mistake>& mistakes() const { return mistakes_.found(); }

  Result<Recipe> read(std::string_view text) {
    const json::value document = CSVM_TRY(parse_document(text, name_));
    const json::object* root = document.if_object();
    if (root == nullptr) {
      return Error{Errc::invalid_input, fmt::format("{}: a recipe must be an object, not {}", name_,
                                                    kind_in_words(document))};
    }
    for (const std::string& path : repeated_keys(text)) mistakes_.add(path, "stands there twice");
    for (const auto& [key, value] : *root) read_member(view(key), value);
    if (recipe_.possible > recipe_.threshold) {
      mistakes_.add("possible", fmt::format("{} is above the threshold ({})", recipe_.possible,
                                            recipe_.threshold));
    }
    if (recipe_.match == cluster::Mode::none && !recipe_.decisions.empty()) {
      mistakes_.add("decisions", "need match fuzzy or exact");
    }
    if (!mistakes_.empty()) return mistakes_.error();
    return std::move(recipe_);
  }

 private:
  void read_member(std::string_view key, const json::value& value) {
    if (key == "table_type") {
      const auto name = text(key, value);
      if (name == "company") {
        recipe_.type = columns::TableType::company;
      } else if (name == "people") {
        recipe_.type = columns::TableType::people;
      } else if (name) {
        mistakes_.add(key, fmt::format("must be people or company, not '{}'", *name));
      }
    } else if (key == "match") {
      const auto name = text(key, value);
      const auto mode = std::ranges::find(modes, name, &decltype(modes)::value_type::second);
      if (mode != modes.end()) {
        recipe_.match = mode->first;
      } else if (name) {
        mistakes_.add(key, fmt::format("must be fuzzy, exact or none, not '{}'", *name));
      }
    } else if (key == "threshold") {
      recipe_.threshold = number(key, value, 100, recipe_.threshold);
    } else if (key == "possible") {
      recipe_.possible = number(key, value, 100, recipe_.possible);
    } else if (key == "survivor") {
      const auto name = text(key, value);
      const auto rule = name ? merge::survivor_named(*name) : std::nullopt;
      if (rule) {
        recipe_.survivor = *rule;
      } else if (name) {
        mistakes_.add(key, fmt::format("must be most_complete, first, longest, most_frequent or "
                                       "newest_file, not '{}'",
                                       *name));
      }
    } else if (key == "header_threshold") {
      recipe_.header_threshold = static_cast<int>(whole(key, value, 100));
    } else if (key == "further_contacts") {
      recipe_.further_contacts = whole(key, value, max_further_contacts);
    } else if (key == "excel_safe") {
      recipe_.excel_safe = flag(key, value);
    } else if (key == "drop_empty") {
      recipe_.drop_empty = flag(key, value);
    } else if (key == "provenance") {
      recipe_.provenance = flag(key, value);
    } else if (key == "no_clean") {
      read_rules(key, value);
    } else if (key == "rank") {
      recipe_.rank = texts(key, value);
    } else if (key == "reading") {
      read_readings(key, value);
    } else if (key == "mapping") {
      read_mapping(key, value);
    } else if (key == "decisions") {
      read_decisions(key, value);
    } else if (key == "destination") {
      recipe_.destination = read_destination(key, value, mistakes_);
    } else {
      mistakes_.add(path_of("", key),
                    "is not known; known are table_type, match, threshold, possible, survivor, "
                    "header_threshold, further_contacts, excel_safe, drop_empty, provenance, "
                    "no_clean, rank, reading, mapping, decisions and destination");
    }
  }

  void wrong_kind(std::string_view path, std::string_view wanted, const json::value& value) {
    mistakes_.add(path, fmt::format("must be {}, not {}", wanted, kind_in_words(value)));
  }

  std::optional<std::string_view> text(std::string_view path, const json::value& value) {
    if (const json::string* found = value.if_string()) return view(*found);
    wrong_kind(path, "a text", value);
    return std::nullopt;
  }

  bool flag(std::string_view path, const json::value& value) {
    if (const bool* found = value.if_bool()) return *found;
    wrong_kind(path, "true or false", value);
    return false;
  }

  double number(std::string_view path, const json::value& value, double most, double otherwise) {
    if (!value.is_number()) {
      wrong_kind(path, "a number", value);
      return otherwise;
    }
    const double found = value.to_number<double>();
    if (found >= 0 && found <= most) return found;
    mistakes_.add(path, fmt::format("must be from 0 to {}, not {}", most, found));
    return otherwise;
  }

  std::size_t whole(std::string_view path, const json::value& value, std::size_t most) {
    const double found = number(path, value, static_cast<double>(most), 0);
    if (found == std::floor(found)) return static_cast<std::size_t>(found);
    mistakes_.add(path, fmt::format("must be a whole number, not {}", found));
    return 0;
  }

  std::vector<std::string> texts(std::string_view path, const json::value& value) {
    std::vector<std::string> found;
    const json::array* list = value.if_array();
    if (list == nullptr) {
      wrong_kind(path, "a list of texts", value);
      return found;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (const auto element = text(path_of(path, i), (*list)[i])) found.emplace_back(*element);
    }
    return found;
  }

  void read_rules(std::string_view path, const json::value& value) {
    const std::vector<std::string> names = texts(path, value);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (const auto rule = clean::rule_named(names[i])) {
        recipe_.not_clean.push_back(*rule);
      } else {
        mistakes_.add(path_of(path, i), fmt::format("there is no rule '{}'", names[i]));
      }
    }
  }

  void read_readings(std::string_view path, const json::value& value) {
    const json::object* files = value.if_object();
    if (files == nullptr) {
      return wrong_kind(path, "an object {FILE: {delimiter, encoding}}", value);
    }
    for (const auto& [file, given] : *files) {
      const std::string file_path = path_of(path, view(file));
      FileReading reading{std::string(view(file)), {}, {}};
      const json::object* object = given.if_object();
      if (object == nullptr) {
        wrong_kind(file_path, "an object {delimiter, encoding}", given);
        continue;
      }
      for (const auto& [key, how] : *object) {
        const std::string key_path = path_of(file_path, view(key));
        if (view(key) != "delimiter" && view(key) != "encoding") {
          mistakes_.add(key_path, "is not known; known are delimiter and encoding");
          continue;
        }
        const auto said = text(key_path, how);
        if (!said) continue;
        if (view(key) == "encoding") {
          reading.encoding = std::string(*said);
          continue;
        }
        reading.delimiter = delimiter_named(*said);
        if (!reading.delimiter) {
          mistakes_.add(key_path,
                        fmt::format("must be one sign such as ; or tab, not '{}'", *said));
        }
      }
      recipe_.reading.push_back(std::move(reading));
    }
  }

  void read_mapping(std::string_view path, const json::value& value) {
    const json::object* files = value.if_object();
    if (files == nullptr) {
      return wrong_kind(path, "an object {FILE: {HEADER: FIELD or null}}", value);
    }
    for (const auto& [file, headers] : *files) {
      const std::string file_path = path_of(path, view(file));
      FileWishes wishes{std::string(view(file)), {}};
      const json::object* object = headers.if_object();
      if (object == nullptr) {
        wrong_kind(file_path, "an object {HEADER: FIELD or null}", headers);
        continue;
      }
      for (const auto& [header, field] : *object) {
        pipeline::HeaderOverride wish{std::string(view(header)), {}};
        if (!field.is_null()) {
          const auto name = text(path_of(file_path, view(header)), field);
          if (!name) continue;
          wish.field = std::string(*name);
        }
        wishes.mapping.push_back(std::move(wish));
      }
      recipe_.mapping.push_back(std::move(wishes));
    }
  }

  std::optional<RowName> row_name(const std::string& path, const json::object& pair,
                                  std::string_view key) {
    const json::value* const value = pair.if_contains(key);
    const json::object* const place = value != nullptr ? value->if_object() : nullptr;
    const json::value* const file = place != nullptr ? place->if_contains("file") : nullptr;
    const json::value* const line = place != nullptr ? place->if_contains("line") : nullptr;
    const bool is_there = file != nullptr && file->is_string() && line != nullptr &&
                          line->is_number() && place->size() == 2;
    if (!is_there) {
      mistakes_.add(path_of(path, key), "must be a row, as {\"file\": FILE, \"line\": LINE}");
      return std::nullopt;
    }
    return RowName{std::string(view(file->get_string())),
                   whole(path_of(path_of(path, key), "line"), *line, most_lines)};
  }

  void read_decisions(std::string_view path, const json::value& value) {
    const json::array* list = value.if_array();
    if (list == nullptr) return wrong_kind(path, "a list of {a, b, together}", value);
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string place = path_of(path, i);
      const json::object* pair = (*list)[i].if_object();
      if (pair == nullptr || !pair->contains("together") || pair->size() != 3) {
        mistakes_.add(place, "must be a decision, as {a, b, together}");
        continue;
      }
      auto a = row_name(place, *pair, "a");
      auto b = row_name(place, *pair, "b");
      const bool together = flag(path_of(place, "together"), pair->at("together"));
      if (a && b) recipe_.decisions.push_back({*std::move(a), *std::move(b), together});
    }
  }

  std::string name_;
  Mistakes mistakes_;
  Recipe recipe_;
};

// People read it, too: a line for each of its members.
std::string a_line_each(const json::object& document) {
  std::string text = "{";
  for (const auto& [key, value] : document) {
    text += fmt::format("{}\n  {}: {}", text.size() > 1 ? "," : "",
                        json::serialize(json::value(key)), json::serialize(value));
  }
  return text + "\n}\n";
}

}  // namespace

std::optional<char> delimiter_named(std::string_view text) {
  if (text == "tab") return '\t';
  if (text.size() != 1) return std::nullopt;
  const char c = text.front();
  const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  if (is_word || c == '"' || c == '\'' || c == '\0' || c == '\n' || c == '\r' ||
      static_cast<unsigned char>(c) >= 0x80) {
    return std::nullopt;
  }
  return c;
}

Result<Recipe> parse_recipe(std::string_view json, std::string_view name,
                            std::vector<Mistake>* mistakes) {
  RecipeReader reader(name);
  auto recipe = reader.read(json);
  if (mistakes != nullptr) *mistakes = reader.mistakes();
  return recipe;
}

Result<Recipe> load_recipe(const std::string& path) {
  return parse_recipe(CSVM_TRY(read_document_file(path, "recipe", max_recipe_bytes)), path);
}

void rename_files(Recipe& recipe, const std::function<void(std::string& file)>& rename) {
  for (std::string& file : recipe.rank) rename(file);
  for (FileReading& reading : recipe.reading) rename(reading.file);
  for (FileWishes& wishes : recipe.mapping) rename(wishes.file);
  for (Decision& decision : recipe.decisions) {
    rename(decision.a.file);
    rename(decision.b.file);
  }
}

std::string to_json(const Recipe& recipe) {
  const Recipe by_default;
  json::object document;
  document["table_type"] = type_name(recipe.type);
  const auto say = [&](std::string_view key, const auto& value, const auto& otherwise) {
    if (value != otherwise) document[key] = value;
  };
  say("match", mode_name(recipe.match), mode_name(by_default.match));
  if (recipe.threshold != by_default.threshold)
    document["threshold"] = plain_number(recipe.threshold);
  if (recipe.possible != by_default.possible) document["possible"] = plain_number(recipe.possible);
  say("survivor", merge::to_string(recipe.survivor), merge::to_string(by_default.survivor));
  say("header_threshold", recipe.header_threshold, by_default.header_threshold);
  say("further_contacts", recipe.further_contacts, by_default.further_contacts);
  say("excel_safe", recipe.excel_safe, false);
  say("drop_empty", recipe.drop_empty, false);
  say("provenance", recipe.provenance, false);
  if (!recipe.not_clean.empty()) {
    json::array& rules = document["no_clean"].emplace_array();
    for (const clean::Rule rule : recipe.not_clean) rules.emplace_back(clean::to_string(rule));
  }
  if (!recipe.rank.empty()) document["rank"] = json::value_from(recipe.rank);
  if (!recipe.reading.empty()) {
    json::object& files = document["reading"].emplace_object();
    for (const FileReading& reading : recipe.reading) {
      json::object& how = files[reading.file].emplace_object();
      if (reading.delimiter) how["delimiter"] = std::string(1, *reading.delimiter);
      if (reading.encoding) how["encoding"] = *reading.encoding;
    }
  }
  if (!recipe.mapping.empty()) {
    json::object& files = document["mapping"].emplace_object();
    for (const FileWishes& wishes : recipe.mapping) {
      json::object& headers = files[wishes.file].emplace_object();
      for (const auto& wish : wishes.mapping) {
        headers[wish.header] = wish.field ? json::value(*wish.field) : json::value(nullptr);
      }
    }
  }
  for (const Decision& decision : recipe.decisions) {
    if (!document.contains("decisions")) document["decisions"].emplace_array();
    const auto place = [](const RowName& row) {
      return json::object{{"file", row.file}, {"line", row.line}};
    };
    document["decisions"].get_array().push_back(json::object{
        {"a", place(decision.a)}, {"b", place(decision.b)}, {"together", decision.together}});
  }
  if (recipe.destination) document["destination"] = object_of(*recipe.destination);
  return a_line_each(document);
}

Result<void> apply(const Recipe& recipe, pipeline::Settings& settings,
                   std::vector<pipeline::SourceFile>& files) {
  settings.matching.mode = recipe.match;
  settings.matching.threshold = recipe.threshold;
  settings.matching.possible = std::min(recipe.possible, recipe.threshold);
  settings.survivor = recipe.survivor;
  settings.header_threshold = recipe.header_threshold;
  settings.drop_empty_fields = recipe.drop_empty;
  settings.further_contacts = recipe.further_contacts;
  settings.provenance = recipe.provenance;
  for (const clean::Rule rule : recipe.not_clean) {
    settings.rules.enabled.reset(static_cast<std::size_t>(rule));
  }

  // Two files of one name in two folders are both meant by it.
  const auto for_each = [&](const std::string& name, std::string_view key, auto&& use) {
    bool is_known = false;
    for (auto& file : files) {
      if (file.path != name && file.name != name) continue;
      use(file);
      is_known = true;
    }
    if (is_known) return Result<void>();
    return Result<void>(
        Error{Errc::invalid_input,
              fmt::format("{}: there is no file '{}' among those given", key, name)});
  };
  if (!recipe.rank.empty()) {
    for (auto& file : files) file.rank = static_cast<std::uint32_t>(recipe.rank.size());
  }
  for (std::size_t rank = 0; rank < recipe.rank.size(); ++rank) {
    CSVM_CHECK(for_each(recipe.rank[rank], "rank", [&](pipeline::SourceFile& file) {
      file.rank = static_cast<std::uint32_t>(rank);
    }));
  }
  for (const FileReading& reading : recipe.reading) {
    CSVM_CHECK(for_each(reading.file, "reading", [&](pipeline::SourceFile& file) {
      if (reading.delimiter) file.known.delimiter = reading.delimiter;
      if (reading.encoding) file.encoding = reading.encoding;
    }));
  }
  for (const FileWishes& wishes : recipe.mapping) {
    CSVM_CHECK(for_each(wishes.file, "mapping", [&](pipeline::SourceFile& file) {
      file.overrides.insert(file.overrides.end(), wishes.mapping.begin(), wishes.mapping.end());
    }));
  }
  const auto place_of = [&](const RowName& row) -> Result<pipeline::RowPlace> {
    pipeline::RowPlace place{0, row.line};
    std::size_t named = 0;
    CSVM_CHECK(for_each(row.file, "decisions", [&](const pipeline::SourceFile& file) {
      place.source = static_cast<std::uint32_t>(&file - files.data());
      ++named;
    }));
    if (named == 1) return place;
    return Error{Errc::invalid_input,
                 fmt::format("decisions: {} files are named '{}'", named, row.file)};
  };
  settings.decisions.clear();
  for (const Decision& decision : recipe.decisions) {
    settings.decisions.push_back(
        {CSVM_TRY(place_of(decision.a)), CSVM_TRY(place_of(decision.b)), decision.together});
  }
  return {};
}

}  // namespace csvm::recipe
