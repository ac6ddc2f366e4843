// match_command.h - csv-merger match: which rows are the same lead; writes no table.
#pragma once

#include "command.h"

namespace csvm::app {

Command match_command(CLI::App& app);

}  // namespace csvm::app
