#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "csvm/fetch.h"
#include "loopback.h"

namespace csvm::fetch {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::Connection;
using testing::Loopback;

std::string head_value(const std::string& request, const std::string& name) {
  const std::size_t start = request.find("\r\n" + name + ": ");
  if (start == std::string::npos) return "";
  const std::size_t value = start + name.size() + 4;
  return request.substr(value, request.find("\r\n", value) - value);
}

ClientSettings local_settings() {
  ClientSettings settings;
  settings.clock = std::chrono::steady_clock::now;
  settings.rules.allow_private = true;
  return settings;
}

Request request_to(std::uint16_t port, std::string_view host = "127.0.0.1") {
  Request request;
  request.id = 7;
  request.url = *parse_url(fmt::format("http://{}:{}/in?x=1", host, port));
  request.headers = {"Content-Type: application/json", "webhook-id: m1"};
  request.body = R"({"a":1})";
  request.total_timeout = 20s;
  return request;
}

Response only_response(Client& client) {
  while (true) {
    auto responses = client.poll(10s);
    if (responses.empty()) continue;
    EXPECT_EQ(responses.size(), 1U);
    EXPECT_EQ(client.in_flight(), 0U);
    return responses.front();
  }
}

Response response_to(Client& client, Request request) {
  client.start(std::move(request));
  return only_response(client);
}

// Answers every request on a connection with the same text.
Loopback::Script always(std::string text) {
  return [text = std::move(text)](Connection& connection) {
    while (connection.read_request() && connection.write(text)) {
    }
  };
}

TEST(Client, SendsOnePostAsItWasGiven) {
  Guarded<std::string> seen;
  Loopback receiver([&](Connection& connection) {
    if (auto request = connection.read_request()) {
      seen.with([&](auto& text) { text = *request; });
      connection.write(answer("201 Created", "Retry-After: 3\r\nX-Other: 1\r\n", "thanks"));
    }
  });
  Client client(local_settings());
  const Response response = response_to(client, request_to(receiver.port()));
  EXPECT_EQ(response.id, 7U);
  EXPECT_EQ(response.ending, Ending::answered);
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.excerpt, "thanks");
  EXPECT_TRUE(response.request_sent);
  EXPECT_EQ(response.headers,
            (std::vector<std::pair<std::string, std::string>>{{"retry-after", "3"}}));
  const std::string request = seen.with([](const auto& text) { return text; });
  EXPECT_TRUE(request.starts_with("POST /in?x=1 HTTP/1.1\r\n")) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\n{\"a\":1}")) << request;
  EXPECT_EQ(head_value(request, "webhook-id"), "m1");
  EXPECT_EQ(head_value(request, "Host"), fmt::format("127.0.0.1:{}", receiver.port()));
}

TEST(Client, UsesAConnectionAgain) {
  Loopback receiver(always(answer("200 OK")));
  Client client(local_settings());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(response_to(client, request_to(receiver.port())).status, 200);
  }
  EXPECT_EQ(receiver.connections(), 1);
}

TEST(Client, SendsSideBySide) {
  Guarded<int> waiting{0};
  Loopback receiver([&](Connection& connection) {
    // Nobody is answered before all have asked.
    if (!connection.read_request()) return;
    waiting.with([](int& count) { ++count; });
    while (waiting.with([](int& count) { return count; }) < 8) std::this_thread::yield();
    connection.write(answer("200 OK"));
  });
  Client client(local_settings());
  for (int i = 0; i < 8; ++i) client.start(request_to(receiver.port()));
  std::size_t answered = 0;
  while (answered < 8) answered += client.poll(10s).size();
  EXPECT_EQ(receiver.connections(), 8);
}

TEST(Client, NeverFollowsARedirect) {
  Loopback target(always(answer("200 OK")));
  for (const char* status : {"301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect",
                             "308 Permanent Redirect"}) {
    const std::string location = fmt::format("Location: http://127.0.0.1:{}/\r\n", target.port());
    Loopback receiver(always(answer(status, location)));
    Client client(local_settings());
    const Response response = response_to(client, request_to(receiver.port()));
    EXPECT_EQ(response.ending, Ending::answered);
    EXPECT_EQ(response.status / 100, 3);
  }
  EXPECT_EQ(target.connections(), 0);
}

TEST(Client, ConnectsToNoPrivateAddressUnlessAllowed) {
  Loopback receiver(always(answer("200 OK")));
  ClientSettings settings = local_settings();
  settings.rules.allow_private = false;
  Client client(settings);
  const Response response = response_to(client, request_to(receiver.port()));
  EXPECT_EQ(response.ending, Ending::refused);
  EXPECT_FALSE(response.request_sent);
  EXPECT_NE(response.reason.find("loopback"), std::string::npos) << response.reason;
  EXPECT_EQ(receiver.connections(), 0);
}

// A resolver whose answers follow each other; the last one stays.
struct Answers {
  std::vector<std::vector<std::string>> list;
  int asked = 0;

