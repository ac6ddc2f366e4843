// metrics.h - what /metrics tells, in Prometheus' terms.
#pragma once

#include <memory>
#include <string>

#include "context.h"

namespace csvm::api {

/// Threads: every member from any thread.
class Metrics {
 public:
  explicit Metrics(Context& context);
  ~Metrics();
  void answered(const server::RequestRecord& request);
  void watch(const server::Server* server);  // null: no more
  /// A job that was changed, as it is now. Blocking: asks the store, and fails as that does.
  Result<store::Job> look(const std::string& session, const std::string& job);
  /// Blocking: asks the store. In the text format of Prometheus.
  std::string text();

 private:
  std::unique_ptr<struct MetricsState> state_;
};

}  // namespace csvm::api
