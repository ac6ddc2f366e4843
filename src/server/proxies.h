// Whose X-Forwarded-For is believed, and the client's address that follows from it. Pure.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"

namespace csvm::server {

class Proxies {
 public:
  /// "10.0.0.7", "100.64.0.0/10", "fd00::/8". Fails with `invalid_input` and names what is wrong.
  static Result<Proxies> parse(const std::vector<std::string>& addresses_and_networks);

  /// The last address of `forwarded` that is none of ours; what stands before it was written by
  /// that client and proves nothing. The peer's own, when it is no proxy.
  std::string address_behind(const std::string& peer, std::string_view forwarded) const;

 private:
  bool contains(const std::string& address) const;

  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
};

}  // namespace csvm::server
