#include "open_configuration.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace csvm::app {
namespace {

std::string time_name() {
  const auto now = std::chrono::system_clock::now();
  return fmt::format("{:%FT%H-%M-%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

recipe::SharedConfiguration::Place place_in(store::Store& store) {
  using recipe::SharedConfiguration;
  SharedConfiguration::Place place;
  place.load = [&store](std::uint64_t known) -> Result<SharedConfiguration::Stored> {
    auto stored = CSVM_TRY(store.configuration(known));
    return SharedConfiguration::Stored{stored.revision, std::move(stored.document)};
  };
  place.put = [&store](std::uint64_t expected, std::string_view document) {
    return store.set_configuration(expected, document);
  };
  place.add_backup = [&store](std::string_view name, std::string_view document) {
    return store.add_backup(name, document);
  };
  place.backups = [&store]() -> Result<std::vector<SharedConfiguration::Backup>> {
    std::vector<SharedConfiguration::Backup> found;
    for (auto& [name, bytes] : CSVM_TRY(store.backups())) found.push_back({name, bytes});
    return found;
  };
  place.backup = [&store](std::string_view name) { return store.backup(name); };
  return place;
}

}  // namespace

std::string configuration_path(const ServiceSettings& settings) {
  return settings.mappings_file.empty() ? settings.data_folder + "/field_mappings.json"
                                        : settings.mappings_file;
}

Result<std::unique_ptr<recipe::LiveConfiguration>> open_own_configuration(
    const ServiceSettings& settings, std::function<void()> changed) {
  recipe::ConfigurationFile::Options options;
  options.path = configuration_path(settings);
  options.backup_folder = settings.data_folder + "/configuration_backups";
  options.time_name = time_name;
  options.changed = std::move(changed);
  return std::unique_ptr<recipe::LiveConfiguration>(
      CSVM_TRY(recipe::ConfigurationFile::open(std::move(options))));
}

Result<std::unique_ptr<recipe::SharedConfiguration>> open_shared_configuration(
    const ServiceSettings& settings, store::Store& store, std::function<void()> changed) {
  recipe::SharedConfiguration::Options options;
  options.place = place_in(store);
  options.seed_file = configuration_path(settings);
  options.time_name = time_name;
  options.changed = std::move(changed);
  return recipe::SharedConfiguration::open(std::move(options));
}

}  // namespace csvm::app
