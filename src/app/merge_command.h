// merge_command.h - csv-merger merge: many files in, one clean table out.
#pragma once

#include "command.h"

namespace csvm::app {

Command merge_command(CLI::App& app);

}  // namespace csvm::app
