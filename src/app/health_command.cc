#include "health_command.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "csvm/fetch.h"
#include "run_options.h"

namespace csvm::app {
namespace {

Result<void> ask(std::uint16_t port) {
  fetch::OperatorClient client;
  fetch::Exchange request;
  request.url = fmt::format("http://127.0.0.1:{}/health/live", port);
  request.connect_timeout = std::chrono::seconds(2);
  request.stall_timeout = std::chrono::seconds(5);
  const fetch::Reply reply = client.exchange(request);
  if (reply.ending != fetch::Ending::answered) {
    return Error{Errc::io, fmt::format("nothing is well at port {}: {}", port, reply.reason)};
  }
  if (reply.status != 200) {
    return Error{Errc::io, fmt::format("the service at port {} answers {}", port, reply.status)};
  }
  return {};
}

// What `serve` reads; a wrong value is for `serve` to name.
std::uint16_t port_of_environment() {
  std::uint16_t port = 8080;
  if (const char* const text = std::getenv("PORT")) {
    std::from_chars(text, text + std::strlen(text), port);
  }
  return port;
}

}  // namespace

Command health_command(CLI::App& app) {
  const auto port = std::make_shared<std::optional<std::uint16_t>>();
  CLI::App* const command = app.add_subcommand(
      "health", "Ask a service on this machine whether it lives; exit code 0 or 1.");
  command->add_option("--port", *port, "where it listens; PORT or 8080 by default")
      ->option_text("PORT");
  return {command, [port] {
            const auto lives = ask(port->value_or(port_of_environment()));
            if (lives) return exit_ok;
            print_error(lives.error());
            return exit_failed;
          }};
}

}  // namespace csvm::app
