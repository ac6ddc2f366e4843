// csvm/api.h - routes and messages: JSON <-> jobs and store. The only public header of module
// `api`, and the only speaker of our web protocol (docs/http-api.md, openapi.json).
//
//   server::Router, server::SocketHub --> Api --> store, files, jobs, recipe
//
// Handlers run on io threads and never block: what touches store, files or leads is offloaded.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"
#include "csvm/jobs.h"
#include "csvm/recipe.h"
#include "csvm/server.h"
#include "csvm/store.h"

namespace csvm::api {

struct Settings {
  bool production = false;
  std::string admin_token;  // empty: anyone may change the configuration (not in production)
  std::string secret_key;   // seals the cookies of sessions; empty: they are not sealed
  bool behind_tls = false;  // cookies are `Secure` and named __Host-...
  std::vector<std::string> allowed_origins;  // besides our own
  store::Limits limits;                      // shown, and checked early; the store enforces them
  std::chrono::minutes cleanup_interval{60};
  double default_threshold = 85;
  double webhook_rate = 10;         // records a second, unless a job or a preset says otherwise
  recipe::DeliveryWishes delivery;  // what is not said of a delivery
  std::vector<recipe::DestinationPreset> presets = recipe::built_in_destination_presets();
  double requests_per_second = 200;  // of one address; 0: no limit. Bursts of five seconds' worth
  std::string data_folder;           // whose disk the figures tell of
  std::string version;
};

/// How the name of a process begins that works on no job.
inline constexpr std::string_view only_web = "web";

/// What the interface works on; all of it outlives the Api.
struct Parts {
  const jobs::Environment& environment;
  jobs::Workers& workers;
  recipe::LiveConfiguration& configuration;
  boost::asio::thread_pool& pool;        // for blocking work that is short
  boost::asio::thread_pool& long_pool;   // ... and for reading whole uploads through
  boost::asio::thread_pool& outer_pool;  // ... and for waiting for others: names, receivers
  std::function<store::Time()> now;
  /// Name and version of every process that shares the store; empty: this one is alone.
  std::function<std::vector<std::pair<std::string, std::string>>()> processes = {};
};

/// The state of the clean-up, for GET /api/storage/status.
struct CleanUpRecord {
  store::Time last{}, next{};
  std::uint64_t files = 0;  // removed by the last one
};

/// Threads: every member from any thread; routes are added before the server starts.
class Api {
 public:
  Api(Settings settings, Parts parts);
  ~Api();

  /// Adds all routes under /api/, /health and /metrics.
  void add_routes(server::Router& router);
  /// Adds the handlers of live updates to a hub and keeps it for `announce`.
  void add_sockets(server::SocketHub& hub);
  /// Begins to send live updates on the server's threads; the figures for /metrics come from it.
  void start(server::Server& server);
  /// Ends what `start` began; to be called before the server stops.
  void stop();

  void job_changed(std::string_view session, std::string_view job);
  void configuration_changed();
  void cleaned_up(const CleanUpRecord& record);
  void answered(const server::RequestRecord& request);  // for /metrics

  /// What the routes promise: OpenAPI 3.1, as JSON text.
  static std::string_view openapi();

 private:
  std::unique_ptr<struct Context> context_;
};

}  // namespace csvm::api
