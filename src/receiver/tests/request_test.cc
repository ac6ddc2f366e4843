#include "request.h"

#include <gtest/gtest.h>

#include <string>

namespace csvm::receiver {
namespace {

using State = Parsed::State;
constexpr std::size_t most = 1000;

const std::string whole =
    "POST /in?x=1 HTTP/1.1\r\nHost: a\r\nWebhook-Id:  m1 \r\nCONTENT-LENGTH: 7\r\n\r\n{\"a\":1}";

TEST(Request, IsReadOnlyWhenItIsWhole) {
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(parse_request(whole.substr(0, size), most).state, State::incomplete) << size;
  }
  const std::string two = whole + whole;
  const Parsed parsed = parse_request(two, most);
  ASSERT_EQ(parsed.state, State::complete);
  EXPECT_EQ(parsed.request.method, "POST");
  EXPECT_EQ(parsed.request.target, "/in?x=1");
  EXPECT_EQ(parsed.request.id, "m1");
  EXPECT_EQ(parsed.request.body, "{\"a\":1}");
  EXPECT_EQ(parsed.request.bytes, whole.size());
  EXPECT_TRUE(parsed.request.keep_alive);
}

TEST(Request, IsRefusedWithTheStatusThatSaysWhy) {
  const auto status_of = [](const std::string& text) {
    const Parsed parsed = parse_request(text, most);
    return parsed.state == State::refused ? parsed.status : 0;
  };
  EXPECT_EQ(status_of("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\n\r\n"), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n"), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nno colon\r\n\r\n"), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n"), 413);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), 411);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nA: " + std::string(70'000, 'x')), 431);
}

TEST(Request, ThatWaitsForAnInvitationIsSeenWaiting) {
  const Parsed parsed =
      parse_request("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", most);
  EXPECT_EQ(parsed.state, State::incomplete);
  EXPECT_TRUE(parsed.wants_continue);
}

}  // namespace
}  // namespace csvm::receiver
