// read_command.h - csv-merger read: the rows as they stand in a file, as lines of JSON.
#pragma once

#include "command.h"

namespace csvm::app {

Command read_command(CLI::App& app);

}  // namespace csvm::app
