#include "receiver_command.h"

#include <fmt/format.h>

#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <random>
#include <string>

#include "csvm/receiver.h"
#include "run_options.h"

namespace csvm::app {
namespace {

struct Options {
  receiver::Settings settings;
  std::string plan;
  double delay_seconds = 0, slow_seconds = 2, hang_seconds = 60;
  std::uint64_t lifetime = 0;
};

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

Result<void> receive(Options options) {
  receiver::Settings& settings = options.settings;
  settings.plan.shares = CSVM_TRY(receiver::parse_shares(options.plan));
  settings.plan.delay = milliseconds(options.delay_seconds);
  settings.plan.slow = milliseconds(options.slow_seconds);
  settings.plan.hang = milliseconds(options.hang_seconds);
  if (options.lifetime > 0) settings.plan.lifetime = options.lifetime;
  settings.clock = receiver::Clock::now;
  const std::string host = settings.host;
  const std::stop_token stop = stop_on_signals();
  const auto receiver = CSVM_TRY(receiver::Receiver::start(std::move(settings)));
  fmt::print("listening on http://{}:{}/\n", host, receiver->port());
  std::fflush(stdout);

  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, stop, [] { return false; });
  fmt::print("{}\n", receiver::to_json(receiver->counts()));
  return {};
}

}  // namespace

Command receiver_command(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand(
      "receiver", "a webhook receiver that can misbehave, to rehearse a delivery with");
  command->add_option("--host", options->settings.host, "IPv4 address to listen on")
      ->capture_default_str();
  command->add_option("--port", options->settings.port, "port to listen on; 0: any free one")
      ->capture_default_str();
  command
      ->add_option("--rate", options->settings.plan.rate_per_second,
                   "requests a second that are accepted; above: 429 with Retry-After. 0: no limit")
      ->check(number_between(0, largest_number))
      ->capture_default_str();
  command->add_option("--burst", options->settings.plan.burst, "requests that may come at once")
      ->check(number_between(0.001, largest_number))
      ->capture_default_str();
  command
      ->add_option("--plan", options->plan,
                   "what happens to which share of the requests: ok=90,500=5,reset=2,cut=1,lost=1,"
                   "slow=1,hang=1; a status, or one of these")
      ->type_name("WHAT=SHARE,...");
  command->add_option("--delay", options->delay_seconds, "seconds before every answer")
      ->check(number_between(0, largest_number))
      ->capture_default_str();
  command->add_option("--slow", options->slow_seconds, "seconds before a slow answer")
      ->check(number_between(0, largest_number))
      ->capture_default_str();
  command->add_option("--hang", options->hang_seconds, "seconds before a hanging connection ends")
      ->check(number_between(0, largest_number))
      ->capture_default_str();
  command->add_option("--lifetime", options->lifetime,
                      "records accepted in all; then 403. 0: no limit");
  command
      ->add_option("--record", options->settings.record_file,
                   "append what comes to this file, one JSON object a line")
      ->type_name("FILE");
  command->add_option("--seed", options->settings.seed, "for the same choices again")
      ->capture_default_str();
  return {command, [options] {
            const auto result = receive(*options);
            if (result) return exit_ok;
            print_error(result.error());
            return exit_failed;
          }};
}

}  // namespace csvm::app
