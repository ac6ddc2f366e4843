#include "send_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "cell_text.h"
#include "csvm/deliver.h"
#include "csvm/jobs.h"
#include "csvm/recipe.h"
#include "delivery_ledger.h"
#include "destination_options.h"
#include "progress_line.h"
#include "run_options.h"
#include "version.h"

namespace csvm::app {
namespace {

using deliver::JobState;
using deliver::JobStatus;

constexpr deliver::JobKey only_job = 1;
constexpr std::size_t most_excerpt_columns = 120;
constexpr auto turn = std::chrono::milliseconds(100);
constexpr auto keep_alive_every = std::chrono::seconds(30);

struct SendOptions {
  std::string file, type, recipe, config, ledger, receipt, ca_file, secret;
  std::vector<std::string> urls, headers;
  std::vector<double> backoff_seconds = {1, 3, 9};
  double rate = 10, timeout_seconds = 30, stop_above_percent = 100;
  unsigned retries = 3;
  std::uint64_t first = 0, quota = 0, used = 0;
  std::size_t max_record_bytes = 0;
  bool retry = false;
  std::string preset, presets_file;
  double burst = 0;  // records; 0: a tenth of a second of the rate
  std::string progress = "auto";
  DestinationOptions destination;
};

std::string stem_of(const std::string& file) {
  const std::filesystem::path path(file);
  return (path.parent_path() / path.stem()).string();
}

// Each webhook of a file has a ledger of its own; its name tells them apart without showing the
// URL, which may hold a secret.
std::string default_ledger(const std::string& file, const std::string& url) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : url) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return fmt::format("{}_deliveries_{:08x}.sqlite", stem_of(file), hash);
}

// What the command line does not say is as the recipe says; that is the word of who made it, and so
// goes before a preset.
Result<void> apply_recipe(SendOptions& options, const CLI::App& command) {
  if (options.recipe.empty()) return {};
  const auto recipe = CSVM_TRY(recipe::load_recipe(options.recipe));
  const auto is_given = [&](const char* name) { return command.count(name) > 0; };
  if (!is_given("--type")) {
    options.type = recipe.type == columns::TableType::company ? "company" : "people";
  }
  if (!recipe.destination) return {};
  const recipe::DeliveryWishes& wishes = recipe.destination->wishes;
  if (!is_given("--rate")) options.rate = recipe.destination->rate_per_second;
  if (!is_given("--burst")) options.burst = wishes.burst;
  if (!is_given("--max-record")) options.max_record_bytes = wishes.max_record_bytes;
  if (!is_given("--quota")) options.quota = wishes.quota;
  if (!is_given("--used")) options.used = wishes.quota_used;
  if (!is_given("--first")) {
    options.first = wishes.canary > 0 ? wishes.canary : wishes.record_limit;
  }
  if (!is_given("--stop-above")) options.stop_above_percent = wishes.fail_above_percent;
  if (!is_given("--retries")) options.retries = static_cast<unsigned>(wishes.retries);
  if (!is_given("--backoff")) options.backoff_seconds = wishes.backoff_seconds;
  if (!is_given("--timeout")) options.timeout_seconds = wishes.timeout_seconds;
  return {};
}

// What the command line does not say is as the preset says.
Result<void> apply_preset(SendOptions& options, const CLI::App& command) {
  if (options.preset.empty()) return {};
  const auto presets = options.presets_file.empty()
                           ? recipe::built_in_destination_presets()
                           : CSVM_TRY(recipe::load_destination_presets(options.presets_file));
  const auto found = std::ranges::find(presets, options.preset, &recipe::DestinationPreset::name);
  if (found == presets.end()) {
    std::string known;
    for (const auto& preset : presets) known += (known.empty() ? "" : ", ") + preset.name;
    return Error{Errc::invalid_input,
                 fmt::format("--preset {}: known are {}", options.preset, known)};
  }
  const auto is_given = [&](const char* name) { return command.count(name) > 0; };
  if (!is_given("--rate")) options.rate = found->rate_per_second;
  if (!is_given("--burst")) options.burst = found->burst;
  if (!is_given("--max-record")) options.max_record_bytes = found->max_record_bytes;
  if (!is_given("--quota")) options.quota = found->quota;
  return {};
}

Result<columns::FieldSet> fields_of(const SendOptions& options) {
  const auto type = table_type(options.type);
  if (options.config.empty()) return columns::built_in_fields(type);
  auto configuration = CSVM_TRY(recipe::load_mapping_configuration(options.config));
  return type == columns::TableType::company ? std::move(configuration.company)
                                             : std::move(configuration.people);
}

