#include "live_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "json_reader.h"

namespace csvm::recipe {
namespace {

constexpr std::string_view backup_prefix = "field_mappings_";
constexpr std::string_view backup_suffix = ".json";

std::string tag_of(std::string_view document) {
  return fmt::format("{:016x}", std::hash<std::string_view>()(document));
}

}  // namespace

Result<LiveConfiguration::Current> checked(std::string document, std::string_view name) {
  auto configuration = CSVM_TRY(parse_mapping_configuration(document, name));
  LiveConfiguration::Current current;
  current.value = std::make_shared<const MappingConfiguration>(std::move(configuration));
  current.tag = tag_of(document);
  current.document = std::move(document);
  return current;
}

LiveConfiguration::Current built_in_document() {
  LiveConfiguration::Current current;
  current.value = std::make_shared<const MappingConfiguration>(built_in_configuration());
  current.document = to_json(*current.value);
  current.tag = tag_of(current.document);
  return current;
}

Result<LiveConfiguration::Current> load_live(const std::string& path) {
  auto document = read_document_file(path, "mapping configuration", max_configuration_bytes);
  if (document) return checked(*std::move(document), path);
  if (document.error().code == Errc::not_found) return built_in_document();
  return document.error();
}

Error changed_by_others() {
  return {Errc::conflict,
          "the configuration was changed by somebody else in the meantime; load it again and "
          "repeat the change"};
}

std::string backup_name(std::string_view time, int number) {
  if (number < 2) return fmt::format("{}{}{}", backup_prefix, time, backup_suffix);
  return fmt::format("{}{}_{}{}", backup_prefix, time, number, backup_suffix);
}

bool is_backup_name(std::string_view name) {
  return name.starts_with(backup_prefix) && name.ends_with(backup_suffix) &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.';
         });
}

Error no_such_backup(std::string_view name) {
  return {Errc::not_found, fmt::format("there is no backup '{}'", name)};
}

}  // namespace csvm::recipe
