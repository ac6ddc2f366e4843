#include "service.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "chance.h"
#include "csvm/api.h"
#include "csvm/files.h"
#include "csvm/jobs.h"
#include "csvm/recipe.h"
#include "csvm/server.h"
#include "csvm/store.h"
#include "log.h"
#include "open_configuration.h"
#include "open_files.h"
#include "page.h"
#include "run_options.h"
#include "version.h"

namespace csvm::app {
namespace {

namespace fs = std::filesystem;

constexpr unsigned blocking_threads = 4;  // for store and files, besides the workers
constexpr unsigned long_threads = 2;      // for looking into uploads
constexpr unsigned outer_threads = 8;     // for waiting for names and receivers
constexpr std::uint64_t storage_warning_percent = 80;
constexpr auto request_limit = std::chrono::seconds(10);
constexpr auto job_limit = std::chrono::seconds(10);
constexpr auto announce_every = std::chrono::seconds(5);
constexpr auto store_patience = std::chrono::seconds(120);

store::Time system_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string new_token() {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<std::byte, 24> random{};
  fill_with_random(random);
  std::string token;
  for (const std::byte byte : random) token += letters[std::to_integer<std::size_t>(byte) % 64];
  return token;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

std::string_view kind_of(const ServiceSettings& settings, Role role) {
  if (role == Role::work) return "worker";
  return settings.workers == 0 ? api::only_web : "serve";
}

store::Limits limits_of(const ServiceSettings& settings) {
  store::Limits limits;
  limits.files_per_session = settings.max_files_per_session;
  limits.jobs_at_once_per_session = settings.max_jobs_at_once_per_session;
  limits.bytes_per_file = settings.max_file_mb << 20;
  limits.bytes_per_session = settings.max_storage_per_session_mb << 20;
  limits.bytes_in_all = settings.max_total_storage_gb << 30;
  return limits;
}

Result<jobs::Outgoing> outgoing_of(const ServiceSettings& settings) {
  jobs::Outgoing outgoing;
  outgoing.rules.allow_private = settings.webhook_allow_private;
  for (const std::string& allowed : settings.webhook_allowed) {
    CSVM_CHECK(fetch::allow(allowed, outgoing.rules));
  }
  outgoing.ca_file = settings.webhook_ca_file;
  outgoing.user_agent = fmt::format("csv-merger/{}", version);
  outgoing.clock = [] { return std::chrono::steady_clock::now(); };
  outgoing.wall_clock = system_now;
  fill_with_random(std::as_writable_bytes(std::span(&outgoing.seed, 1)));
  return outgoing;
}

class RunningService final : public Service {
 public:
  RunningService(const ServiceSettings& settings, Role role, std::shared_ptr<spdlog::logger> log)
      : settings_(settings),
        role_(role),
        name_(fmt::format("{}-{}-{}", kind_of(settings, role), host_name(),
                          new_token().substr(0, 8))),
        log_(std::move(log)),
        pool_(blocking_threads),
        long_pool_(long_threads),
        outer_pool_(outer_threads) {}
  ~RunningService() override { stop(); }

  Result<void> begin() {
    std::error_code failed;
    fs::create_directories(settings_.data_folder, failed);
    if (failed) return io_error("make the data folder", settings_.data_folder, failed.value());
    const fs::path folder(settings_.data_folder);
    const bool is_alone = settings_.redis_url.empty();
    files_ = CSVM_TRY(open_files(settings_));
    CSVM_CHECK(open_store((folder / "csv-merger.db").string()));
    CSVM_CHECK(open_configuration());

    environment_.emplace(
        jobs::Environment{*store_, *files_, [this] { return configuration_->current().value; },
                          monotonic_seconds, log_, version, CSVM_TRY(outgoing_of(settings_))});
    if (!is_alone) {
      environment_->store_patience = store_patience;
      environment_->outgoing.process = name_;
    }
    jobs::WorkerSettings workers;
    workers.name = name_;
    workers.concurrency = settings_.workers;
    if (settings_.workers == 0) workers.sending = 0;
    workers.threads_per_job = std::max(1U, std::thread::hardware_concurrency());
    workers.job_timeout = settings_.job_timeout;
    workers.lease = settings_.job_lease;
    workers_ = jobs::Workers::start(*environment_, workers);
    wake_.with([this](jobs::Workers*& now) { now = workers_.get(); });
    announce();
    if (!is_alone) beacon_ = std::thread([this] { announce_regularly(); });
    if (role_ == Role::work) {
      log_->info("csv-merger {} works, {} at once", version, settings_.workers);
      has_begun_ = true;
      return {};
    }
    CSVM_CHECK(start_server());
    cleaner_ = std::thread([this] { clean_regularly(); });
    log_->info("csv-merger {} listens on {}", version, url());
    has_begun_ = true;
    return {};
  }

  std::string url() const override {
    return server_ ? fmt::format("http://{}:{}", settings_.host, server_->port()) : "";
  }

  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      if (is_stopping_) return;
      is_stopping_ = true;
    }
    stopping_.notify_all();
    if (cleaner_.joinable()) cleaner_.join();
    if (beacon_.joinable()) beacon_.join();
    if (api_) api_->stop();
    if (server_ && !server_->stop(request_limit)) log_->warn("some requests had to be cut");
    wake_.with([](jobs::Workers*& now) { now = nullptr; });
    if (workers_ && !workers_->stop(job_limit)) {
      log_->info(settings_.redis_url.empty() ? "running jobs go on at the next start"
                                             : "running jobs go back to the queue");
    }
    announce_.with([](api::Api*& now) { now = nullptr; });
    shared_configuration_.with([](auto*& now) { now = nullptr; });
    pool_.join();
    long_pool_.join();
    outer_pool_.join();
    if (has_begun_) log_->info("stopped");
  }

