// serve_command.h - csv-merger serve: web interface, workers and store in one process.
#pragma once

#include "command.h"

namespace csvm::app {

Command serve_command(CLI::App& app);

}  // namespace csvm::app
