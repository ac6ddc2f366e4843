// How REDIS_URL is read.
#include <gtest/gtest.h>

#include "redis/url.h"

namespace csvm::store::redis {
namespace {

struct Case {
  std::string name, url, said;
  std::string user, password;
  int database = 0;
  bool tls = false;
  friend void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }
};

class RedisUrl : public testing::TestWithParam<Case> {};

TEST_P(RedisUrl, IsUnderstood) {
  const Case& one = GetParam();
  const auto target = parse_url(one.url);
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->text(), one.said);
  EXPECT_EQ(target->user, one.user);
  EXPECT_EQ(target->password, one.password);
  EXPECT_EQ(target->database, one.database);
  EXPECT_EQ(target->tls, one.tls);
}

INSTANTIATE_TEST_SUITE_P(
    Spellings, RedisUrl,
    testing::Values(
        Case{"host", "redis://redis", "redis:6379", "", "", 0, false},
        Case{"all", "redis://app:s%40c%2Fret@10.0.0.1:7000/3", "10.0.0.1:7000", "app", "s@c/ret", 3,
             false},
        Case{"only_a_password", "redis://:pw@redis/", "redis:6379", "", "pw", 0, false},
        Case{"a_slash_in_the_password", "redis://:p/w@redis", "redis:6379", "", "p/w", 0, false},
        Case{"version_6_address", "redis://[::1]:7000/1", "[::1]:7000", "", "", 1, false},
        Case{"tls", "rediss://cache.example:6380", "cache.example:6380", "", "", 0, true},
        Case{"socket", "unix:///run/redis/redis.sock?db=2", "/run/redis/redis.sock", "", "", 2,
             false},
        Case{"socket_with_password", "unix://u:p@/run/redis.sock", "/run/redis.sock", "u", "p", 0,
             false},
        Case{"sentinels", "redis+sentinel://:pw@a:26379,b,c:1/leads/4",
             "a:26379,b:26379,c:1 (Sentinel, leads)", "", "pw", 4, false}),
    [](const auto& one) { return one.param.name; });

class WrongRedisUrl : public testing::TestWithParam<Case> {};

TEST_P(WrongRedisUrl, IsNamedWithWhatIsAllowedButWithoutItsPassword) {
  const auto target = parse_url(GetParam().url);
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code, Errc::invalid_input);
  const std::string& message = target.error().message;
  EXPECT_NE(message.find("REDIS_URL"), std::string::npos);
  EXPECT_NE(message.find(GetParam().said), std::string::npos) << message;
  EXPECT_EQ(message.find("secret"), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, WrongRedisUrl,
    testing::Values(
        Case{"no_scheme", "localhost:6379", "scheme", "", "", 0, false},
        Case{"http", "http://u:secret@redis", "'http' is not known", "", "", 0, false},
        Case{"no_host", "redis://:secret@:6379", "host is missing", "", "", 0, false},
        Case{"port", "redis://redis:70000", "'70000' is no port", "", "", 0, false},
        Case{"port_0", "redis://redis:0", "'0' is no port", "", "", 0, false},
        Case{"database", "redis://redis/leads", "'leads' is no number", "", "", 0, false},
        Case{"bracket", "redis://[::1", "] is missing", "", "", 0, false},
        Case{"percent", "redis://:secret%4@redis", "%25", "", "", 0, false},
        Case{"no_password", "redis://user:@redis", "password is missing", "", "", 0, false},
        Case{"relative_socket", "unix://redis.sock", "begin with /", "", "", 0, false},
        Case{"socket_option", "unix:///a?x=1", "'x=1'", "", "", 0, false},
        Case{"no_name", "redis+sentinel://a,b", "name", "", "", 0, false}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace csvm::store::redis
