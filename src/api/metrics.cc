#include "metrics.h"

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <atomic>

namespace csvm::api {

struct MetricsState {
  explicit MetricsState(Context& context_) : context(context_) {}

  Context& context;
  std::atomic<const server::Server*> server = nullptr;
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("csv_merger_http_requests_total")
                                                          .Help("Answered requests")
                                                          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram()
          .Name("csv_merger_http_request_seconds")
          .Help("From the first byte of a request to the last of its answer")
          .Register(registry);
  prometheus::Family<prometheus::Gauge>& gauges_of(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  }
  prometheus::Gauge& sessions =
      gauges_of("csv_merger_sessions", "Sessions that have not expired").Add({});
  prometheus::Gauge& queued =
      gauges_of("csv_merger_jobs_queued", "Jobs that wait for a worker").Add({});
  prometheus::Gauge& running =
      gauges_of("csv_merger_jobs_running", "Jobs that a worker has").Add({});
  prometheus::Gauge& stored = gauges_of("csv_merger_storage_bytes", "Uploads and results").Add({});
  prometheus::Gauge& connections = gauges_of("csv_merger_connections", "Open connections").Add({});
  prometheus::Gauge& lag =
      gauges_of("csv_merger_event_loop_lag_seconds", "How late the event loop was").Add({});
  prometheus::Gauge& uptime =
      gauges_of("csv_merger_uptime_seconds", "Since the start of the process").Add({});
};

Metrics::Metrics(Context& context) : state_(std::make_unique<MetricsState>(context)) {}
Metrics::~Metrics() = default;

void Metrics::answered(const server::RequestRecord& request) {
  // Routes are few; paths, which are as many as jobs, never become labels.
  constexpr std::array usual_methods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  const bool is_usual = std::ranges::find(usual_methods, request.method) != usual_methods.end();
  const std::string route(request.route.empty() ? "none" : request.route);
  state_->requests
      .Add({{"method", is_usual ? std::string(request.method) : "other"},
            {"route", route},
            {"status", fmt::format("{}", request.status)}})
      .Increment();
  static const prometheus::Histogram::BucketBoundaries seconds = {0.001, 0.005, 0.025, 0.1,
                                                                  0.5,   2.5,   10};
  state_->durations.Add({{"route", route}}, seconds)
      .Observe(std::chrono::duration<double>(request.duration).count());
}

void Metrics::watch(const server::Server* server) { state_->server = server; }

std::string Metrics::text() {
  MetricsState& state = *state_;
  if (const auto totals = state.context.store().totals()) {
    state.sessions.Set(static_cast<double>(totals->sessions));
    state.queued.Set(static_cast<double>(totals->queued_jobs));
    state.running.Set(static_cast<double>(totals->running_jobs));
    state.stored.Set(static_cast<double>(totals->bytes));
  }
  if (const server::Server* server = state.server) {
    const server::ServerFigures figures = server->figures();
    state.connections.Set(static_cast<double>(figures.connections));
    state.lag.Set(std::chrono::duration<double>(figures.event_loop_lag).count());
  }
  state.uptime.Set(state.context.parts.environment.seconds() - state.context.started);
  return prometheus::TextSerializer().Serialize(state.registry.Collect());
}

}  // namespace csvm::api
