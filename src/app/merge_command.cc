#include "merge_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "csvm/output.h"
#include "progress_line.h"
#include "run_options.h"
#include "version.h"

namespace csvm::app {
namespace {

struct MergeOptions {
  RunOptions run;
  std::string records;
  std::string duplicates, rejected, report, provenance;
  std::string save_recipe;
  std::vector<std::string> suppress;
  std::string progress = "auto";

  // What follows from them; set when they were checked.
  std::time_t started = 0;
  output::Paths paths;
};

output::Paths result_paths(const MergeOptions& options, std::time_t now) {
  std::string records = options.records;
  if (records.empty()) {
    const bool people = options.run.recipe.type == columns::TableType::people;
    records = fmt::format("{}_leads_{:%Y-%m-%d_%H-%M}.csv", people ? "people" : "company",
                          fmt::localtime(now));
  }
  // A result on standard output has no files beside it unless they are asked for.
  output::Paths paths = records == "-" || records.starts_with("/dev/")
                            ? output::Paths{records, "", "", "", ""}
                            : output::paths_beside(records);
  const auto choose = [](std::string& path, const std::string& asked) {
    if (!asked.empty()) path = asked == "none" ? "" : asked;
  };
  choose(paths.duplicates, options.duplicates);
  choose(paths.rejected, options.rejected);
  choose(paths.report, options.report);
  if (!options.run.recipe.provenance) paths.provenance.clear();  // only when it is asked for
  choose(paths.provenance, options.provenance);
  return paths;
}

// A result never takes the place of what it was made from, nor of another part of itself.
void refuse_overwriting(const MergeOptions& options) {
  std::vector<std::string> results;
  for (const std::string& path :
       {options.paths.records, options.paths.duplicates, options.paths.rejected,
        options.paths.report, options.paths.provenance, options.save_recipe}) {
    if (path.empty() || path == "/dev/null") continue;
    for (const auto* inputs : {&options.run.files, &options.suppress}) {
      for (const std::string& input : *inputs) {
        if (path == "-" || !is_same_file(path, input)) continue;
        throw CLI::ValidationError(fmt::format(
            "the result '{}' would overwrite the file it is made from; choose another name", path));
      }
    }
    for (const std::string& other : results) {
      if (!is_same_file(path, other)) continue;
      throw CLI::ValidationError(
          fmt::format("two files of the result would go to '{}'; name them differently", path));
    }
    results.push_back(path);
  }
}

void check(MergeOptions& options) {
  check_run_options(options.run);
  options.started = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  options.paths = result_paths(options, options.started);
  options.run.recipe.provenance = !options.paths.provenance.empty();
  refuse_overwriting(options);
}

void print_summary(const pipeline::Summary& summary, std::size_t files, const output::Paths& paths,
                   double seconds) {
  const auto& total = summary.total;
  fmt::print(stderr, "{} rows read from {} {} in {:.2f} s\n", grouped(total.read), files,
             files == 1 ? "file" : "files", seconds);
  const auto line = [](std::uint64_t count, std::string_view what, const std::string& where) {
    const std::string place = where == "-" ? "standard output" : where;
    fmt::print(stderr, "  {:>11}  {}{}{}\n", grouped(count), what, place.empty() ? "" : ": ",
               place);
  };
  line(total.kept, "kept", paths.records);
  line(total.merged, "merged into a kept row", total.merged > 0 ? paths.duplicates : "");
  if (total.suppressed > 0) {
    line(total.suppressed, "left out, on a suppression list", paths.duplicates);
  }
  if (total.rejected > 0) line(total.rejected, "rejected, could not be read", paths.rejected);
  if (summary.fields_merged > 0) {
    line(summary.fields_merged, "empty cells filled from a merged row", "");
  }
  if (!summary.possible.empty()) {
    line(summary.possible.size(), "possible duplicates, kept apart", paths.report);
  }
  if (total.warnings > 0) line(total.warnings, "rows with too few or too many cells", paths.report);
  if (summary.neutralised > 0) line(summary.neutralised, "cells made safe for spreadsheets", "");
  if (!paths.report.empty()) {
    fmt::print(stderr, "  {:>11}  mapping, overlap, fill rates: {}\n", "", paths.report);
  }
}

Result<void> merge(const MergeOptions& options) {
  const double started = monotonic_seconds();
  RunInputs inputs = CSVM_TRY(run_inputs(options.run));
  pipeline::Settings& settings = inputs.settings;
  settings.stop = stop_on_signals();
  ProgressLine line(options.progress == "always" ||
                    (options.progress == "auto" && isatty(STDERR_FILENO) == 1));
  settings.progress = [&line](const pipeline::Progress& progress) { line.show(progress); };

  // First of all: who cannot write the result need not read anything.
  const output::Paths& paths = options.paths;
  auto sink = CSVM_TRY(output::CsvSink::create(paths, options.run.recipe.excel_safe));
  const auto sources = CSVM_TRY(pipeline::open_sources(inputs.files, settings));
  const double indexed = monotonic_seconds();
  std::vector<pipeline::SourceFile> lists;
  for (const std::string& path : options.suppress) lists.push_back(source_file(path));
  const auto suppression = CSVM_TRY(pipeline::open_sources(lists, settings));

  auto summary = CSVM_TRY(pipeline::run(sources, suppression, settings, *sink));
  summary.index_seconds = indexed - started;
  if (!paths.rejected.empty()) CSVM_CHECK(output::write_rejected(paths.rejected, sources));
  if (!paths.report.empty()) {
    const output::RunFacts facts{version, fmt::format("{:%FT%TZ}", fmt::gmtime(options.started)),
                                 monotonic_seconds() - started};
    CSVM_CHECK(
        output::write_file(paths.report, output::report_json(summary, sources, settings, facts)));
  }
  if (!options.save_recipe.empty()) {
    CSVM_CHECK(output::write_file(options.save_recipe, recipe::to_json(options.run.recipe)));
  }
  CSVM_CHECK(sink->commit());
  line.wipe();
  if (options.progress != "never") {
    print_summary(summary, sources.size(), paths, monotonic_seconds() - started);
  }
  return {};
}

}  // namespace

Command merge_command(CLI::App& app) {
  const auto options = std::make_shared<MergeOptions>();
  CLI::App* const command = app.add_subcommand("merge", "Merge lead exports into one clean table.");
  add_mapping_options(*command, options->run);
  add_matching_options(*command, options->run);
  command
      ->add_option("-o,--output", options->records,
                   "the result; - is standard output, TYPE_leads_DATE_TIME.csv the default")
      ->option_text("OUT.csv")
      ->group("Result");
  command
      ->add_option("--duplicates", options->duplicates,
                   "rows merged away or suppressed; OUT_duplicates.csv by default;\n"
                   "\"none\" leaves it out")
      ->option_text("FILE")
      ->group("Result");
  command
      ->add_option("--rejected", options->rejected,
                   "rows that could not be read; OUT_rejected.csv; likewise")
      ->option_text("FILE")
      ->group("Result");
  command
      ->add_option("--report", options->report,
                   "counts, mapping, overlap as JSON; OUT_report.json; likewise")
      ->option_text("FILE")
      ->group("Result");
  command
      ->add_option("--provenance", options->provenance,
                   "for each value of the result: file, line and header it came from,\n"
                   "which rule changed it, which values lost to it; none by default")
      ->option_text("FILE")
      ->group("Result");
  command
      ->add_option("--save-recipe", options->save_recipe,
                   "all that this run was told but the names of files, as JSON for --recipe")
      ->option_text("FILE")
      ->group("Result");
  add_merging_recipe_options(*command, options->run.wishes);
  command
      ->add_option("--suppress", options->suppress,
                   "leave out who is on this list (customers, do-not-contact);\n"
                   "may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->option_text("FILE")
      ->group("Matching");
  command
      ->add_option("--progress", options->progress,
                   "progress and summary on standard error: auto (progress only on a\n"
                   "terminal), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN")
      ->group("Running");
  command->callback([options] { check(*options); });
  return {command, [options] {
            const auto done = merge(*options);
            if (done) return exit_ok;
            print_error(done.error());
            return exit_failed;
          }};
}

}  // namespace csvm::app
