// One connection, served from its first byte to its last.
#pragma once

#include <atomic>
#include <memory>

#include "csvm/server.h"
#include "link.h"
#include "proxies.h"
#include "routes.h"

namespace csvm::server {

/// What all connections of a server share; lives as long as any of them.
struct Shared {
  Shared(ServerSettings settings_given, Proxies proxies_given, const Router& router,
         Environment environment_given)
      : settings(std::move(settings_given)),
        proxies(std::move(proxies_given)),
        routes(router),
        environment(std::move(environment_given)) {}
  const ServerSettings settings;
  const Proxies proxies;
  const Routes routes;
  const Environment environment;
  Links links;
  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> requests = 0;
};

/// Serves requests until the peer closes, a limit is met or the server stops. Runs on the link's
/// strand.
Task<void> serve_connection(std::shared_ptr<Link> link, std::shared_ptr<Shared> shared);

/// What the access log and the metrics say of an answered request.
void record_request(const Shared& shared, const Request& request, std::string_view route,
                    unsigned status, std::uint64_t sent_bytes, std::chrono::nanoseconds duration);
/// Tells the log why an answer is a failure of ours, or was cut off. A reason that stays gives the
/// same words again and again, whichever request met it: whoever writes the log can leave them out.
void record_fault(const Shared& shared, std::string_view method, std::string_view route,
                  unsigned status, std::string_view fault);
void record_cut(const Shared& shared, std::string_view method, std::string_view route,
                std::string_view why);
/// Tells the log of an exception that ended a handler.
void record_failure(const Shared& shared, std::string_view request_id, std::string_view what);

}  // namespace csvm::server
