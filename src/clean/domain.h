// What stands in a domain column -> the host.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace csvm::clean {

/// What the configuration says of hosts; borrowed.
struct HostAffixes {
  const std::vector<std::string>& prefixes;
  const std::vector<std::string>& suffixes;
};

/// True when `value` is a plain lower-case host that the rule leaves as it is; `prefix_starts`
/// tells the first bytes of the configured prefixes. One pass; false when in doubt.
bool is_clean_domain(std::string_view value, const std::array<bool, 256>& prefix_starts);

/// The host of a URL, an e-mail address or a Markdown link; `value` itself when it is none of them.
/// Borrows `value` or `out`.
std::string_view clean_domain(std::string_view value, const HostAffixes& affixes, std::string& out);

}  // namespace csvm::clean
