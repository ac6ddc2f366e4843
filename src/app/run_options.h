// run_options.h - the options that merge, map and match share -> pipeline::Settings.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "csvm/pipeline.h"
#include "recipe_options.h"

namespace csvm::app {

/// As given on the command line.
struct RunOptions {
  std::vector<std::string> files;
  std::string config;
  RecipeOptions wishes;
  unsigned threads = 0;  // 0: all cores
  std::uint64_t memory_bytes = 0;
  std::uint64_t max_file_bytes = 0;

  // What follows from them; set by check_run_options().
  std::vector<pipeline::SourceFile> sources;
  recipe::Recipe recipe;
};

/// Adds files, --type, --recipe, --config, --map, --threads: what finding a mapping needs; and, as
/// the callback of `command`, check_run_options(). `options` must outlive the parsing.
void add_mapping_options(CLI::App& command, RunOptions& options);

/// Adds --match, --threshold, --possible, --rank, --together, --apart, --memory.
void add_matching_options(CLI::App& command, RunOptions& options);

/// Fills `sources` and `recipe`. Throws CLI::ValidationError for what is wrong usage together: a
/// file given twice, no table type, a recipe that can't be read, an option about a file that is not
/// among those given.
void check_run_options(RunOptions& options);

/// True when both paths lead to one file, be it by a link.
bool is_same_file(const std::string& one, const std::string& other);

/// Settings and sources of a run whose options were checked; prints the warnings of the mapping
/// configuration. Fails as loading that does.
struct RunInputs {
  pipeline::Settings settings;
  std::vector<pipeline::SourceFile> files;
};
Result<RunInputs> run_inputs(const RunOptions& options);

/// One file as a source, named by its base name.
pipeline::SourceFile source_file(const std::string& path);

/// The table type that --type names; the option's validator has checked it.
columns::TableType table_type(const std::string& name);

/// Asks running work to stop on the first Ctrl-C, SIGTERM or SIGHUP and ends the process on the
/// second. To be called once, before any other thread is started.
std::stop_token stop_on_signals();

/// Seconds since any point, for timings and progress.
double monotonic_seconds();

/// Prints an error as a sentence on standard error.
void print_error(const Error& error);

}  // namespace csvm::app
