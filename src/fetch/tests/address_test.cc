#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "csvm/fetch.h"

namespace csvm::fetch {
namespace {

bool allowed(const std::string& text, const AddressRules& rules = {}) {
  const auto address = parse_address(text);
  EXPECT_TRUE(address) << text;
  return address && check_address(*address, "", rules).has_value();
}

// The first and last address of each range, and its neighbours outside.
TEST(AddressRules, AllowPublicUnicastUpToTheEdgesOfTheReservedRanges) {
  for (const char* text : {"1.0.0.0",         "9.255.255.255",   "11.0.0.0",
                           "100.63.255.255",  "100.128.0.0",     "126.255.255.255",
                           "128.0.0.0",       "168.63.129.15",   "168.63.129.17",
                           "169.253.255.255", "169.255.0.0",     "172.15.255.255",
                           "172.32.0.0",      "191.255.255.255", "192.0.1.0",
                           "192.0.3.0",       "192.88.98.255",   "192.88.100.0",
                           "192.167.255.255", "192.169.0.0",     "198.17.255.255",
                           "198.20.0.0",      "198.51.99.255",   "198.51.101.0",
                           "203.0.112.255",   "203.0.114.0",     "223.255.255.255",
                           "2000::",          "2001:200::",      "2001:db7:ffff::1",
                           "2001:db9::",      "2003::",          "2606:4700:4700::1111",
                           "3ffe::1",         "3fff:1000::"}) {
    EXPECT_TRUE(allowed(text)) << text;
  }
}

TEST(AddressRules, RefuseWhatIsNotPublicUnicast) {
  for (const char* text : {"0.0.0.0",
                           "0.255.255.255",
                           "10.0.0.0",
                           "10.255.255.255",
                           "100.64.0.0",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.0.0",
                           "169.254.169.254",
                           "169.254.255.255",
                           "172.16.0.0",
                           "172.31.255.255",
                           "192.0.0.0",
                           "192.0.0.192",
                           "192.0.0.255",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.0.0",
                           "192.168.255.255",
                           "198.18.0.0",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.0",
                           "239.255.255.255",
                           "240.0.0.0",
                           "255.255.255.255",
                           "168.63.129.16",
                           "100.100.100.200",
                           "::",
                           "::1",
                           "::ffff:8.8.8.8",
                           "::ffff:127.0.0.1",
                           "::8.8.8.8",
                           "64:ff9b::808:808",
                           "64:ff9b:1::1",
                           "100::1",
                           "1fff:ffff::1",
                           "2001::1",
                           "2001:1ff:ffff::1",
                           "2001:db8::1",
                           "2002:808:808::1",
                           "3fff::1",
                           "3fff:fff:ffff::1",
                           "4000::1",
                           "5f00::1",
                           "fc00::1",
                           "fdff::1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff02::1",
                           "fd00:ec2::254"}) {
    EXPECT_FALSE(allowed(text)) << text;
  }
}

TEST(AddressRules, OpenPrivateNetworksOnlyWhenTheOperatorSaysSo) {
  const AddressRules rules{.allow_private = true, .allowed_networks = {}, .allowed_hosts = {}};
  for (const char* text :
       {"127.0.0.1", "10.1.2.3", "192.168.1.1", "172.20.0.2", "100.64.0.1", "::1", "fd12::1"}) {
    EXPECT_TRUE(allowed(text, rules)) << text;
  }
}

TEST(AddressRules, NeverOpenAMetadataService) {
  AddressRules rules;
  rules.allow_private = true;
  for (const char* network : {"0.0.0.0/0", "::/0", "169.254.169.254"}) {
    ASSERT_TRUE(allow(network, rules));
  }
  for (const char* text : {"169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200",
                           "192.0.0.192", "fd00:ec2::254", "fe80::1"}) {
    EXPECT_FALSE(allowed(text, rules)) << text;
  }
}

TEST(AddressRules, OpenANetworkThatIsListedAndNotItsNeighbours) {
  AddressRules rules;
  ASSERT_TRUE(allow("10.2.0.0/15", rules));
  ASSERT_TRUE(allow("fd12::/64", rules));
  EXPECT_TRUE(allowed("10.2.0.0", rules));
  EXPECT_TRUE(allowed("10.3.255.255", rules));
  EXPECT_TRUE(allowed("fd12::ffff", rules));
  EXPECT_FALSE(allowed("10.1.255.255", rules));
  EXPECT_FALSE(allowed("10.4.0.0", rules));
  EXPECT_FALSE(allowed("fd12:0:0:1::1", rules));
}

TEST(AddressRules, OpenAListedHostsAddressesForThatHostAlone) {
  AddressRules rules;
  ASSERT_TRUE(allow("Hooks.Intra.example", rules));
  const Address address = *parse_address("10.9.8.7");
  EXPECT_TRUE(check_address(address, "hooks.intra.example", rules));
  EXPECT_FALSE(check_address(address, "other.example", rules));
}

TEST(AddressRules, SayWhatIsNoNetworkAndNoHost) {
  AddressRules rules;
  for (const char* text : {"", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/8x", "a b", "300.1.1.1"}) {
    const auto result = allow(text, rules);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, Errc::invalid_input);
  }
  EXPECT_TRUE(rules.allowed_networks.empty());
  EXPECT_TRUE(rules.allowed_hosts.empty());
}

TEST(ParseAddress, TakesCanonicalTextOnly) {
  for (const char* text : {"127.1", "0177.0.0.1", "01.2.3.4", "1.2.3", "1.2.3.4.5", "0x7f000001",
                           "2130706433", "1.2.3.4 ", "::0001", "0:0:0:0:0:0:0:1", "FE80::1",
                           "fe80::1%eth0", "2001:db8:0:0:1::0", "", ":", "1.2.3.256"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  for (const char* text : {"0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_string(*address), text);
  }
}

Result<std::vector<Address>> check(const std::string& url, std::vector<std::string> answers,
                                   const AddressRules& rules = {}) {
  const auto parsed = parse_url(url);
  EXPECT_TRUE(parsed) << url;
  return check_destination(*parsed, rules, [&](const std::string&) {
    std::vector<Address> addresses;
    for (const auto& answer : answers) addresses.push_back(*parse_address(answer));
    return Result<std::vector<Address>>(addresses);
  });
}

TEST(Destination, IsRefusedForOneBadAddressAmongGoodOnes) {
  EXPECT_TRUE(check("https://a.example/", {"93.184.215.14", "2606:4700::1111"}));
  for (const char* bad : {"10.0.0.1", "127.0.0.1", "::1", "169.254.169.254"}) {
    const auto result = check("https://a.example/", {"93.184.215.14", bad});
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code, Errc::refused);
    EXPECT_NE(result.error().message.find(bad), std::string::npos) << result.error().message;
  }
}

TEST(Destination, NeedsAnAddress) {
  const auto result = check("https://a.example/", {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::not_found);
}

TEST(Destination, IsRefusedByTheNamesOfLocalNetworksWhateverTheyResolveTo) {
  for (const char* url : {"http://localhost/", "http://redis/", "http://a.localhost/",
                          "http://printer.local/", "http://db.internal/", "http://x.home.arpa/",
                          "http://localhost.localdomain/", "http://METADATA.google.internal./"}) {
    EXPECT_FALSE(check(url, {"93.184.215.14"})) << url;
  }
  const AddressRules rules{.allow_private = true, .allowed_networks = {}, .allowed_hosts = {}};
  EXPECT_TRUE(check("http://redis/", {"10.0.0.2"}, rules));
  EXPECT_TRUE(check("http://redis/", {"10.0.0.2"}, {false, {}, {"redis"}}));
}

}  // namespace
}  // namespace csvm::fetch
