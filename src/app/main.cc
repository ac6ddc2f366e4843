// The one binary: wires its subcommands.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "check_url_command.h"
#include "command.h"
#include "health_command.h"
#include "map_command.h"
#include "match_command.h"
#include "merge_command.h"
#include "read_command.h"
#include "receiver_command.h"
#include "send_command.h"
#include "serve_command.h"
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

struct Example {
  const char* command;
  const char* text;
};

constexpr Example examples[] = {
    {"merge",
     "Examples:\n"
     "  csv-merger merge apollo.csv hubspot.csv --type people -o leads.csv\n"
     "  csv-merger merge *.csv --type company --match exact --suppress customers.csv\n"
     "  csv-merger merge a.csv b.csv --type people --map 'a.csv:Mail=Work Email' --rank b.csv\n"
     "  csv-merger merge a.csv b.csv --recipe recipe.json -o leads.csv\n"
     "  curl -s https://crm.example/export.csv | csv-merger merge - --type people -o - > "
     "leads.csv\n"},
    {"map",
     "Example:\n"
     "  csv-merger map apollo.csv hubspot.csv --type people\n"},
    {"match",
     "Example:\n"
     "  csv-merger match apollo.csv hubspot.csv --type people --match exact\n"},
    {"read",
     "Examples:\n"
     "  csv-merger read export.csv --sniff\n"
     "  csv-merger read export.csv --table\n"},
    {"send",
     "Examples:\n"
     "  csv-merger send leads.csv --type people --to https://hooks.example/in --preset clay\n"
     "  csv-merger send leads.csv --type people --to https://hooks.example/in --first 5\n"
     "  csv-merger send leads.csv --type company --to https://a.example/1 --to "
     "https://a.example/2 --quota 50000\n"},
    {"check-url",
     "Example:\n"
     "  csv-merger check-url https://hooks.example/in\n"},
    {"receiver",
     "Examples:\n"
     "  csv-merger receiver --port 9000 --rate 10 --burst 20\n"
     "  csv-merger receiver --port 9000 --plan ok=90,500=5,lost=2,reset=3 --record got.jsonl\n"},
    {"serve",
     "Example:\n"
     "  csv-merger serve --port 8080 --data /var/lib/csv-merger\n"
     "Settings come from the environment and .env; .env.example lists them.\n"},
    {"worker",
     "Example:\n"
     "  REDIS_URL=redis://redis csv-merger worker --concurrency 2 --data /mnt/csv-merger\n"},
    {"health",
     "Example:\n"
     "  csv-merger health --port 8080\n"},
};

// What is wrong with the command line, and where to read on.
std::string usage_problem(const CLI::App* app, const CLI::Error& error) {
  const auto parsed = app->get_subcommands();
  std::string problem = error.what();
  if (parsed.empty()) {
    std::string known;
    for (const CLI::App* command : app->get_subcommands(nullptr)) {
      known += (known.empty() ? "" : ", ") + command->get_name();
    }
    const auto rest = app->remaining();
    problem = rest.empty()
                  ? "say what to do: " + known
                  : fmt::format("there is no '{}'; say what to do: {}", rest.front(), known);
  } else if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr ||
             dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    // A misspelt option is why the right one is missing.
    for (const std::string& rest : app->remaining(true)) {
      if (rest.size() > 1 && rest.front() == '-') problem = fmt::format("no option '{}'", rest);
    }
  }
  return fmt::format("csv-merger: {}\nRead \"csv-merger {}--help\".\n", problem,
                     parsed.empty() ? "" : parsed.front()->get_name() + " ");
}

// CLI11 of Debian 13 takes no notice of a variable that fails its option's check; that of Debian 12
// says so. It is to be said.
void check_environment(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands()) {
    for (const CLI::Option* option : command->get_options()) {
      const std::string& variable = option->get_envname();
      const char* const said = variable.empty() ? nullptr : std::getenv(variable.c_str());
      if (said == nullptr || *said == '\0' || option->count() > 0) continue;
      throw CLI::ValidationError(fmt::format("{}: '{}' will not do for {}; \"--help\" tells more",
                                             variable, said, option->get_name()));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace csvm::app;
  CLI::App app("Turns many lead exports into one clean table.", "csv-merger");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("csv-merger ") + version, "print the version");
  app.failure_message(usage_problem);
  app.footer(
      "\"csv-merger COMMAND --help\" explains a command. Exit codes: 0 done, 1 failed, 2 wrong "
      "usage.");
  const std::vector<Command> commands = {
      merge_command(app),  map_command(app),       match_command(app),    read_command(app),
      send_command(app),   check_url_command(app), receiver_command(app), serve_command(app),
      worker_command(app), health_command(app)};
  for (const Example& example : examples) app.get_subcommand(example.command)->footer(example.text);
  try {
    app.parse(arguments(argc, argv));
    check_environment(app);
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
