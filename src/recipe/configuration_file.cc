#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <utility>

#include "csvm/bytes.h"
#include "csvm/recipe.h"
#include "json_reader.h"
#include "live_document.h"
#include "watch.h"

namespace csvm::recipe {
namespace {

namespace fs = std::filesystem;

Result<void> put(const std::string& path, std::string_view document) {
  auto file = CSVM_TRY(bytes::NewFile::create(path));
  CSVM_CHECK(file.write_at(0, document));
  return file.commit();
}

}  // namespace

struct ConfigurationFile::State {
  Options options;
  Guarded<Current> current;
  Guarded<int> writing{0};  // one change of the file at a time
  std::unique_ptr<Watch> watch;

  // The file as it lies comes into force, or the reason why not.
  void reload() {
    auto loaded = load_live(options.path);
    const bool is_news = current.with([&](Current& now) {
      if (!loaded) {
        const bool is_new_problem = now.problem != loaded.error().message;
        now.problem = loaded.error().message;
        return is_new_problem;
      }
      const bool is_changed = now.tag != loaded->tag || !now.problem.empty();
      now = *std::move(loaded);
      return is_changed;
    });
    if (is_news && options.changed) options.changed();
  }

  Result<Current> put_in_force(std::string_view document, std::string_view expected,
                               std::string_view name) {
    return writing.with([&](int&) -> Result<Current> {
      if (!expected.empty() && current.with([&](Current& now) { return now.tag != expected; })) {
        return changed_by_others();
      }
      Current next = CSVM_TRY(checked(std::string(document), name));
      CSVM_CHECK(put(options.path, document));
      current.with([&](Current& now) { now = next; });
      return next;
    });
  }
};

ConfigurationFile::ConfigurationFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
ConfigurationFile::~ConfigurationFile() = default;

Result<std::unique_ptr<ConfigurationFile>> ConfigurationFile::open(Options options) {
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  Current loaded = CSVM_TRY(load_live(state->options.path));
  state->current.with([&](Current& now) { now = std::move(loaded); });
  State* const shared = state.get();
  state->watch = CSVM_TRY(Watch::start(state->options.path, [shared] { shared->reload(); }));
  // What changed between loading and watching.
  state->reload();
  return std::unique_ptr<ConfigurationFile>(new ConfigurationFile(std::move(state)));
}

ConfigurationFile::Current ConfigurationFile::current() {
  return state_->current.with([](Current& now) { return now; });
}

Result<ConfigurationFile::Current> ConfigurationFile::replace(std::string_view document,
                                                              std::string_view expected) {
  Current next = CSVM_TRY(state_->put_in_force(document, expected, "the configuration"));
  if (state_->options.changed) state_->options.changed();
  return next;
}

Result<std::string> ConfigurationFile::back_up() {
  const std::string& folder = state_->options.backup_folder;
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return io_error("make the folder", folder, failed.value());
  const std::string document = current().document;
  return state_->writing.with([&](int&) -> Result<std::string> {
    // Two in one second: the second is numbered.
    const std::string time = state_->options.time_name();
    std::string name = backup_name(time, 1);
    for (int n = 2; fs::exists(fs::path(folder) / name, failed); ++n) name = backup_name(time, n);
    CSVM_CHECK(put((fs::path(folder) / name).string(), document));
    return name;
  });
}

Result<std::vector<ConfigurationFile::Backup>> ConfigurationFile::backups() {
  std::vector<Backup> found;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(state_->options.backup_folder, failed)) {
    const std::string name = entry.path().filename().string();
    std::error_code gone;
    const auto bytes = entry.file_size(gone);
    if (is_backup_name(name) && !gone) found.push_back({name, bytes});
  }
  if (failed && failed != std::errc::no_such_file_or_directory) {
    return io_error("list the folder", state_->options.backup_folder, failed.value());
  }
  std::ranges::sort(found, std::ranges::greater(), &Backup::name);
  return found;
}

Result<ConfigurationFile::Current> ConfigurationFile::restore(std::string_view name) {
  if (!is_backup_name(name)) return no_such_backup(name);
  const std::string path = (fs::path(state_->options.backup_folder) / name).string();
  const std::string document = CSVM_TRY(
      read_document_file(path, "backup of the mapping configuration", max_configuration_bytes));
  CSVM_CHECK(parse_mapping_configuration(document, name));  // before anything is touched
  CSVM_CHECK(back_up());
  Current next = CSVM_TRY(state_->put_in_force(document, "", name));
  if (state_->options.changed) state_->options.changed();
  return next;
}

}  // namespace csvm::recipe
