// The one binary: wires its subcommands.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "check_url_command.h"
#include "command.h"
#include "map_command.h"
#include "match_command.h"
#include "merge_command.h"
#include "read_command.h"
#include "receiver_command.h"
#include "send_command.h"
#include "version.h"

namespace {

// "--no-clean" without a value means all rules. As an option with an optional value it would
// swallow the file that follows it.
std::vector<std::string> arguments(int argc, char** argv) {
  std::vector<std::string> reversed;  // as CLI11 wants them
  for (int i = argc - 1; i > 0; --i) {
    const std::string argument = argv[i];
    reversed.push_back(argument == "--no-clean" ? "--no-clean=all" : argument);
  }
  return reversed;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace csvm::app;
  CLI::App app("Turns many lead exports into one clean table.", "csv-merger");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("csv-merger ") + version);
  const std::vector<Command> commands = {
      merge_command(app), map_command(app),       match_command(app),   read_command(app),
      send_command(app),  check_url_command(app), receiver_command(app)};
  try {
    app.parse(arguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  try {
    for (const Command& command : commands) {
      if (command.options->parsed()) return command.run();
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "csv-merger: %s\n", error.what());
    return exit_failed;
  }
  return exit_usage;
}
