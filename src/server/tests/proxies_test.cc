#include "proxies.h"

#include <gtest/gtest.h>

namespace csvm::server {
namespace {

std::string behind(const std::vector<std::string>& proxies, const std::string& peer,
                   std::string_view forwarded) {
  const auto parsed = Proxies::parse(proxies);
  return parsed ? parsed->address_behind(peer, forwarded) : parsed.error().message;
}

TEST(Proxies, OnlyThoseNamedAreBelieved) {
  EXPECT_EQ(behind({}, "10.0.0.1", "1.2.3.4"), "10.0.0.1");
  EXPECT_EQ(behind({"10.0.0.1"}, "10.0.0.1", "6.6.6.6, 1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(behind({"10.0.0.1"}, "10.0.0.2", "1.2.3.4"), "10.0.0.2");
}

TEST(Proxies, ANetworkStandsForAllItsAddresses) {
  EXPECT_EQ(behind({"100.64.0.0/10"}, "100.127.255.254", "1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(behind({"100.64.0.0/10"}, "100.128.0.1", "1.2.3.4"), "100.128.0.1");
  EXPECT_EQ(behind({"fd00::/8"}, "fdab::1", "2001:db8::7"), "2001:db8::7");
  EXPECT_EQ(behind({"fd00::/8"}, "fe80::1", "2001:db8::7"), "fe80::1");
  EXPECT_EQ(behind({"10.0.0.0/8"}, "::ffff:10.1.2.3", "1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(behind({"0.0.0.0/0"}, "9.9.9.9", "8.8.8.8,7.7.7.7"), "8.8.8.8");
}

TEST(Proxies, AChainOfThemEndsAtTheFirstStranger) {
  EXPECT_EQ(behind({"10.0.0.0/8"}, "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2 "), "1.2.3.4");
  EXPECT_EQ(behind({"10.0.0.0/8"}, "10.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3");
  EXPECT_EQ(behind({"10.0.0.0/8"}, "10.0.0.1", "evil\"<, 10.0.0.2"), "10.0.0.2");
  EXPECT_EQ(behind({"10.0.0.0/8"}, "10.0.0.1", ""), "10.0.0.1");
}

TEST(Proxies, WhatIsNoAddressIsNamed) {
  for (const std::string wrong :
       {"proxy", "10.0.0.256", "10.0.0.0/33", "fd00::/129", "10.0.0.1/"}) {
    EXPECT_NE(behind({wrong}, "10.0.0.1", "").find("TRUSTED_PROXIES: '" + wrong + "'"),
              std::string::npos)
        << wrong;
  }
}

}  // namespace
}  // namespace csvm::server