 private:
  Result<void> open_store(const std::string& path) {
    store::Options options;
    options.now = system_now;
    options.random = fill_with_random;
    options.limits = limits_of(settings_);
    options.session_ttl = settings_.session_ttl;
    options.data_retention = settings_.data_retention;
    options.lease = settings_.job_lease;
    if (role_ == Role::serve) {
      options.job_changed = [this](store::Id session, store::Id job) {
        announce_.with([&](api::Api*& api) {
          if (api != nullptr) api->job_changed(session, job);
        });
      };
    }
    options.work_waiting = [this] {
      wake_.with([](jobs::Workers*& workers) {
        if (workers != nullptr) workers->wake();
      });
    };
    options.configuration_changed = [this] {
      shared_configuration_.with([](auto*& shared) {
        if (shared != nullptr) shared->look();
      });
    };
    if (!settings_.redis_url.empty()) {
      std::vector<std::string> warnings;
      store_ = CSVM_TRY(store::open_redis(settings_.redis_url, std::move(options), warnings));
      for (const std::string& warning : warnings) log_->warn(warning);
      if (settings_.s3.bucket.empty()) {
        log_->warn(
            "processes share Redis but no bucket: each of them must have this DATA_DIR, or jobs "
            "fail because their files are elsewhere; set S3_BUCKET");
      }
      return {};
    }
    store_ = CSVM_TRY(store::open_sqlite(path, std::move(options)));
    // The data folder is ours alone, so whoever held a lease is gone: its jobs begin at once.
    const auto orphans = CSVM_TRY(store_->expire_leases(""));
    if (orphans > 0) log_->info("{} jobs of an earlier process go on", orphans);
    return {};
  }

  Result<void> open_configuration() {
    const auto changed = [this] {
      announce_.with([](api::Api*& api) {
        if (api != nullptr) api->configuration_changed();
      });
    };
    if (settings_.redis_url.empty()) {
      configuration_ = CSVM_TRY(open_own_configuration(settings_, changed));
      return {};
    }
    auto shared = CSVM_TRY(open_shared_configuration(settings_, *store_, changed));
    if (shared->differs_from_seed()) {
      log_->warn(
          "'{}' is not what all processes share as their mapping configuration: that counts, and "
          "the file does not (docs/deploy.md)",
          configuration_path(settings_));
    }
    shared_configuration_.with([&](auto*& now) { now = shared.get(); });
    configuration_ = std::move(shared);
    return {};
  }

  // Says that we live, and of which version we are; notes who else does.
  void announce() {
    auto all = store_->announce(name_, version);
    say_whether_store_answers(all ? std::string() : all.error().message);
    if (!all) return;
    std::string others;
    for (const auto& [name, their_version] : *all) {
      if (their_version != version) others += fmt::format(" {} ({})", name, their_version);
    }
    processes_.with([&](Processes& known) {
      if (others != known.of_other_versions && !others.empty()) {
        log_->warn("processes of other versions than ours ({}) share the store:{}", version,
                   others);
      }
      known.of_other_versions = others;
      known.all = *std::move(all);
    });
  }

  // Once for each reason, and when it is over: whoever asks for work or for an answer may ask
  // often.
  void say_whether_store_answers(const std::string& reason) {
    store_fault_.with([&](std::string& known) {
      if (reason == known) return;
      if (reason.empty()) {
        log_->info("the store is back");
      } else {
        log_->warn("the store is away: {}", reason);
      }
      known = reason;
    });
  }

  void announce_regularly() {
    std::unique_lock lock(mutex_);
    while (!stopping_.wait_for(lock, announce_every, [this] { return is_stopping_; })) {
      lock.unlock();
      announce();
      lock.lock();
    }
  }