  Result<std::vector<Address>> next() {
    const auto& answer_texts = list[std::min<std::size_t>(asked++, list.size() - 1)];
    std::vector<Address> addresses;
    for (const auto& text : answer_texts) addresses.push_back(*parse_address(text));
    return addresses;
  }
};

struct TwoListeners {
  Loopback allowed{always(answer("200 OK")), "127.0.0.1"};
  Loopback forbidden{always(answer("200 OK")), "127.0.0.2"};
  Answers answers;

  ClientSettings settings(std::vector<std::vector<std::string>> list) {
    answers.list = std::move(list);
    ClientSettings settings;
    settings.clock = std::chrono::steady_clock::now;
    settings.answers_last = 0s;
    settings.resolver = [this](const std::string&) { return answers.next(); };
    EXPECT_TRUE(allow("127.0.0.1", settings.rules));
    return settings;
  }
};

TEST(Client, ConnectsToTheAddressThatWasCheckedAndAsksNobodyAgain) {
  TwoListeners listeners;
  Client client(listeners.settings({{"127.0.0.1"}, {"127.0.0.2"}}));
  const Response response =
      response_to(client, request_to(listeners.allowed.port(), "hooks.example"));
  EXPECT_EQ(response.ending, Ending::answered) << response.reason;
  EXPECT_EQ(listeners.allowed.connections(), 1);
  EXPECT_EQ(listeners.answers.asked, 1);
}

TEST(Client, ChecksAgainAtEveryAttemptWhereTheNameLeads) {
  TwoListeners listeners;
  Client client(
      listeners.settings({{"127.0.0.1"}, {"127.0.0.2"}, {"127.0.0.1"}, {"169.254.169.254"}}));
  const Request request = request_to(listeners.forbidden.port(), "hooks.example");
  response_to(client, request_to(listeners.allowed.port(), "hooks.example"));
  EXPECT_EQ(response_to(client, request).ending, Ending::refused);
  response_to(client, request_to(listeners.allowed.port(), "hooks.example"));
  EXPECT_EQ(response_to(client, request).ending, Ending::refused);
  EXPECT_EQ(listeners.forbidden.connections(), 0);
  EXPECT_EQ(listeners.answers.asked, 4);
}

TEST(Client, RefusesANameWithOneForbiddenAddressAmongItsAddresses) {
  TwoListeners listeners;
  Client client(listeners.settings({{"127.0.0.1", "127.0.0.2"}}));
  EXPECT_EQ(response_to(client, request_to(listeners.allowed.port(), "hooks.example")).ending,
            Ending::refused);
  EXPECT_EQ(listeners.allowed.connections(), 0);
  EXPECT_EQ(listeners.forbidden.connections(), 0);
}

TEST(Client, FollowsANameThatMovesToAnotherAllowedAddress) {
  TwoListeners listeners;
  auto settings = listeners.settings({{"127.0.0.1"}, {"127.0.0.2"}});
  ASSERT_TRUE(allow("127.0.0.2", settings.rules));
  Client client(settings);
  EXPECT_EQ(response_to(client, request_to(listeners.allowed.port(), "hooks.example")).status, 200);
  EXPECT_EQ(response_to(client, request_to(listeners.forbidden.port(), "hooks.example")).status,
            200);
  EXPECT_EQ(listeners.forbidden.connections(), 1);
}

TEST(Client, UsesALookUpAgainWhileItLasts) {
  TwoListeners listeners;
  auto settings = listeners.settings({{"127.0.0.1"}});
  auto now = std::chrono::steady_clock::time_point(1000s);
  settings.answers_last = 30s;
  settings.clock = [&] { return now; };
  Client client(settings);
  const Request request = request_to(listeners.allowed.port(), "hooks.example");
  response_to(client, request);
  now += 29s;
  response_to(client, request);
  EXPECT_EQ(listeners.answers.asked, 1);
  now += 2s;
  response_to(client, request);
  EXPECT_EQ(listeners.answers.asked, 2);
}

TEST(Client, SaysThatANameDoesNotExist) {
  ClientSettings settings = local_settings();
  settings.resolver = [](const std::string& host) {
    return Error{Errc::not_found, "the name '" + host + "' does not exist"};
  };
  Client client(settings);
  const Response response = response_to(client, request_to(80, "nx.example"));
  EXPECT_EQ(response.ending, Ending::not_resolved);
  EXPECT_EQ(response.reason, "the name 'nx.example' does not exist");
}

TEST(Client, ASlowLookUpHoldsUpNoOtherDestination) {
  Loopback receiver(always(answer("200 OK")));
  Guarded<bool> go_on{false};
  ClientSettings settings = local_settings();
  settings.resolver = [&](const std::string&) -> Result<std::vector<Address>> {
    while (!go_on.with([](bool& value) { return value; })) std::this_thread::yield();
    return std::vector<Address>{*parse_address("127.0.0.1")};
  };
  Client client(settings);
  Request slow = request_to(receiver.port(), "slow.example");
  slow.id = 1;
  client.start(slow);
  client.start(request_to(receiver.port()));
  std::vector<Response> responses;
  while (responses.empty()) responses = client.poll(10s);
  ASSERT_EQ(responses.size(), 1U);
  EXPECT_EQ(responses.front().id, 7U);
  go_on.with([](bool& value) { value = true; });
  EXPECT_EQ(only_response(client).id, 1U);
}

