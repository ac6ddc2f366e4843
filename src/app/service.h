// service.h - the web service in one process: store, files, workers, interface, server, clean-up.
#pragma once

#include <memory>
#include <string>

#include "settings.h"

namespace csvm::app {

/// What a process does of the service: all, or only the work.
enum class Role { serve, work };

/// A running service. `start` gives it back listening (or working); the destructor stops it.
class Service {
 public:
  /// Fails as opening the data folder, the configuration and the port do.
  static Result<std::unique_ptr<Service>> start(const ServiceSettings& settings,
                                                Role role = Role::serve);
  virtual ~Service() = default;

  virtual std::string url() const = 0;  // empty: it only works
  /// Finishes what is in hand or hands it back to the queue; takes less than 30 s.
  virtual void stop() = 0;
};

}  // namespace csvm::app
