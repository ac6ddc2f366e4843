// service.h - the web service in one process: store, files, workers, interface, server, clean-up.
#pragma once

#include <memory>
#include <string>

#include "settings.h"

namespace csvm::app {

/// A running service. `start` gives it back listening; the destructor stops it.
class Service {
 public:
  /// Fails as opening the data folder, the configuration and the port do.
  static Result<std::unique_ptr<Service>> start(const ServiceSettings& settings);
  virtual ~Service() = default;

  virtual std::string url() const = 0;
  /// Finishes what is in hand or hands it back to the queue; takes less than 30 s.
  virtual void stop() = 0;
};

}  // namespace csvm::app
