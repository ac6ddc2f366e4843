// open_configuration.h - the mapping configuration of a service: a file, or one for all processes.
#pragma once

#include <functional>
#include <memory>

#include "csvm/recipe.h"
#include "csvm/store.h"
#include "settings.h"

namespace csvm::app {

/// That of a service which has its data for itself: a file.
Result<std::unique_ptr<recipe::LiveConfiguration>> open_own_configuration(
    const ServiceSettings& settings, std::function<void()> changed);

/// That of all processes on one store, which must outlive it.
Result<std::unique_ptr<recipe::SharedConfiguration>> open_shared_configuration(
    const ServiceSettings& settings, store::Store& store, std::function<void()> changed);

/// Where it lies, or lay before several processes shared it.
std::string configuration_path(const ServiceSettings& settings);

}  // namespace csvm::app
