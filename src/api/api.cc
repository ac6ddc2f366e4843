#include "csvm/api.h"

#include <algorithm>

#include "context.h"
#include "live.h"
#include "metrics.h"
#include "openapi.h"

namespace csvm::api {

constexpr double burst_seconds = 5;
constexpr double trials_per_second = 1, burst_of_trials = 20;

Context::Context(Settings given, Parts used)
    : settings(std::move(given)),
      parts(std::move(used)),
      addresses(settings.requests_per_second, settings.requests_per_second * burst_seconds),
      trials(trials_per_second, burst_of_trials),
      metrics(std::make_unique<Metrics>(*this)),
      live(std::make_unique<Live>(*this)),
      files_check([this] { return files().check(); }, parts.environment.seconds),
      started(parts.environment.seconds()),
      started_at(parts.now()) {}

Context::~Context() = default;

std::size_t Context::worker_processes() const {
  if (!parts.processes) return 1;
  const auto all = parts.processes();
  return static_cast<std::size_t>(std::ranges::count_if(
      all, [](const auto& process) { return !process.first.starts_with(only_web); }));
}

Api::Api(Settings settings, Parts parts)
    : context_(std::make_unique<Context>(std::move(settings), std::move(parts))) {}

Api::~Api() = default;

void Api::add_routes(server::Router& router) {
  add_session_routes(router, *context_);
  add_upload_routes(router, *context_);
  add_tus_routes(router, *context_);
  add_mapping_routes(router, *context_);
  add_job_routes(router, *context_);
  add_delivery_routes(router, *context_);
  add_configuration_routes(router, *context_);
  add_operation_routes(router, *context_);
}

void Api::add_sockets(server::SocketHub& hub) { context_->live->add_to(hub); }

void Api::start(server::Server& server) {
  context_->metrics->watch(&server);
  context_->live->start(server);
}

void Api::stop() {
  context_->live->stop();
  context_->metrics->watch(nullptr);
}

void Api::job_changed(std::string_view session, std::string_view job) {
  context_->live->job_changed(session, job);
}

void Api::configuration_changed() { context_->live->configuration_changed(); }

void Api::cleaned_up(const CleanUpRecord& record) {
  context_->clean_up.with([&](CleanUpRecord& now) { now = record; });
}

void Api::answered(const server::RequestRecord& request) { context_->metrics->answered(request); }

std::string_view Api::openapi() { return openapi_text; }

}  // namespace csvm::api