  Result<void> start_server() {
    api::Settings api;
    api.production = settings_.production;
    api.admin_token = settings_.admin_token;
    api.secret_key = settings_.secret_key;
    api.behind_tls = settings_.behind_tls;
    api.allowed_origins = settings_.cors_origins;
    api.limits = limits_of(settings_);
    api.cleanup_interval = settings_.cleanup_interval;
    api.default_threshold = settings_.match_threshold;
    api.requests_per_second = settings_.requests_per_second;
    api.webhook_rate = settings_.webhook_rate;
    api.delivery.timeout_seconds = settings_.webhook_timeout;
    api.delivery.retries = settings_.webhook_retries;
    api.delivery.backoff_seconds = settings_.webhook_backoff;
    if (!settings_.destinations_file.empty()) {
      api.presets = CSVM_TRY(recipe::load_destination_presets(settings_.destinations_file));
    }
    api.data_folder = settings_.data_folder;
    api.version = version;
    const auto processes = [this] {
      return processes_.with([](Processes& known) { return known.all; });
    };
    api_ =
        std::make_unique<api::Api>(api, api::Parts{*environment_, *workers_, *configuration_, pool_,
                                                   long_pool_, outer_pool_, system_now, processes});

    server::SocketSettings sockets;
    sockets.allowed_origins = settings_.cors_origins;
    hub_ = std::make_unique<server::SocketHub>(sockets);
    api_->add_sockets(*hub_);
    server::Router router;
    api_->add_routes(router);
    router.add_assets(page_assets());
    router.add_sockets("/socket.io/", *hub_);

    server::ServerSettings listen;
    listen.host = settings_.host;
    listen.port = settings_.port;
    listen.cors_origins = settings_.cors_origins;
    listen.trusted_proxies = settings_.trusted_proxies;
    listen.behind_tls = settings_.behind_tls;
    server_ = CSVM_TRY(server::Server::start(
        listen, std::move(router),
        server::Environment{
            pool_, [] { return std::chrono::steady_clock::now(); },
            [] { return std::chrono::system_clock::now(); }, new_token, log_,
            [this](const server::RequestRecord& request) { api_->answered(request); }}));
    api_->start(*server_);
    announce_.with([&](api::Api*& now) { now = api_.get(); });
    return {};
  }

  void clean_regularly() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
      lock.unlock();
      const store::Time now = system_now();
      const auto cleaned = jobs::clean_up(*environment_, now);
      if (cleaned) {
        api_->cleaned_up({now, now + settings_.cleanup_interval, cleaned->files});
        if (cleaned->sessions + cleaned->uploads + cleaned->jobs + cleaned->files > 0) {
          log_->info("clean-up: {} sessions, {} uploads, {} jobs, {} files", cleaned->sessions,
                     cleaned->uploads, cleaned->jobs, cleaned->files);
        }
      } else {
        log_->warn("clean-up: {}", cleaned.error().message);
      }
      warn_of_storage();
      lock.lock();
      stopping_.wait_for(lock, settings_.cleanup_interval, [this] { return is_stopping_; });
    }
  }

  void warn_of_storage() {
    const auto totals = store_->totals();
    const std::uint64_t limit = limits_of(settings_).bytes_in_all;
    if (!totals || limit == 0 || totals->bytes < limit / 100 * storage_warning_percent) return;
    log_->warn(
        "storage: {} of {} MB are used; at the limit (MAX_TOTAL_STORAGE_GB) uploads are "
        "refused",
        totals->bytes >> 20, limit >> 20);
  }

  struct Processes {
    std::vector<std::pair<std::string, std::string>> all;  // name and version
    std::string of_other_versions;                         // for the log
  };

  const ServiceSettings settings_;
  const Role role_;
  const std::string name_;
  std::shared_ptr<spdlog::logger> log_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool is_stopping_ = false;
  bool has_begun_ = false;  // written before anybody has the service
  // In the order in which each needs those before it.
  boost::asio::thread_pool pool_;
  boost::asio::thread_pool long_pool_;
  boost::asio::thread_pool outer_pool_;
  Guarded<api::Api*> announce_{nullptr};
  Guarded<jobs::Workers*> wake_{nullptr};
  Guarded<recipe::SharedConfiguration*> shared_configuration_{nullptr};
  Guarded<Processes> processes_;
  Guarded<std::string> store_fault_;  // why it does not answer; empty while it does
  std::unique_ptr<files::Files> files_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<recipe::LiveConfiguration> configuration_;
  std::optional<jobs::Environment> environment_;
  std::unique_ptr<jobs::Workers> workers_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<server::SocketHub> hub_;
  std::unique_ptr<server::Server> server_;
  std::thread cleaner_;
  std::thread beacon_;
};

}  // namespace

Result<std::unique_ptr<Service>> Service::start(const ServiceSettings& settings, Role role) {
  if (role == Role::work && settings.redis_url.empty()) {
    return Error{Errc::invalid_input,
                 "a worker shares the store with others: set REDIS_URL (docs/settings.md), or use "
                 "\"csv-merger serve\", which works by itself"};
  }
  auto service = std::make_unique<RunningService>(settings, role, CSVM_TRY(make_log(settings)));
  CSVM_CHECK(service->begin());
  return std::unique_ptr<Service>(std::move(service));
}

}  // namespace csvm::app
