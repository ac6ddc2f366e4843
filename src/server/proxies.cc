#include "proxies.h"

#include <fmt/format.h>

#include <algorithm>

#include "target.h"

namespace csvm::server {

namespace ip = boost::asio::ip;

Result<Proxies> Proxies::parse(const std::vector<std::string>& addresses_and_networks) {
  Proxies proxies;
  for (const std::string& text : addresses_and_networks) {
    const bool is_network = text.find('/') != std::string::npos;
    const bool is_v6 = text.find(':') != std::string::npos;
    boost::system::error_code failed;
    if (is_v6) {
      proxies.v6_.push_back(ip::make_network_v6(is_network ? text : text + "/128", failed));
    } else {
      proxies.v4_.push_back(ip::make_network_v4(is_network ? text : text + "/32", failed));
    }
    if (failed) {
      return Error{Errc::invalid_input,
                   fmt::format("TRUSTED_PROXIES: '{}' is not allowed; it must be an address or a "
                               "network such as 10.0.0.0/8",
                               text)};
    }
  }
  return proxies;
}

bool Proxies::contains(const std::string& address) const {
  boost::system::error_code failed;
  ip::address parsed = ip::make_address(address, failed);
  if (failed) return false;
  if (parsed.is_v6() && parsed.to_v6().is_v4_mapped()) {
    parsed = ip::make_address_v4(ip::v4_mapped, parsed.to_v6());
  }
  if (parsed.is_v4()) {
    return std::ranges::any_of(v4_, [&](const ip::network_v4& network) {
      const unsigned mask = network.netmask().to_uint();
      return (parsed.to_v4().to_uint() & mask) == (network.address().to_uint() & mask);
    });
  }
  return std::ranges::any_of(v6_, [&](const ip::network_v6& network) {
    return ip::network_v6(parsed.to_v6(), network.prefix_length()).canonical() ==
           network.canonical();
  });
}

std::string Proxies::address_behind(const std::string& peer, std::string_view forwarded) const {
  std::string address = peer;
  while (contains(address)) {
    const auto comma = forwarded.rfind(',');
    const std::string_view last =
        trimmed(comma == std::string_view::npos ? forwarded : forwarded.substr(comma + 1));
    constexpr std::string_view of_addresses = "0123456789abcdefABCDEF.:";
    if (last.empty() || last.find_first_not_of(of_addresses) != std::string_view::npos) break;
    address = last;
    if (comma == std::string_view::npos) break;
    forwarded = forwarded.substr(0, comma);
  }
  return address;
}

}  // namespace csvm::server
