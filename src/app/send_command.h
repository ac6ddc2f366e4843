// send_command.h - csv-merger send: a merged CSV to a webhook, record by record.
#pragma once

#include "command.h"

namespace csvm::app {

Command send_command(CLI::App& app);

}  // namespace csvm::app
