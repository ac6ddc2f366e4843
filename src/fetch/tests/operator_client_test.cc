// Requests to the operator's own servers, against a listener that does what each test says.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "csvm/fetch.h"
#include "loopback.h"

namespace csvm::fetch {
namespace {

using testing::answer;
using testing::closed_port;
using testing::Connection;
using testing::Loopback;

Exchange to(const Loopback& server, std::string method = "GET", std::string path = "/") {
  Exchange request;
  request.method = std::move(method);
  request.url = fmt::format("http://127.0.0.1:{}{}", server.port(), path);
  return request;
}

// Answers every request with what came, as the body.
void echo(Connection& connection) {
  while (const auto request = connection.read_request()) {
    if (!connection.write(answer("200 OK", "", *request))) return;
  }
}

TEST(OperatorClient, SendsMethodPathHeadersAndBodyAsGiven) {
  Loopback server(echo);
  OperatorClient client;
  Exchange request = to(server, "PUT", "/a%2Fb/../c?x=1&y=%20");
  request.headers = {"X-Own: one", "Content-MD5: abc"};
  request.body = "the body";
  const Reply reply = client.exchange(request);
  ASSERT_EQ(reply.ending, Ending::answered) << reply.reason;
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.body.starts_with("PUT /a%2Fb/../c?x=1&y=%20 HTTP/1.1\r\n")) << reply.body;
  EXPECT_NE(reply.body.find("X-Own: one\r\n"), std::string::npos);
  EXPECT_NE(reply.body.find("Content-Length: 8\r\n"), std::string::npos);
  EXPECT_EQ(reply.body.find("Content-Type"), std::string::npos);
  EXPECT_EQ(reply.body.find("Expect"), std::string::npos);
  EXPECT_TRUE(reply.body.ends_with("\r\n\r\nthe body"));
}

TEST(OperatorClient, EveryMethodIsUnderstoodAndOneConnectionServesThemAll) {
  Loopback server([](Connection& connection) {
    while (const auto request = connection.read_request()) {
      const std::string method = request->substr(0, request->find(' '));
      const bool is_head = method == "HEAD";
      if (!connection.write(is_head
                                ? "HTTP/1.1 200 OK\r\nContent-Length: 123\r\nETag: \"e\"\r\n\r\n"
                                : answer("200 OK", "ETag: \"e\"\r\n", method))) {
        return;
      }
    }
  });
  OperatorClient client;
  for (const std::string method : {"GET", "HEAD", "DELETE", "POST", "PUT", "GET"}) {
    const Reply reply = client.exchange(to(server, method));
    ASSERT_EQ(reply.ending, Ending::answered) << method << reply.reason;
    EXPECT_EQ(reply.body, method == "HEAD" ? "" : method);
    EXPECT_EQ(reply.header("etag"), "\"e\"");
    EXPECT_EQ(reply.header("none"), "");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(OperatorClient, TheBodyOfAGoodAnswerGoesToItsTakerAnErrorsIsKept) {
  Loopback server([](Connection& connection) {
    while (const auto request = connection.read_request()) {
      const bool is_good = request->starts_with("GET /good");
      if (!connection.write(is_good ? answer("206 Partial Content", "", std::string(100'000, 'x'))
                                    : answer("404 Not Found", "", "why"))) {
        return;
      }
    }
  });
  OperatorClient client;
  std::string taken;
  Exchange request = to(server, "GET", "/good");
  request.take_body = [&](std::string_view data) {
    taken += data;
    return true;
  };
  Reply reply = client.exchange(request);
  EXPECT_EQ(reply.status, 206);
  EXPECT_EQ(taken, std::string(100'000, 'x'));
  EXPECT_EQ(reply.body, "");

  taken.clear();
  request.url = to(server, "GET", "/bad").url;
  reply = client.exchange(request);
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.body, "why");
  EXPECT_EQ(taken, "");

  request.url = to(server, "GET", "/good").url;
  request.take_body = [](std::string_view) { return false; };
  reply = client.exchange(request);
  EXPECT_EQ(reply.ending, Ending::broken);
  EXPECT_EQ(reply.status, 206);
}

TEST(OperatorClient, ACutBodyIsBrokenThoughTheStatusWasGood) {
  Loopback server([](Connection& connection) {
    if (connection.read_request()) {
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it");
    }
  });
  OperatorClient client;
  const Reply reply = client.exchange(to(server));
  EXPECT_EQ(reply.ending, Ending::broken);
  EXPECT_FALSE(reply.reason.empty());
}

TEST(OperatorClient, ARequestOnAConnectionThatDiesIsNotSentAgainUnasked) {
  std::atomic<int> requests = 0;
  Loopback server([&](Connection& connection) {
    if (!connection.read_request()) return;
    ++requests;
    if (!connection.write(answer("200 OK"))) return;
    if (connection.read_request()) ++requests;  // and no answer
  });
  OperatorClient client;
  EXPECT_EQ(client.exchange(to(server, "POST")).status, 200);
  const Reply reply = client.exchange(to(server, "POST"));
  EXPECT_EQ(reply.ending, Ending::broken);
  EXPECT_EQ(requests, 2);
}

TEST(OperatorClient, AnAnswerThatIsTooLongEnds) {
  Loopback server([](Connection& connection) {
    if (connection.read_request()) connection.write(answer("200 OK", "", std::string(2000, 'x')));
  });
  OperatorClient client;
  Exchange request = to(server);
  request.max_body_bytes = 1000;
  const Reply reply = client.exchange(request);
  EXPECT_EQ(reply.ending, Ending::broken);
  EXPECT_EQ(reply.reason, "the answer is too long");
}

TEST(OperatorClient, WhatIsNotThereIsSaid) {
  OperatorClient client;
  Exchange request;
  request.url = fmt::format("http://127.0.0.1:{}/", closed_port());
  const Reply reply = client.exchange(request);
  EXPECT_EQ(reply.ending, Ending::not_connected);
  EXPECT_NE(reply.reason.find("refused"), std::string::npos) << reply.reason;
}

TEST(OperatorClient, ARedirectIsAnAnswerLikeAnyOther) {
  Loopback server([](Connection& connection) {
    while (connection.read_request()) {
      if (!connection.write(answer("307 Temporary Redirect", "Location: /elsewhere\r\n"))) return;
    }
  });
  OperatorClient client;
  const Reply reply = client.exchange(to(server));
  EXPECT_EQ(reply.status, 307);
  EXPECT_EQ(reply.header("location"), "/elsewhere");
}

TEST(OperatorClient, SeveralThreadsCallAtOnce) {
  Loopback server(echo);
  OperatorClient client;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const std::string body = fmt::format("thread {} request {}", t, i);
        Exchange request = to(server, "POST");
        request.body = body;
        const Reply reply = client.exchange(request);
        EXPECT_EQ(reply.ending, Ending::answered) << reply.reason;
        EXPECT_TRUE(reply.body.ends_with(body));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(server.connections(), 4);
}

}  // namespace
}  // namespace csvm::fetch