Result<deliver::Job> job_of(const SendOptions& options, DeliveryLedger& ledger) {
  deliver::Job job;
  std::vector<std::string> urls;
  for (const std::string& text : options.urls) {
    deliver::Target target{text, std::nullopt, std::nullopt};
    if (options.quota > 0) {
      const std::uint64_t used = options.used + CSVM_TRY(ledger.taken_by(text));
      target.quota_left = options.quota - std::min(options.quota, used);
    }
    job.plan.targets.push_back(std::move(target));
  }
  ledger.set_urls(options.urls);
  job.plan.rate_per_second = options.rate;
  if (options.burst > 0 && options.rate > 0) {
    const double seconds = std::min(1.0, options.burst / options.rate);
    job.plan.burst = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  }
  job.plan.retry.retries = options.retries;
  job.plan.retry.waits.clear();
  for (const double seconds : options.backoff_seconds) {
    job.plan.retry.waits.emplace_back(static_cast<std::int64_t>(seconds * 1000));
  }
  if (options.first > 0) job.plan.canary = options.first;
  if (options.stop_above_percent < 100) {
    job.plan.stop_above_failed_share = options.stop_above_percent / 100;
  }
  job.headers = options.headers;
  job.secret = options.secret;
  job.id_prefix = ledger.id_prefix();
  job.max_body_bytes = options.max_record_bytes;
  job.timeout =
      std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout_seconds * 1000));
  const auto counts = CSVM_TRY(ledger.counts());
  job.earlier = {counts.delivered, counts.rejected, counts.failed, counts.maybe, counts.skipped};
  job.ledger = &ledger;
  return job;
}

deliver::CourierSettings courier_settings(const SendOptions& options, fetch::AddressRules rules) {
  deliver::CourierSettings settings;
  settings.client.rules = std::move(rules);
  settings.client.clock = std::chrono::steady_clock::now;
  settings.client.ca_file = options.ca_file;
  settings.wall_clock = [] {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  };
  settings.seed = std::random_device()();
  settings.user_agent = fmt::format("csv-merger/{}", version);
  return settings;
}

std::uint64_t ended(const JobStatus& status) {
  return status.delivered + status.rejected + status.failed + status.maybe + status.skipped;
}

class SendingLine {
 public:
  SendingLine(bool visible, std::uint64_t records) : visible_(visible), records_(records) {}
  ~SendingLine() {
    if (drawn_) fmt::print(stderr, "\r\033[K");
  }
  SendingLine(const SendingLine&) = delete;
  SendingLine& operator=(const SendingLine&) = delete;

  void show(const JobStatus& status) {
    if (!visible_) return;
    drawn_ = true;
    const std::uint64_t done = ended(status);
    std::string line = fmt::format("\r\033[Ksending {} of {}  {:.1f}/s", grouped(done),
                                   grouped(records_), status.current_rate);
    const std::uint64_t bad = status.rejected + status.failed + status.maybe;
    if (bad > 0) line += fmt::format("  {} not delivered", grouped(bad));
    if (status.retrying > 0) line += fmt::format("  {} to retry", grouped(status.retrying));
    if (status.current_rate > 0.1) {
      line += fmt::format("  {:.0f} s left",
                          static_cast<double>(records_ - done) / status.current_rate);
    }
    fmt::print(stderr, "{}  ({})", line, status.held_by);
    std::fflush(stderr);
  }

 private:
  bool visible_;
  bool drawn_ = false;
  std::uint64_t records_;
};

// Works until the job has ended, has sent its first records, or is asked to stop.
Result<JobStatus> deliver_all(deliver::Courier& courier, DeliveryLedger& ledger,
                              const std::stop_token& stop, SendingLine& line) {
  const std::stop_callback on_stop(stop, [&courier] { courier.wake(); });
  double drawn = 0;
  auto kept_alive = std::chrono::steady_clock::now();
  bool cancelled = false;
  while (!courier.is_done(only_job)) {
    courier.work(turn);
    if (stop.stop_requested() && !cancelled) {
      courier.governor().cancel(only_job);
      cancelled = true;
    }
    if (const double now = monotonic_seconds(); now - drawn >= 0.1) {
      drawn = now;
      const JobStatus status = courier.status(only_job);
      line.show(status);
      const bool first_sent =
          status.state == JobState::canary && status.retrying == 0 && status.in_flight == 0;
      if (first_sent) courier.governor().cancel(only_job);
    }
    if (std::chrono::steady_clock::now() - kept_alive >= keep_alive_every) {
      kept_alive = std::chrono::steady_clock::now();
      CSVM_CHECK(ledger.keep_alive());
    }
  }
  return courier.status(only_job);
}

