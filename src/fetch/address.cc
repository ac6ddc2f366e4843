// Addresses and networks, and which of them a webhook may reach.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "csvm/fetch.h"
#include "host_name.h"

namespace csvm::fetch {
namespace {

unsigned total_bits(const Address& address) { return address.is_v6 ? 128 : 32; }

bool contains(const Network& network, const Address& address) {
  if (network.address.is_v6 != address.is_v6) return false;
  for (unsigned bit = 0; bit < network.prefix_bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((network.address.bytes[bit / 8] ^ address.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network{*address, total_bits(*address)};
  if (slash == std::string_view::npos) return network;
  const std::string_view bits = text.substr(slash + 1);
  const auto [end, failed] =
      std::from_chars(bits.data(), bits.data() + bits.size(), network.prefix_bits);
  if (failed != std::errc() || end != bits.data() + bits.size()) return std::nullopt;
  if (network.prefix_bits > total_bits(*address)) return std::nullopt;
  return network;
}

struct Range {
  std::string_view network;
  std::string_view what;
};

struct KnownRange {
  Network network;
  std::string_view what;
};

template <std::size_t count>
std::vector<KnownRange> known(const std::array<Range, count>& ranges) {
  std::vector<KnownRange> all;
  for (const Range& range : ranges) all.push_back({*parse_network(range.network), range.what});
  return all;
}

const KnownRange* find(const std::vector<KnownRange>& ranges, const Address& address) {
  const auto found = std::ranges::find_if(
      ranges, [&](const KnownRange& range) { return contains(range.network, address); });
  return found == ranges.end() ? nullptr : &*found;
}

// Services that hand out a machine's credentials to whoever asks from it. 168.63.129.16 looks
// public, 100.100.100.200 is carrier space; no rule opens them.
const std::vector<KnownRange>& metadata_services() {
  static const auto ranges = known(std::to_array<Range>({
      {"169.254.0.0/16", "link-local, where clouds keep their metadata services"},
      {"168.63.129.16", "Azure's metadata service"},
      {"100.100.100.200", "Alibaba's metadata service"},
      {"192.0.0.192", "Oracle's metadata service"},
      {"fd00:ec2::/32", "Amazon's metadata service"},
      {"fd20:ce::254", "Google's metadata service"},
      {"fd00:c1::a9fe:a9fe", "Oracle's metadata service"},
      {"fd00:42::42", "Scaleway's metadata service"},
      {"fe80::/10", "link-local"},
  }));
  return ranges;
}

// What `allow_private` opens.
const std::vector<KnownRange>& private_networks() {
  static const auto ranges = known(std::to_array<Range>({
      {"127.0.0.0/8", "loopback"},
      {"10.0.0.0/8", "private"},
      {"172.16.0.0/12", "private"},
      {"192.168.0.0/16", "private"},
      {"100.64.0.0/10", "carrier-grade NAT"},
      {"::1", "loopback"},
      {"fc00::/7", "unique local"},
  }));
  return ranges;
}

// IANA special-purpose registries (IPv4 and IPv6), the entries that are not globally reachable
// unicast, and multicast. For IPv6 only what lies inside 2000::/3, the space given out for global
// unicast: that leaves out mapped, NAT64 (64:ff9b::/96), site-local and multicast addresses.
const std::vector<KnownRange>& special_purpose() {
  static const auto ranges = known(std::to_array<Range>({
      {"0.0.0.0/8", "this host"},
      {"192.0.0.0/24", "IETF protocol assignments"},
      {"192.0.2.0/24", "documentation"},
      {"192.88.99.0/24", "6to4 relays"},
      {"198.18.0.0/15", "benchmarking"},
      {"198.51.100.0/24", "documentation"},
      {"203.0.113.0/24", "documentation"},
      {"224.0.0.0/4", "multicast"},
      {"240.0.0.0/4", "reserved"},
      {"2001::/32", "Teredo, which embeds an IPv4 address"},
      {"2001::/23", "IETF protocol assignments"},
      {"2001:db8::/32", "documentation"},
      {"2002::/16", "6to4, which embeds an IPv4 address"},
      {"3fff::/20", "documentation"},
  }));
  return ranges;
}

const Network& global_unicast_v6() {
  static const Network network = *parse_network("2000::/3");
  return network;
}

Error refused(const Address& address, std::string_view host, std::string_view what) {
  const std::string shown = to_string(address);
  const std::string who =
      host.empty() || host == shown ? shown : fmt::format("{} ({})", host, shown);
  return {Errc::refused, fmt::format("{} is not a public address: {}", who, what)};
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const std::string zero_ended(text);
  Address address;
  address.is_v6 = text.find(':') != std::string_view::npos;
  if (inet_pton(address.is_v6 ? AF_INET6 : AF_INET, zero_ended.c_str(), address.bytes.data()) !=
      1) {
    return std::nullopt;
  }
  if (to_string(address) != text) return std::nullopt;
  return address;
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(),
            static_cast<socklen_t>(text.size()));
  return text.data();
}

Result<void> allow(std::string_view network_or_host, AddressRules& rules) {
  if (const auto network = parse_network(network_or_host)) {
    rules.allowed_networks.push_back(*network);
    return {};
  }
  auto host = ascii_host(network_or_host);
  if (!host || host->find_first_not_of("0123456789.") == std::string::npos) {
    return Error{Errc::invalid_input,
                 fmt::format("'{}' is neither a network (10.2.0.0/16), nor an address, nor a host "
                             "name",
                             network_or_host)};
  }
  rules.allowed_hosts.push_back(std::move(*host));
  return {};
}

Result<void> check_address(const Address& address, std::string_view host,
                           const AddressRules& rules) {
  if (const auto* range = find(metadata_services(), address)) {
    return refused(address, host, range->what);
  }
  const bool listed = std::ranges::any_of(
      rules.allowed_networks, [&](const Network& network) { return contains(network, address); });
  if (listed) return {};
  if (const auto* range = find(private_networks(), address)) {
    const bool host_listed =
        std::ranges::find(rules.allowed_hosts, host) != rules.allowed_hosts.end();
    if (rules.allow_private || host_listed) return {};
    return refused(address, host, range->what);
  }
  if (const auto* range = find(special_purpose(), address)) {
    return refused(address, host, range->what);
  }
  if (address.is_v6 && !contains(global_unicast_v6(), address)) {
    return refused(address, host, "outside of 2000::/3, the space of global unicast");
  }
  return {};
}

Result<void> check_host(const Url& url, const AddressRules& rules) {
  if (url.address || rules.allow_private) return {};
  if (std::ranges::find(rules.allowed_hosts, url.host) != rules.allowed_hosts.end()) return {};
  const std::size_t dot = url.host.rfind('.');
  if (dot == std::string::npos) {
    return Error{Errc::refused,
                 fmt::format("'{}' is a local name: a public one has a dot in it", url.host)};
  }
  // RFC 6761, RFC 6762, RFC 8375, RFC 7686; "internal" is reserved by ICANN, the others are what
  // private networks call themselves and no registry gives out.
  constexpr auto local_zones =
      std::to_array<std::string_view>({"localhost", "localdomain", "local", "internal", "intranet",
                                       "private", "corp", "home", "lan", "onion", "invalid"});
  const std::string_view zone = std::string_view(url.host).substr(dot + 1);
  const bool home_arpa = url.host.ends_with(".home.arpa");
  if (home_arpa || std::ranges::find(local_zones, zone) != local_zones.end()) {
    return Error{Errc::refused, fmt::format("'{}' is a name of a local network ('.{}')", url.host,
                                            home_arpa ? "home.arpa" : zone)};
  }
  return {};
}

Result<std::vector<Address>> check_destination(const Url& url, const AddressRules& rules,
                                               const Resolver& resolver) {
  CSVM_CHECK(check_host(url, rules));
  std::vector<Address> addresses;
  if (url.address) {
    addresses = {*url.address};
  } else {
    addresses = CSVM_TRY(resolver(url.host));
  }
  if (addresses.empty()) {
    return Error{Errc::not_found, fmt::format("the name '{}' has no address", url.host)};
  }
  for (const Address& address : addresses) {
    CSVM_CHECK(check_address(address, url.host, rules));
  }
  return addresses;
}

}  // namespace csvm::fetch