TEST(Client, SaysThatNobodyListens) {
  Client client(local_settings());
  const Response response = response_to(client, request_to(testing::closed_port()));
  EXPECT_EQ(response.ending, Ending::not_connected);
  EXPECT_FALSE(response.request_sent);
  EXPECT_TRUE(response.reason.starts_with("no connection to 127.0.0.1 port "));
  EXPECT_TRUE(response.reason.ends_with(": Connection refused")) << response.reason;
}

TEST(Client, GivesUpOnAnAnswerThatDoesNotCome) {
  Loopback receiver([](Connection& connection) { connection.wait_for_close(); });
  Client client(local_settings());
  Request request = request_to(receiver.port());
  request.total_timeout = 500ms;
  const Response response = response_to(client, request);
  EXPECT_EQ(response.ending, Ending::timed_out);
  EXPECT_TRUE(response.request_sent);
  EXPECT_EQ(response.reason, "no answer within 500 ms");
}

TEST(Client, RefusesTheRestOfAHugeAnswer) {
  constexpr std::size_t huge = std::size_t{100} << 20;
  std::atomic<std::size_t> written = 0;
  Loopback receiver([&](Connection& connection) {
    connection.read_request();
    connection.write(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", huge));
    const std::string chunk(65536, 'x');
    while (written < huge && connection.write(chunk)) written += chunk.size();
  });
  Client client(local_settings());
  const Response response = response_to(client, request_to(receiver.port()));
  EXPECT_EQ(response.ending, Ending::answered);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.excerpt, std::string(512, 'x'));
  EXPECT_LT(written, huge);
}

TEST(Client, RefusesEndlessHeaders) {
  for (const char* beginning : {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 103 Early Hints\r\n"}) {
    Loopback receiver([&](Connection& connection) {
      connection.read_request();
      connection.write(beginning);
      while (connection.write("X-More: and more and more and more and more and more\r\n")) {
      }
    });
    Client client(local_settings());
    const Response response = response_to(client, request_to(receiver.port()));
    EXPECT_EQ(response.ending, Ending::broken);
    EXPECT_EQ(response.reason, "the answer has more than 32768 bytes of headers");
  }
}

TEST(Client, RefusesEndlessInterimAnswers) {
  Loopback receiver([&](Connection& connection) {
    connection.read_request();
    while (connection.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")) {
    }
  });
  Client client(local_settings());
  EXPECT_EQ(response_to(client, request_to(receiver.port())).ending, Ending::broken);
}

TEST(Client, SaysThatTheAnswerIsNoHttp) {
  Loopback receiver([](Connection& connection) {
    connection.read_request();
    connection.write("220 mail.example ESMTP\r\n");
  });
  Client client(local_settings());
  const Response response = response_to(client, request_to(receiver.port()));
  EXPECT_EQ(response.ending, Ending::broken);
  EXPECT_TRUE(response.request_sent);
}

TEST(Client, TakesAStatusForAnAnswerThoughItsBodyIsCut) {
  Loopback receiver([](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  Client client(local_settings());
  const Response response = response_to(client, request_to(receiver.port()));
  EXPECT_EQ(response.ending, Ending::answered);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.excerpt, "half");
}

// libcurl by itself sends again when a pooled connection ends without a byte.
TEST(Client, NeverSendsTwiceWhenAPooledConnectionDies) {
  std::atomic<int> requests = 0;
  Loopback receiver([&](Connection& connection) {
    while (connection.read_request()) {
      if (++requests != 1) return;
      connection.write(answer("200 OK"));
    }
  });
  Client client(local_settings());
  EXPECT_EQ(response_to(client, request_to(receiver.port())).status, 200);
  const Response response = response_to(client, request_to(receiver.port()));
  EXPECT_EQ(response.ending, Ending::broken);
  EXPECT_TRUE(response.request_sent);
  EXPECT_EQ(response.reason, "the connection was closed before an answer came");
  EXPECT_EQ(requests, 2);
}

TEST(Client, IgnoresProxiesOfTheEnvironment) {
  Loopback proxy(always(answer("502 Proxy")));
  Loopback receiver(always(answer("200 OK")));
  setenv("http_proxy", fmt::format("http://127.0.0.1:{}", proxy.port()).c_str(), 1);
  setenv("ALL_PROXY", fmt::format("http://127.0.0.1:{}", proxy.port()).c_str(), 1);
  Client client(local_settings());
  EXPECT_EQ(response_to(client, request_to(receiver.port())).status, 200);
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(Client, WakesAPollThatWaits) {
  Client client(local_settings());
  const std::jthread waker([&] { client.wake(); });
  EXPECT_TRUE(client.poll(std::chrono::hours(1)).empty());
}

}  // namespace
}  // namespace csvm::fetch
