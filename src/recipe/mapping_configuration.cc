#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>

#include "csvm/recipe.h"
#include "json_reader.h"
#include "mistakes.h"

namespace csvm::recipe {
namespace {

namespace json = boost::json;

constexpr std::size_t max_name_bytes = 200;

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

/// Rules with a switch of their own in the document.
constexpr std::array<std::pair<clean::Rule, std::string_view>, 3> switches = {
    {{clean::Rule::placeholders, "remove_placeholders"},
     {clean::Rule::emails, "normalize_emails"},
     {clean::Rule::linkedin, "normalize_linkedin"}}};

std::optional<clean::Rule> switch_named(std::string_view key) {
  for (const auto& [rule, name] : switches) {
    if (name == key) return rule;
  }
  return std::nullopt;
}

/// The role of a field whose name says nothing: that of the built-in field whose other names it
/// has, if they are all of one and no other field has it.
columns::Role role_of_aliases(const columns::Field& field, const columns::FieldSet& fields) {
  columns::Role role = columns::Role::other;
  for (const columns::Field& built_in : columns::built_in_fields(fields.type).fields) {
    const auto is_its_name = [&](const std::string& alias) {
      const std::string key = columns::comparing_key(alias);
      if (columns::comparing_key(built_in.name) == key) return true;
      return std::ranges::any_of(built_in.aliases, [&](const std::string& known) {
        return columns::comparing_key(known) == key;
      });
    };
    if (std::ranges::none_of(field.aliases, is_its_name)) continue;
    if (role != columns::Role::other) return columns::Role::other;
    role = built_in.role;
  }
  const bool is_taken =
      std::ranges::find(fields.fields, role, &columns::Field::role) != fields.fields.end();
  return is_taken ? columns::Role::other : role;
}

/// Reads one document and collects what is wrong with it.
class MappingReader {
 public:
  explicit MappingReader(std::string_view name) : name_(name), mistakes_(name) {}

  const std::vector<Mistake>& mistakes() const { return mistakes_.found(); }

  Result<MappingConfiguration> read(std::string_view text) {
    const json::value document = CSVM_TRY(parse_document(text, name_));
    const json::object* root = document.if_object();
    if (root == nullptr) {
      return Error{Errc::invalid_input, fmt::format("{}: the document must be an object, not {}",
                                                    name_, kind_in_words(document))};
    }
    for (const std::string& path : repeated_keys(text)) mistake(path, "stands there twice");
    configuration_ = built_in_configuration();
    for (const auto& [raw_key, value] : *root) {
      const std::string_view key = view(raw_key);
      if (key == "company_mappings") {
        read_fields(path_of("", key), value, configuration_.company);
      } else if (key == "people_mappings") {
        read_fields(path_of("", key), value, configuration_.people);
      } else if (key == "data_cleaning_rules") {
        read_rules(path_of("", key), value);
      } else {
        unknown_key("", key, "known are company_mappings, people_mappings and data_cleaning_rules");
      }
    }
    if (!mistakes_.empty()) return mistakes_.error();
    return std::move(configuration_);
  }

 private:
  void mistake(const std::string& path, std::string_view what) { mistakes_.add(path, what); }
  void warning(const std::string& path, std::string_view what) {
    configuration_.warnings.push_back(fmt::format("{}: {}: {}", name_, path, what));
  }
  void unknown_key(std::string_view path, std::string_view key, std::string_view known) {
    if (key.starts_with('_') || key.starts_with('$')) return;  // people's own notes
    warning(path_of(path, key), fmt::format("is not known and has no effect; {}", known));
  }

  // Fields and aliases.

  struct Owner {
    std::string field;
    std::string path;
    bool is_name;
  };
  using Owners = std::unordered_map<std::string, Owner>;

  void read_fields(const std::string& path, const json::value& value, columns::FieldSet& fields) {
    const json::object* object = value.if_object();
    if (object == nullptr) {
      return mistake(path, fmt::format("must be an object of fields and their other names, not {}",
                                       kind_in_words(value)));
    }
    fields.fields.clear();
    Owners owners;
    for (const auto& [raw_name, aliases] : *object) {
      const std::string field_path = path_of(path, view(raw_name));
      std::string name = trimmed(view(raw_name));
      if (!check_name(field_path, name, owners)) continue;
      const columns::Role role = columns::role_of(name, fields.type);
      fields.fields.push_back({std::move(name), role, {}});
    }
    if (object->empty()) return mistake(path, "must name at least one field");
    // Aliases only after all names: a name belongs to its field wherever it stands.
    for (const auto& [raw_name, aliases] : *object) {
      const std::string name = trimmed(view(raw_name));
      const auto field = std::ranges::find(fields.fields, name, &columns::Field::name);
      if (field == fields.fields.end()) continue;
      read_aliases(path_of(path, view(raw_name)), aliases, *field, owners);
    }
    for (columns::Field& field : fields.fields) {
      if (field.role == columns::Role::other) field.role = role_of_aliases(field, fields);
    }
  }

