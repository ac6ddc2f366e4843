// context.h - what every handler works with, made once.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <unordered_map>

#include "csvm/api.h"
#include "files_check.h"

namespace csvm::api {

class Continuation;
class Live;
class Metrics;

/// Lets an address make so many requests a second.
class AddressLimit {
 public:
  AddressLimit(double per_second, double burst) : per_second_(per_second), burst_(burst) {}
  /// False when the address has to wait. `now` in seconds.
  bool take(const std::string& address, double now);

 private:
  struct Bucket {
    double tokens;
    double filled_at;
  };
  double per_second_;
  double burst_;
  Guarded<std::unordered_map<std::string, Bucket>> buckets_;
};

struct Context {
  Settings settings;
  Parts parts;
  AddressLimit addresses;
  AddressLimit trials;  // of webhooks: strangers' servers are asked
  std::unique_ptr<Metrics> metrics;
  std::unique_ptr<Live> live;
  FilesCheck files_check;
  Guarded<CleanUpRecord> clean_up;
  // By file: the request that is adding to it (tus).
  Guarded<std::unordered_map<std::string, std::weak_ptr<Continuation>>> continuations;
  double started;          // in Environment::seconds
  store::Time started_at;  // ... and by the clock
  Guarded<std::uint64_t> numbers{0};

  Context(Settings given, Parts used);
  ~Context();

  /// Another one each time.
  std::uint64_t next_number() {
    return numbers.with([](std::uint64_t& last) { return ++last; });
  }
  /// How many processes could run a job.
  std::size_t worker_processes() const;
  store::Store& store() const { return parts.environment.store; }
  files::Files& files() const { return parts.environment.files; }
  std::string_view cookie_name() const { return settings.behind_tls ? "__Host-sid" : "sid"; }
};

void add_session_routes(server::Router& router, Context& context);
void add_upload_routes(server::Router& router, Context& context);
void add_tus_routes(server::Router& router, Context& context);
void add_mapping_routes(server::Router& router, Context& context);
void add_job_routes(server::Router& router, Context& context);
void add_delivery_routes(server::Router& router, Context& context);
void add_configuration_routes(server::Router& router, Context& context);
void add_operation_routes(server::Router& router, Context& context);

}  // namespace csvm::api