void print_failures(const std::vector<store::FailureGroup>& groups) {
  for (const store::FailureGroup& group : groups) {
    const store::Delivery& first = group.first;
    const std::string status =
        first.http_status == 0 ? "no answer" : fmt::format("{}", first.http_status);
    fmt::print(stderr, "    {:>11}  {}, first record {}: {}\n", grouped(group.count), status,
               first.record + 1, cut_to_width(first.excerpt, most_excerpt_columns));
  }
}

void print_summary(const JobStatus& status, std::uint64_t records, double seconds,
                   const std::string& receipt) {
  fmt::print(stderr, "{} of {} records have an outcome after {:.2f} s\n", grouped(ended(status)),
             grouped(records), seconds);
  const auto line = [](std::uint64_t count, std::string_view what) {
    if (count > 0) fmt::print(stderr, "  {:>11}  {}\n", grouped(count), what);
  };
  line(status.delivered, "delivered");
  line(status.rejected, "rejected by the receiver");
  line(status.failed, "failed, attempts spent");
  line(status.maybe, "maybe delivered: sent, but no answer came");
  line(status.skipped, "skipped");
  line(records - ended(status), "not sent yet");
  if (!receipt.empty()) fmt::print(stderr, "  receipt: {}\n", receipt);
}

// Whether everything was delivered.
Result<bool> send(const SendOptions& options) {
  const double started = monotonic_seconds();
  const std::stop_token stop = stop_on_signals();
  const auto rules = CSVM_TRY(address_rules(options.destination));
  for (const std::string& text : options.urls) {
    const auto url = CSVM_TRY(fetch::parse_url(text));
    CSVM_CHECK(fetch::check_destination(url, rules, fetch::resolve_by_system));
  }
  const columns::FieldSet fields = CSVM_TRY(fields_of(options));
  const auto file = CSVM_TRY(jobs::LeadFile::open(options.file));
  const std::string path =
      options.ledger.empty() ? default_ledger(options.file, options.urls.front()) : options.ledger;
  LedgerIdentity identity;
  identity.file_name = std::filesystem::path(options.file).filename().string();
  identity.content = CSVM_TRY(file->digest());
  identity.url = options.urls.front();
  identity.type = options.type == "company" ? store::TableType::company : store::TableType::people;
  identity.rate_per_second = options.rate;
  const auto ledger = CSVM_TRY(DeliveryLedger::open(path, identity, options.retry));

  JobStatus status;
  if (ledger->has_ended()) {
    const auto counts = CSVM_TRY(ledger->counts());
    status.state = JobState::finished;
    status.delivered = counts.delivered;
    status.rejected = counts.rejected;
    status.failed = counts.failed;
    status.maybe = counts.maybe;
    status.skipped = counts.skipped;
    fmt::print(stderr,
               "This file has been sent there already; --retry sends again what was not "
               "delivered.\n");
  } else {
    const auto records = jobs::lead_records(*file, fields, CSVM_TRY(ledger->resumption()));
    deliver::Job job = CSVM_TRY(job_of(options, *ledger));
    job.source = records.get();
    deliver::Courier courier(courier_settings(options, rules));
    CSVM_CHECK(courier.add(only_job, std::move(job)));
    SendingLine line(
        options.progress == "always" || (options.progress == "auto" && isatty(STDERR_FILENO) == 1),
        file->records());
    status = CSVM_TRY(deliver_all(courier, *ledger, stop, line));
    if (status.state == JobState::finished) {
      CSVM_CHECK(ledger->finish());
    } else {
      CSVM_CHECK(ledger->hand_back());
    }
  }

  const std::string receipt = options.receipt.empty()     ? stem_of(options.file) + "_receipt.csv"
                              : options.receipt == "none" ? ""
                                                          : options.receipt;
  if (!receipt.empty()) {
    const auto page = [&](std::optional<store::Count> after, std::size_t most) {
      return ledger->deliveries(after, most);
    };
    CSVM_CHECK(jobs::write_receipt(receipt, *file, page, {ledger->id_prefix()}));
  }
  if (options.progress != "never") {
    print_summary(status, file->records(), monotonic_seconds() - started, receipt);
    print_failures(CSVM_TRY(ledger->failures()));
    if (file->unreadable() > 0) {
      fmt::print(stderr, "  {:>11}  rows of the file could not be read\n",
                 grouped(file->unreadable()));
    }
    if (!status.stopped_because.empty()) {
      fmt::print(stderr, "stopped: {}\n", status.stopped_because);
    }
    if (status.state != JobState::finished) {
      fmt::print(stderr, "The same command goes on from here.\n");
    }
  }
  return status.delivered == file->records() && file->unreadable() == 0;
}

}  // namespace

