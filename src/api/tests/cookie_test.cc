#include "cookie.h"

#include <gtest/gtest.h>

namespace csvm::api {
namespace {

TEST(Cookie, WhatWasSealedIsOpenedWithTheSameKeyOnly) {
  const std::string cookie = seal("abcdefghijklmnopqrstuvwxyz", "key");
  EXPECT_EQ(open_seal(cookie, "key"), "abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(open_seal(cookie, "another key"), "");
}

TEST(Cookie, NoOtherTokenPassesForASealedOne) {
  const std::string cookie = seal("abc", "key");
  EXPECT_EQ(open_seal("abd" + cookie.substr(3), "key"), "");
  for (std::size_t size = 0; size < cookie.size(); ++size) {
    EXPECT_EQ(open_seal(cookie.substr(0, size), "key"), "") << size;
  }
  EXPECT_EQ(open_seal(cookie + "0", "key"), "");
  EXPECT_EQ(open_seal("abc", "key"), "");
  EXPECT_EQ(open_seal("abc.", "key"), "");
}

TEST(Cookie, WithoutAKeyTheTokenStandsAlone) {
  EXPECT_EQ(seal("abc", ""), "abc");
  EXPECT_EQ(open_seal("abc", ""), "abc");
}

}  // namespace
}  // namespace csvm::api
