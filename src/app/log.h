// The service's log: where it goes and how its lines look.
#pragma once

#include <spdlog/logger.h>

#include <memory>

#include "settings.h"

namespace csvm::app {

/// Lines of text on standard error, or one JSON object a line on standard output, for collectors
/// that take it from there; errors go to SENTRY_DSN besides, if it is set. The same warning is
/// written once in ten seconds. Fails with `invalid_input`.
Result<std::shared_ptr<spdlog::logger>> make_log(const ServiceSettings& settings);

}  // namespace csvm::app
