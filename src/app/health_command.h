// health_command.h - csv-merger health: does a service on this machine live. For container engines.
#pragma once

#include "command.h"

namespace csvm::app {

Command health_command(CLI::App& app);

}  // namespace csvm::app
