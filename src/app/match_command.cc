#include "match_command.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "csvm/output.h"
#include "run_options.h"

namespace csvm::app {
namespace {

struct MatchOptions {
  RunOptions run;
  std::string output = "-";
};

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

// One line a row, in input order. A row says why it was joined to its cluster; one that stayed
// apart says with which rows it may be a duplicate.
std::string spell(const pipeline::Matched& matched) {
  const cluster::Clusters& clusters = matched.clusters;
  std::string out = "row_index,cluster_id,reason\n";
  auto link = clusters.links.begin();
  auto possible = clusters.possible.begin();
  for (std::uint32_t row = 0; row < clusters.of_row.size(); ++row) {
    std::string reason;
    if (link != clusters.links.end() && link->row == row) {
      reason = fmt::format("same as row {} ({:.0f}): {}", link->with, link->score,
                           matched.explain(*link));
      ++link;
    }
    for (; possible != clusters.possible.end() && possible->row == row; ++possible) {
      if (!reason.empty()) reason += "; ";
      reason += fmt::format("possible duplicate of row {} ({:.0f}): {}", possible->with,
                            possible->score, matched.explain(*possible));
    }
    out += fmt::format("{},{},", row, clusters.of_row[row]);
    if (!reason.empty()) append_quoted(out, reason);
    out += '\n';
  }
  return out;
}

Result<void> match(const MatchOptions& options) {
  RunInputs inputs = CSVM_TRY(run_inputs(options.run));
  inputs.settings.stop = stop_on_signals();
  inputs.settings.matching.explain_weights = true;
  const auto sources = CSVM_TRY(pipeline::open_sources(inputs.files, inputs.settings));
  const auto matched = CSVM_TRY(pipeline::match(sources, inputs.settings));
  return output::write_file(options.output, spell(matched));
}

}  // namespace

Command match_command(CLI::App& app) {
  const auto options = std::make_shared<MatchOptions>();
  CLI::App* const command = app.add_subcommand(
      "match", "show which rows are the same lead, and why; rows count from 0 over all files");
  add_mapping_options(*command, options->run);
  add_matching_options(*command, options->run);
  command->add_option("-o,--output", options->output, "row_index,cluster_id,reason as CSV")
      ->type_name("OUT.csv")
      ->capture_default_str();
  return {command, [options] {
            const auto done = match(*options);
            if (done) return exit_ok;
            print_error(done.error());
            return exit_failed;
          }};
}

}  // namespace csvm::app
