#include "destination_options.h"

namespace csvm::app {

void add_destination_options(CLI::App& command, DestinationOptions& options) {
  command
      .add_flag("--allow-private,!--no-allow-private", options.allow_private,
                "Allow loopback and private addresses, for local use")
      ->envname("WEBHOOK_ALLOW_PRIVATE");
  command
      .add_option("--allow", options.allowed,
                  "Allow this network (10.2.0.0/16), address or host, private or not; repeatable")
      ->type_name("NETWORK|HOST")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

Result<fetch::AddressRules> address_rules(const DestinationOptions& options) {
  fetch::AddressRules rules;
  rules.allow_private = options.allow_private;
  for (const std::string& entry : options.allowed) CSVM_CHECK(fetch::allow(entry, rules));
  return rules;
}

}  // namespace csvm::app