  bool check_name(const std::string& path, const std::string& name, Owners& owners) {
    if (name.empty()) {
      mistake(path, "a field needs a name");
      return false;
    }
    if (name.size() > max_name_bytes) {
      mistake(path, fmt::format("a name has at most {} bytes", max_name_bytes));
      return false;
    }
    const std::string key = columns::comparing_key(name);
    if (key.empty()) {
      mistake(path, "a name needs letters or digits");
      return false;
    }
    const auto [owner, is_new] = owners.try_emplace(key, Owner{name, path, true});
    if (!is_new) {
      mistake(path,
              fmt::format("is the same field as {}: case, blanks and punctuation do not count",
                          owner->second.path));
    }
    return is_new;
  }

  void read_aliases(const std::string& path, const json::value& value, columns::Field& field,
                    Owners& owners) {
    const json::array* list = value.if_array();
    if (list == nullptr) {
      return mistake(path,
                     fmt::format("must be a list of other names, not {}", kind_in_words(value)));
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string alias_path = path_of(path, i);
      const json::string* text = (*list)[i].if_string();
      if (text == nullptr) {
        mistake(alias_path, fmt::format("must be a text, not {}", kind_in_words((*list)[i])));
        continue;
      }
      std::string alias = trimmed(view(*text));
      if (alias.size() > max_name_bytes) {
        mistake(alias_path, fmt::format("a name has at most {} bytes", max_name_bytes));
        continue;
      }
      const std::string key = columns::comparing_key(alias);
      if (key.empty()) {
        mistake(alias_path, alias.empty() ? "is empty" : "needs letters or digits");
        continue;
      }
      const auto [owner, is_new] = owners.try_emplace(key, Owner{field.name, alias_path, false});
      if (is_new) {
        field.aliases.push_back(std::move(alias));
      } else if (owner->second.field != field.name) {
        mistake(alias_path,
                owner->second.is_name
                    ? fmt::format("\"{}\" is the name of another field", alias)
                    : fmt::format("\"{}\" already belongs to \"{}\" ({}); a header can feed only "
                                  "one of them",
                                  alias, owner->second.field, owner->second.path));
      } else if (std::ranges::find(field.aliases, alias) != field.aliases.end()) {
        warning(alias_path, fmt::format("\"{}\" is given twice ({})", alias, owner->second.path));
      }
    }
  }

  // Cleaning rules.

  void read_rules(const std::string& path, const json::value& value) {
    const json::object* object = value.if_object();
    if (object == nullptr) {
      return mistake(path, fmt::format("must be an object, not {}", kind_in_words(value)));
    }
    clean::Rules& rules = configuration_.rules;
    bool normalise = true;
    bool remove_extra = true;
    for (const auto& [raw_key, rule] : *object) {
      const std::string_view key = view(raw_key);
      const std::string rule_path = path_of(path, key);
      if (key == "domain_prefixes_to_remove") {
        read_texts(rule_path, rule, rules.domain_prefixes);
      } else if (key == "domain_suffixes_to_remove") {
        read_texts(rule_path, rule, rules.domain_suffixes);
      } else if (key == "personal_email_domains") {
        read_domains(rule_path, rule, rules.personal_email_domains);
      } else if (key == "normalize_whitespace") {
        read_bool(rule_path, rule, normalise);
      } else if (key == "remove_extra_spaces") {
        read_bool(rule_path, rule, remove_extra);
      } else if (key == "standardize_case") {
        read_case(rule_path, rule);
      } else if (const auto named = switch_named(key)) {
        bool on = true;
        read_bool(rule_path, rule, on);
        set(*named, on);
      } else {
        unknown_key(path, key,
                    "known are domain_prefixes_to_remove, domain_suffixes_to_remove, "
                    "normalize_whitespace, remove_extra_spaces, standardize_case, "
                    "remove_placeholders, normalize_emails, normalize_linkedin and "
                    "personal_email_domains");
      }
    }
    // The two settings of old are one rule now.
    set(clean::Rule::whitespace, normalise || remove_extra);
  }

  void set(clean::Rule rule, bool on) {
    configuration_.rules.enabled.set(static_cast<std::size_t>(rule), on);
  }

  void read_bool(const std::string& path, const json::value& value, bool& out) {
    if (const bool* flag = value.if_bool()) {
      out = *flag;
    } else {
      mistake(path, fmt::format("must be true or false, not {}", kind_in_words(value)));
    }
  }

