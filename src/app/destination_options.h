// destination_options.h - the options that send and check-url share -> fetch::AddressRules.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "csvm/fetch.h"

namespace csvm::app {

struct DestinationOptions {
  bool allow_private = false;
  std::vector<std::string> allowed;
};

/// Adds --allow-private (or WEBHOOK_ALLOW_PRIVATE) and --allow.
void add_destination_options(CLI::App& command, DestinationOptions& options);

/// Fails with `invalid_input` for an entry that is neither network nor host.
Result<fetch::AddressRules> address_rules(const DestinationOptions& options);

}  // namespace csvm::app
