// check_url_command.h - csv-merger check-url: may a webhook go there, and why not.
#pragma once

#include "command.h"

namespace csvm::app {

Command check_url_command(CLI::App& app);

}  // namespace csvm::app
