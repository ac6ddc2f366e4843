// map_command.h - csv-merger map: which headers feed which fields, and why; changes nothing.
#pragma once

#include "command.h"

namespace csvm::app {

Command map_command(CLI::App& app);

}  // namespace csvm::app
