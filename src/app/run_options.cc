#include "run_options.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "csvm/recipe.h"

namespace csvm::app {
namespace {

// 'FILE:HEADER=FIELD' for one of `files`; headers may hold ':' and '='.
Result<void> add_override(const std::string& text, std::vector<pipeline::SourceFile>& files) {
  const auto equals = text.rfind('=');
  pipeline::SourceFile* found = nullptr;
  std::size_t header_from = 0;
  for (auto& file : files) {
    for (const std::string& name : {file.path, file.name}) {
      if (!text.starts_with(name + ":") || name.size() + 1 <= header_from) continue;
      found = &file;
      header_from = name.size() + 1;
    }
  }
  if (found == nullptr || equals == std::string::npos || equals < header_from) {
    return Error{Errc::invalid_input,
                 fmt::format("--map '{}' must be FILE:HEADER=FIELD, with one of the files given; "
                             "an empty FIELD leaves the header unmapped",
                             text)};
  }
  pipeline::HeaderOverride override_{text.substr(header_from, equals - header_from), {}};
  if (equals + 1 < text.size()) override_.field = text.substr(equals + 1);
  found->overrides.push_back(std::move(override_));
  return {};
}

Result<void> rank_files(const std::vector<std::string>& ranked,
                        std::vector<pipeline::SourceFile>& files) {
  if (ranked.empty()) return {};
  for (auto& file : files) file.rank = static_cast<std::uint32_t>(ranked.size());
  for (std::uint32_t rank = 0; rank < ranked.size(); ++rank) {
    bool is_known = false;
    for (auto& file : files) {
      if (file.path != ranked[rank] && file.name != ranked[rank]) continue;
      file.rank = rank;
      is_known = true;
    }
    if (!is_known) {
      return Error{Errc::invalid_input,
                   fmt::format("--rank {}: no such file among those given", ranked[rank])};
    }
  }
  return {};
}

}  // namespace

void add_mapping_options(CLI::App& command, RunOptions& options) {
  command.add_option("FILE", options.files, "CSV files, also gzip-compressed; - is standard input")
      ->required()
      ->type_name("");
  command.add_option("--type", options.type, "what the rows are: people or company")
      ->required()
      ->check(CLI::IsMember({"people", "company"}));
  command.add_option("--config", options.config, "mapping configuration (fields and aliases)")
      ->type_name("FILE")
      ->envname("FIELD_MAPPINGS_FILE");
  command
      .add_option(
          "--map", options.overrides,
          "FILE:HEADER=FIELD: the header feeds this field; an empty FIELD leaves it unmapped")
      ->type_name("TEXT")
      ->take_all()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--header-threshold", options.header_threshold,
                  "how alike a header must be to an alias to be taken for it, of 100")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  command.add_option("--threads", options.threads, "threads to use; all cores by default")
      ->check(CLI::Range(1, 256));
}

void add_matching_options(CLI::App& command, RunOptions& options) {
  command
      .add_option(
          "--match", options.match,
          "exact: equal cleaned keys; fuzzy: also typing errors, nicknames, legal forms ...; "
          "none: every row stays")
      ->check(CLI::IsMember({"fuzzy", "exact", "none"}))
      ->capture_default_str();
  command
      .add_option("--threshold", options.threshold,
                  "how sure a fuzzy match must be to merge, of 100")
      ->check(CLI::Range(0.0, 100.0))
      ->envname("FUZZY_MATCH_THRESHOLD")
      ->capture_default_str();
  command
      .add_option("--possible", options.possible,
                  "from which score on pairs that stay apart are listed as possible duplicates")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  command
      .add_option("--rank", options.ranked,
                  "files whose values win, best first; the option may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--memory", options.memory_bytes,
                  "bound for what is kept per row, e.g. 2G; more is spilled to temporary files")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
  command
      .add_option("--max-file-size", options.max_file_bytes,
                  "refuse files above this size, e.g. 512M")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
}

columns::TableType table_type(const std::string& name) {
  return name == "company" ? columns::TableType::company : columns::TableType::people;
}

pipeline::SourceFile source_file(const std::string& path) {
  pipeline::SourceFile file;
  file.path = path;
  file.name = path == "-" ? "standard input" : std::filesystem::path(path).filename().string();
  std::error_code ignored;
  const auto written = std::filesystem::last_write_time(path, ignored);
  if (!ignored) file.file_time = written.time_since_epoch().count();
  return file;
}

Result<RunInputs> run_inputs(const RunOptions& options) {
  RunInputs inputs;
  const columns::TableType type = table_type(options.type);
  pipeline::Settings& settings = inputs.settings;
  if (options.config.empty()) {
    settings.fields = columns::built_in_fields(type);
  } else {
    auto configuration = CSVM_TRY(recipe::load_mapping_configuration(options.config));
    settings.fields = type == columns::TableType::company ? std::move(configuration.company)
                                                          : std::move(configuration.people);
    settings.rules = std::move(configuration.rules);
  }
  settings.matching.mode = options.match == "exact"   ? cluster::Mode::exact
                           : options.match == "fuzzy" ? cluster::Mode::fuzzy
                                                      : cluster::Mode::none;
  settings.matching.threshold = options.threshold;
  settings.matching.possible = std::min(options.possible, options.threshold);
  settings.header_threshold = options.header_threshold;
  settings.threads =
      options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  settings.memory_bytes = options.memory_bytes;
  settings.byte_limits.max_file_bytes = options.max_file_bytes;
  settings.clock = monotonic_seconds;

  for (const std::string& path : options.files) {
    if (path == "-" && std::ranges::count(options.files, path) > 1) {
      return Error{Errc::invalid_input, "standard input (-) can be read only once"};
    }
    inputs.files.push_back(source_file(path));
  }
  for (const std::string& text : options.overrides) CSVM_CHECK(add_override(text, inputs.files));
  CSVM_CHECK(rank_files(options.ranked, inputs.files));
  return inputs;
}

std::stop_token stop_on_signals() {
  static std::stop_source stop;  // lives as long as the process, like the signals
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals] {
    int signal = 0;
    sigwait(&signals, &signal);
    stop.request_stop();
    sigwait(&signals, &signal);
    _exit(128 + signal);
  }).detach();
  return stop.get_token();
}

double monotonic_seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

void print_error(const Error& error) { fmt::print(stderr, "csv-merger: {}\n", error.message); }

}  // namespace csvm::app
