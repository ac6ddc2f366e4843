#include "map_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "csvm/output.h"
#include "run_options.h"

namespace csvm::app {
namespace {

struct MapOptions {
  RunOptions run;
  bool json = false;
};

// The table as people read it: one line a header, widths from what is in it.
void print_table(const pipeline::Source& source, const columns::FieldSet& fields) {
  const auto& decisions = source.mapping.columns;
  const auto field_of = [&](const columns::ColumnDecision& decision) {
    return decision.field ? fields.fields[*decision.field].name : std::string("-");
  };
  std::size_t header_width = 6;
  std::size_t field_width = 5;
  for (std::size_t c = 0; c < decisions.size(); ++c) {
    header_width = std::max(header_width, std::min<std::size_t>(source.headers[c].size(), 40));
    field_width = std::max(field_width, field_of(decisions[c]).size());
  }
  const std::size_t mapped = static_cast<std::size_t>(std::ranges::count_if(
      decisions, [](const auto& decision) { return decision.field.has_value(); }));
  fmt::print("{}{}: {} of {} headers mapped\n", source.file.name,
             source.mapping.platform.empty() ? "" : " (" + source.mapping.platform + ")", mapped,
             decisions.size());
  fmt::print("  {:<{}}  {:<{}}  {:>4}  {}\n", "header", header_width, "field", field_width, "sure",
             "why; samples");
  for (std::size_t c = 0; c < decisions.size(); ++c) {
    const columns::ColumnDecision& decision = decisions[c];
    const std::string sure = decision.field ? fmt::format("{}", decision.confidence) : "";
    fmt::print("  {:<{}}  {:<{}}  {:>4}  {}; {}\n", source.headers[c], header_width,
               field_of(decision), field_width, sure, decision.reason,
               fmt::join(decision.samples, " | "));
  }
}

Result<void> map(const MapOptions& options) {
  RunInputs inputs = CSVM_TRY(run_inputs(options.run));
  inputs.settings.stop = stop_on_signals();
  const auto sources = CSVM_TRY(pipeline::open_sources(inputs.files, inputs.settings));
  if (options.json) {
    fmt::print("{}", output::mapping_json(sources, inputs.settings.fields));
  } else {
    for (const pipeline::Source& source : sources) print_table(source, inputs.settings.fields);
  }
  if (std::fflush(stdout) != 0) return Error{Errc::io, "cannot write to standard output"};
  return {};
}

}  // namespace

Command map_command(CLI::App& app) {
  const auto options = std::make_shared<MapOptions>();
  CLI::App* const command =
      app.add_subcommand("map", "show which headers feed which fields, and why; changes nothing");
  add_mapping_options(*command, options->run);
  command->add_flag("--json", options->json, "as JSON; an array when there are several files");
  return {command, [options] {
            const auto done = map(*options);
            if (done) return exit_ok;
            print_error(done.error());
            return exit_failed;
          }};
}

}  // namespace csvm::app