Command send_command(CLI::App& app) {
  const auto options = std::make_shared<SendOptions>();
  CLI::App* const command =
      app.add_subcommand("send", "deliver a merged CSV to a webhook, record by record");
  command->add_option("FILE", options->file, "a CSV file with a header")->required()->type_name("");
  command
      ->add_option("--type", options->type,
                   "what the rows are: people or company (required, here or in the recipe)")
      ->check(CLI::IsMember({"people", "company"}));
  command
      ->add_option(
          "--recipe", options->recipe,
          "rate, retries and so on as its \"destination\" says; options given besides it win")
      ->type_name("FILE");
  command
      ->add_option("--to", options->urls,
                   "the webhook's URL; repeated: takes over when a --quota is used up")
      ->required()
      ->type_name("URL")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--rate", options->rate, "records a second at most; 0: no limit")
      ->check(number_between(0, largest_number))
      ->envname("WEBHOOK_RATE_LIMIT")
      ->capture_default_str();
  command->add_option("--preset", options->preset,
                      "rate, burst, record size and quota of a kind of receiver: clay, zapier, "
                      "make, n8n, generic");
  command
      ->add_option("--presets", options->presets_file, "presets of one's own (destinations.json)")
      ->type_name("FILE");
  command
      ->add_option("--burst", options->burst,
                   "records that may be made up for at once after a delay; at most one second's")
      ->check(number_between(0, largest_number));
  command->add_option("--header", options->headers, "a header to send along; repeatable")
      ->type_name("'NAME: VALUE'")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--secret", options->secret, "sign requests as in Standard Webhooks")
      ->envname("WEBHOOK_SECRET");
  command->add_option("--retries", options->retries, "times to try again after a failure")
      ->check(number_between(0, 1000))
      ->envname("WEBHOOK_RETRY_ATTEMPTS")
      ->capture_default_str();
  command->add_option("--backoff", options->backoff_seconds, "seconds before each retry: 1,3,9")
      ->delimiter(',')
      ->check(number_between(0, largest_number))
      ->envname("WEBHOOK_RETRY_BACKOFF");
  command->add_option("--timeout", options->timeout_seconds, "seconds to wait for an answer")
      ->check(number_between(0.001, largest_number))
      ->envname("WEBHOOK_TIMEOUT")
      ->capture_default_str();
  command->add_option("--first", options->first,
                      "send only so many records now; the same command without it goes on");
  command
      ->add_option("--stop-above", options->stop_above_percent,
                   "stop when more than this percentage of at least 20 records is not delivered")
      ->check(number_between(0, 100));
  command->add_option("--quota", options->quota, "records that each URL takes in its life");
  command->add_option("--used", options->used, "records that each URL has taken from elsewhere");
  command
      ->add_option("--max-record", options->max_record_bytes,
                   "skip records with a larger body, e.g. 100K")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
  command->add_flag("--retry", options->retry, "send again what an ended run did not deliver");
  command
      ->add_option("--ledger", options->ledger,
                   "where outcomes are kept; by default beside FILE, one for each URL")
      ->type_name("FILE");
  command
      ->add_option("--receipt", options->receipt,
                   "the records with what became of each; none: no such file")
      ->type_name("FILE");
  command->add_option("--config", options->config, "mapping configuration (fields)")
      ->type_name("FILE")
      ->envname("FIELD_MAPPINGS_FILE");
  command->add_option("--ca-file", options->ca_file, "trust these authorities (PEM) instead")
      ->type_name("FILE");
  command->add_option("--progress", options->progress, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  add_destination_options(*command, options->destination);
  command->callback([options] {
    if (options->type.empty() && options->recipe.empty()) throw CLI::RequiredError("--type");
  });
  return {command, [options, command] {
            auto applied = apply_preset(*options, *command);
            if (applied) applied = apply_recipe(*options, *command);
            if (!applied) {
              print_error(applied.error());
              return exit_usage;
            }
            const auto all_delivered = send(*options);
            if (!all_delivered) {
              print_error(all_delivered.error());
              return exit_failed;
            }
            return *all_delivered ? exit_ok : exit_failed;
          }};
}

}  // namespace csvm::app
