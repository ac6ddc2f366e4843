// serve_command.h - csv-merger serve: web interface, workers and store in one process; csv-merger
// worker: the workers alone.
#pragma once

#include "command.h"

namespace csvm::app {

Command serve_command(CLI::App& app);
Command worker_command(CLI::App& app);

}  // namespace csvm::app