  void read_texts(const std::string& path, const json::value& value,
                  std::vector<std::string>& out) {
    const json::array* list = value.if_array();
    if (list == nullptr) {
      return mistake(path, fmt::format("must be a list of texts, not {}", kind_in_words(value)));
    }
    out.clear();
    for (std::size_t i = 0; i < list->size(); ++i) {
      const json::string* text = (*list)[i].if_string();
      if (text == nullptr) {
        mistake(path_of(path, i), fmt::format("must be a text, not {}", kind_in_words((*list)[i])));
      } else if (trimmed(view(*text)).empty()) {
        mistake(path_of(path, i), "is empty");
      } else {
        out.push_back(trimmed(view(*text)));
      }
    }
  }

  void read_domains(const std::string& path, const json::value& value,
                    std::vector<std::string>& out) {
    read_texts(path, value, out);
    for (std::size_t i = 0; i < out.size(); ++i) {
      std::string& domain = out[i];
      if (domain.starts_with('@')) domain.erase(0, 1);
      std::ranges::transform(domain, domain.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
      if (domain.find('.') == std::string::npos ||
          domain.find_first_of(" /@:") != std::string::npos) {
        mistake(path_of(path, i), fmt::format("\"{}\" is no domain like gmail.com", domain));
      }
    }
  }

  void read_case(const std::string& path, const json::value& value) {
    const json::object* object = value.if_object();
    if (object == nullptr) {
      return mistake(path, fmt::format("must be an object, not {}", kind_in_words(value)));
    }
    for (const auto& [raw_key, wanted] : *object) {
      const std::string_view key = view(raw_key);
      const std::string case_path = path_of(path, key);
      if (key != "domains" && key != "names") {
        unknown_key(path, key, "known are domains and names");
        continue;
      }
      const json::string* text = wanted.if_string();
      const std::string_view yes = key == "domains" ? "lowercase" : "title_case";
      if (text == nullptr || (view(*text) != yes && view(*text) != "none")) {
        mistake(case_path, fmt::format("must be \"{}\" or \"none\"", yes));
      } else if (key == "names") {
        set(clean::Rule::names, view(*text) == yes);
      } else {
        set(clean::Rule::domains, view(*text) == yes);
      }
    }
  }

  std::string name_;
  MappingConfiguration configuration_;
  Mistakes mistakes_;
};

std::string quoted(std::string_view text) {
  return json::serialize(json::string_view(text.data(), text.size()));
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& text : texts) {
    if (list.size() > 1) list += ", ";
    list += quoted(text);
  }
  return list + "]";
}

std::string object_of(const columns::FieldSet& fields) {
  std::string object = "{";
  for (const columns::Field& field : fields.fields) {
    if (object.size() > 1) object += ",";
    object += fmt::format("\n    {}: {}", quoted(field.name), list_of(field.aliases));
  }
  return object + "\n  }";
}

}  // namespace

MappingConfiguration built_in_configuration() {
  MappingConfiguration configuration;
  configuration.company = columns::built_in_fields(columns::TableType::company);
  configuration.people = columns::built_in_fields(columns::TableType::people);
  return configuration;
}

Result<MappingConfiguration> parse_mapping_configuration(std::string_view text,
                                                         std::string_view name,
                                                         std::vector<Mistake>* mistakes) {
  MappingReader reader(name);
  auto configuration = reader.read(text);
  if (mistakes != nullptr) *mistakes = reader.mistakes();
  return configuration;
}

Result<MappingConfiguration> load_mapping_configuration(const std::string& path) {
  return parse_mapping_configuration(
      CSVM_TRY(read_document_file(path, "mapping configuration", max_configuration_bytes)), path);
}

std::string to_json(const MappingConfiguration& configuration) {
  const clean::Rules& rules = configuration.rules;
  const bool whitespace = rules.on(clean::Rule::whitespace);
  std::string switched_off;
  for (const auto& [rule, name] : switches) {
    if (!rules.on(rule)) switched_off += fmt::format(",\n    \"{}\": false", name);
  }
  return fmt::format(
      "{{\n"
      "  \"company_mappings\": {},\n"
      "  \"people_mappings\": {},\n"
      "  \"data_cleaning_rules\": {{\n"
      "    \"domain_prefixes_to_remove\": {},\n"
      "    \"domain_suffixes_to_remove\": {},\n"
      "    \"normalize_whitespace\": {},\n"
      "    \"remove_extra_spaces\": {},\n"
      "    \"standardize_case\": {{\"domains\": {}, \"names\": {}}},\n"
      "    \"personal_email_domains\": {}{}\n"
      "  }}\n"
      "}}\n",
      object_of(configuration.company), object_of(configuration.people),
      list_of(rules.domain_prefixes), list_of(rules.domain_suffixes), whitespace, whitespace,
      rules.on(clean::Rule::domains) ? "\"lowercase\"" : "\"none\"",
      rules.on(clean::Rule::names) ? "\"title_case\"" : "\"none\"",
      list_of(rules.personal_email_domains), switched_off);
}

}  // namespace csvm::recipe
