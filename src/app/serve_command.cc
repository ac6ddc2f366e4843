#include "serve_command.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "run_options.h"
#include "service.h"
#include "settings.h"

namespace csvm::app {
namespace {

struct ServeOptions {
  std::optional<std::uint16_t> port;
  std::string host;
  std::string data_folder;
  std::optional<unsigned> workers;
};

// Blocks the signals that end the service; to be called before any thread is started.
sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Every client and every delivery under way holds one; what the shell allows is often 1,024.
void allow_all_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<void> serve(const ServeOptions& options, Role role) {
  const sigset_t signals = block_end_signals();
  allow_all_descriptors();
  const auto variable = [](std::string_view name) -> std::optional<std::string> {
    const char* const value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
  const std::string dotenv = CSVM_TRY(read_dotenv());
  ServiceSettings settings = CSVM_TRY(read_settings(variable, dotenv));
  // What is said on the command line counts most.
  if (options.port) settings.port = *options.port;
  if (!options.host.empty()) settings.host = options.host;
  if (!options.data_folder.empty()) settings.data_folder = options.data_folder;
  if (options.workers) settings.workers = *options.workers;

  const auto service = CSVM_TRY(Service::start(settings, role));
  // Standard output is the log's when that is JSON, and the log has said it.
  if (!settings.log_as_json) {
    if (role == Role::serve) fmt::print("csv-merger listens on {}\n", service->url());
    if (role == Role::work) fmt::print("csv-merger works\n");
  }
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  // A second signal ends a stop that takes too long.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  ::signal(SIGINT, SIG_DFL);
  service->stop();
  return {};
}

}  // namespace

Command serve_command(CLI::App& app) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App* const command = app.add_subcommand(
      "serve", "Serve the web interface, with its workers and store in this one process.");
  command
      ->add_option("--port", options->port, "where to listen; 8080 by default, 0 is any free port")
      ->option_text("PORT");
  command->add_option("--host", options->host, "address to listen at; 127.0.0.1 by default")
      ->option_text("ADDRESS");
  command
      ->add_option("--data", options->data_folder,
                   "folder of the store, uploads and results; ./data by default")
      ->option_text("DIR");
  command->add_option("--workers", options->workers, "jobs that run at once; 1 by default")
      ->check(CLI::Range(0, 64))
      ->option_text("N");
  return {command, [options] {
            const auto done = serve(*options, Role::serve);
            if (done) return exit_ok;
            print_error(done.error());
            return exit_failed;
          }};
}

Command worker_command(CLI::App& app) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App* const command = app.add_subcommand(
      "worker", "Work on the jobs of \"serve\" processes; needs REDIS_URL, which all share.");
  command->add_option("--concurrency", options->workers, "jobs that run at once; 1 by default")
      ->check(CLI::Range(1, 64))
      ->option_text("N");
  command
      ->add_option("--data", options->data_folder,
                   "folder of uploads and results, shared by all processes; ./data by default")
      ->option_text("DIR");
  return {command, [options] {
            const auto done = serve(*options, Role::work);
            if (done) return exit_ok;
            print_error(done.error());
            return exit_failed;
          }};
}

}  // namespace csvm::app
