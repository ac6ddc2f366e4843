#include "run_options.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

#include "csvm/recipe.h"

namespace csvm::app {
namespace {

// One source for each file that is given.
Result<std::vector<pipeline::SourceFile>> source_files(const std::vector<std::string>& paths) {
  std::vector<pipeline::SourceFile> files;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (!is_same_file(paths[i], paths[earlier])) continue;
      return Error{Errc::invalid_input,
                   paths[i] == "-"
                       ? "standard input (-) can be read only once"
                       : fmt::format("'{}' is given twice; name each file once", paths[i])};
    }
    files.push_back(source_file(paths[i]));
  }
  return files;
}

template <typename Value>
Value or_wrong_usage(Result<Value> result) {
  if (!result) throw CLI::ValidationError(result.error().message);
  return *std::move(result);
}

// "512M", "2G", "1048576" -> bytes; units of 1024.
CLI::Validator size_in_bytes() {
  return CLI::Validator(
      [](std::string& text) {
        const std::string given = text;
        try {
          const std::string problem = CLI::AsSizeValue(false)(text);
          if (problem.empty()) return problem;
        } catch (const CLI::ValidationError&) {
          // Said below.
        }
        return fmt::format("'{}' is not a size; write bytes, or a number with K, M, G or T", given);
      },
      "");
}

}  // namespace

void add_mapping_options(CLI::App& command, RunOptions& options) {
  command.callback([&options] { check_run_options(options); });
  command
      .add_option("FILE", options.files,
                  "exports to read: CSV, TSV or text, also gzip-compressed; - is standard input")
      ->required()
      ->option_text("...");
  add_mapping_recipe_options(command, options.wishes);
  command
      .add_option("--config", options.config,
                  "fields and their other names, as JSON; built-in ones by default\n"
                  "(environment: FIELD_MAPPINGS_FILE)")
      ->envname("FIELD_MAPPINGS_FILE")
      ->option_text("FILE")
      ->group("Mapping");
  command.add_option("--threads", options.threads, "threads to use; as many as there are cores")
      ->check(number_between(1, 256))
      ->option_text("N")
      ->group("Running");
}

void add_matching_options(CLI::App& command, RunOptions& options) {
  add_matching_recipe_options(command, options.wishes);
  command
      .add_option("--memory", options.memory_bytes,
                  "bound for what is kept of the rows, e.g. 2G; more goes to\n"
                  "temporary files; no bound by default")
      ->transform(size_in_bytes())
      ->option_text("SIZE")
      ->group("Running");
  command
      .add_option("--max-file-size", options.max_file_bytes,
                  "refuse larger files, e.g. 512M; no bound by default")
      ->transform(size_in_bytes())
      ->option_text("SIZE")
      ->group("Running");
}

void check_run_options(RunOptions& options) {
  if (!options.wishes.type && options.wishes.recipe.empty()) throw CLI::RequiredError("--type");
  options.sources = or_wrong_usage(source_files(options.files));
  options.recipe = or_wrong_usage(recipe_of(options.wishes, options.sources));
  // Here only to see whether it can be: run_inputs() does it.
  pipeline::Settings settings;
  std::vector<pipeline::SourceFile> files = options.sources;
  if (const auto applied = recipe::apply(options.recipe, settings, files); !applied) {
    throw CLI::ValidationError(applied.error().message);
  }
}

bool is_same_file(const std::string& one, const std::string& other) {
  if (one == other) return true;
  std::error_code ignored;
  return std::filesystem::is_regular_file(one, ignored) &&
         std::filesystem::equivalent(one, other, ignored);
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
  const columns::TableType type = options.recipe.type;
  pipeline::Settings& settings = inputs.settings;
  if (options.config.empty()) {
    settings.fields = columns::built_in_fields(type);
  } else {
    auto configuration = CSVM_TRY(recipe::load_mapping_configuration(options.config));
    settings.fields = type == columns::TableType::company ? std::move(configuration.company)
                                                          : std::move(configuration.people);
    settings.rules = std::move(configuration.rules);
    for (const std::string& warning : configuration.warnings) {
      fmt::print(stderr, "csv-merger: warning: {}\n", warning);
    }
  }
  settings.threads =
      options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  settings.memory_bytes = options.memory_bytes;
  settings.byte_limits.max_file_bytes = options.max_file_bytes;
  settings.clock = monotonic_seconds;
  inputs.files = options.sources;
  CSVM_CHECK(recipe::apply(options.recipe, settings, inputs.files));
  return inputs;
}

std::stop_token stop_on_signals() {
  static std::stop_source stop;  // lives as long as the process, like the signals
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
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

void print_error(const Error& error) {
  fmt::print(stderr, "csv-merger: {}\n",
             error.code == Errc::cancelled ? "stopped before the end; nothing was written"
                                           : error.message);
}

}  // namespace csvm::app
