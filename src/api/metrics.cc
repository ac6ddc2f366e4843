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
#include <filesystem>

#include "job_figures.h"

namespace csvm::api {

namespace {

// A job that waits is told of by nobody; whether it still does is asked so often.
constexpr auto ask_after = std::chrono::seconds(30);
constexpr std::size_t most_asked = 100;
// A check writes to the bucket, and every scraper of every process would.
constexpr double files_checked_every = 30;  // seconds

}  // namespace

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
  prometheus::Gauge& worker_processes =
      gauges_of("csv_merger_worker_processes", "Processes that work on jobs").Add({});
  prometheus::Gauge& stored = gauges_of("csv_merger_storage_bytes", "Uploads and results").Add({});
  prometheus::Gauge& storable =
      gauges_of("csv_merger_storage_limit_bytes", "From which on uploads are refused").Add({});
  prometheus::Gauge& disk_free =
      gauges_of("csv_merger_disk_free_bytes", "On the disk of DATA_DIR").Add({});
  prometheus::Gauge& disk_size = gauges_of("csv_merger_disk_bytes", "Size of that disk").Add({});
  prometheus::Gauge& store_up =
      gauges_of("csv_merger_store_up", "1 when the store answers, 0 when it does not").Add({});
  prometheus::Gauge& files_up =
      gauges_of("csv_merger_files_up",
                "1 when files can be written and read back (looked at every 30 s), or 0")
          .Add({});
  prometheus::Gauge& connections = gauges_of("csv_merger_connections", "Open connections").Add({});
  prometheus::Gauge& lag =
      gauges_of("csv_merger_event_loop_lag_seconds", "How late the event loop was").Add({});
  prometheus::Gauge& uptime =
      gauges_of("csv_merger_uptime_seconds", "Since the start of the process").Add({});
  JobFigures jobs{registry, context.parts.now()};
};

Metrics::Metrics(Context& context) : state_(std::make_unique<MetricsState>(context)) {
  prometheus::BuildGauge()
      .Name("csv_merger_build_info")
      .Help("Always 1; the label says which version this is")
      .Register(state_->registry)
      .Add({{"version", context.settings.version}})
      .Set(1);
}
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

Result<store::Job> Metrics::look(const std::string& session, const std::string& job) {
  auto found = state_->context.store().find_job(session, job);
  if (found) state_->jobs.saw(*found, state_->context.parts.now());
  if (!found && found.error().code == Errc::not_found) state_->jobs.gone(job);
  return found;
}

std::string Metrics::text() {
  MetricsState& state = *state_;
  const auto totals = state.context.store().totals();
  state.store_up.Set(totals ? 1 : 0);
  state.files_up.Set(state.context.files_check.recent(files_checked_every) ? 1 : 0);
  if (totals) {
    state.sessions.Set(static_cast<double>(totals->sessions));
    state.queued.Set(static_cast<double>(totals->queued_jobs));
    state.running.Set(static_cast<double>(totals->running_jobs));
    state.stored.Set(static_cast<double>(totals->bytes));
    const store::Time now = state.context.parts.now();
    for (const auto& [session, job] : state.jobs.unheard_since(now - ask_after, most_asked)) {
      (void)look(session, job);
    }
    state.jobs.collect(now, totals->queued_jobs);
  }
  state.storable.Set(static_cast<double>(state.context.settings.limits.bytes_in_all));
  state.worker_processes.Set(static_cast<double>(state.context.worker_processes()));
  std::error_code failed;
  const auto disk = std::filesystem::space(state.context.settings.data_folder, failed);
  if (!failed) {
    state.disk_free.Set(static_cast<double>(disk.available));
    state.disk_size.Set(static_cast<double>(disk.capacity));
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
