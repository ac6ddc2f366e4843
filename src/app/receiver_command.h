// receiver_command.h - csv-merger receiver: a webhook receiver to rehearse with.
#pragma once

#include "command.h"

namespace csvm::app {

Command receiver_command(CLI::App& app);

}  // namespace csvm::app
