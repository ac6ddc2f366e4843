#include <future>

#include "loopback.h"

namespace csvm::server {
namespace {

using namespace std::chrono_literals;

Task<Response> hello(Request&) { co_return text_response(200, "hello"); }

Task<Response> echo_body(Request& request) {
  auto body = co_await request.read_all(1 << 20);
  if (!body) co_return problem(body.error());
  co_return text_response(200, *body);
}

Task<Response> show(Request& request) {
  co_return text_response(200, std::string(request.parameter("id")) + "|" +
                                   std::string(request.query("q").value_or("none")) + "|" +
                                   std::string(request.cookie("sid")));
}

Task<Response> fail(Request& request) {
  if (request.method() == "GET") throw std::runtime_error("a secret of ours");
  co_return Response{};
}

Task<Response> ignore_body(Request&) { co_return text_response(200, "ignored"); }

Task<Response> address(Request& request) { co_return text_response(200, request.client_address()); }

Task<Response> inject(Request&) {
  Response response = text_response(200, "x");
  response.headers.set("X-Name", "a\r\nSet-Cookie: evil=1");
  co_return response;
}

Router routes() {
  Router router;
  router.add("GET", "/hello", hello);
  router.add("POST", "/echo", echo_body, RouteOptions{100'000});
  router.add("GET", "/jobs/{id}/status", show);
  router.add("GET", "/jobs/all/status", hello);
  router.add("PUT", "/jobs/{id}/rate", echo_body);
  router.add("GET", "/fail", fail);
  router.add("POST", "/ignore", ignore_body, RouteOptions{10'000'000});
  router.add("GET", "/address", address);
  router.add("GET", "/inject", inject);
  return router;
}

TEST(Http, AnswersWithSecurityHeadersAndARequestId) {
  TestServer server(routes());
  Client client(server->port());
  const Answer answer = client.get("/hello");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_TRUE(answer.headers.at("x-request-id").starts_with("token-"));
  EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
  EXPECT_EQ(answer.headers.at("date"), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_NE(answer.headers.at("content-security-policy").find("script-src 'self'"),
            std::string::npos);
  EXPECT_EQ(client.get("/hello", "X-Request-Id: abc-1\r\n").headers.at("x-request-id"), "abc-1");
  EXPECT_NE(client.get("/hello", "X-Request-Id: a b\r\n").headers.at("x-request-id"), "a b");
}

TEST(Http, GivesHandlersDecodedParametersQueriesAndCookies) {
  TestServer server(routes());
  Client client(server->port());
  EXPECT_EQ(client.get("/jobs/a%20b%2Fc/status?x=1&q=1%2B1+2", "Cookie: a=b; sid=s1\r\n").body,
            "a b/c|1+1 2|s1");
  EXPECT_EQ(client.get("/jobs/all/status").body, "hello") << "a fixed segment wins";
  EXPECT_EQ(client.get("/jobs//status").status, 404);
  EXPECT_EQ(client.get("/jobs/a/status?q=%zz").status, 400);
}

TEST(Http, SaysWhatIsWrongWithMethodAndPath) {
  TestServer server(routes());
  Client client(server->port());
  const Answer missing = client.get("/nothing");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.headers.at("content-type"), "application/problem+json");
  EXPECT_NE(missing.body.find("\"status\":404"), std::string::npos);
  const Answer wrong = client.get("/jobs/1/rate");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "PUT, OPTIONS");
  const Answer failed = client.get("/fail");
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.body.find("secret"), std::string::npos);
}

TEST(Http, AnswersHeadAndOptionsByItself) {
  TestServer server(routes());
  Client client(server->port());
  client.send("HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  const Answer head = client.read_answer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "5");
  client.send("OPTIONS /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  const Answer options = client.read_answer();
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.at("allow"), "GET, HEAD, OPTIONS");
  client.send("OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 204);
}

TEST(Http, AllowsOtherOriginsOnlyBySetting) {
  ServerSettings settings;
  settings.cors_origins = {"https://a.example"};
  TestServer server(routes(), settings);
  Client client(server->port());
  const Answer good = client.get("/hello", "Origin: https://a.example\r\n");
  EXPECT_EQ(good.headers.at("access-control-allow-origin"), "https://a.example");
  EXPECT_EQ(good.headers.at("access-control-allow-credentials"), "true");
  EXPECT_FALSE(client.get("/hello", "Origin: https://b.example\r\n")
                   .headers.contains("access-control-allow-origin"));
  client.send(
      "OPTIONS /jobs/1/rate HTTP/1.1\r\nHost: t\r\nOrigin: https://a.example\r\n"
      "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: x-a\r\n\r\n");
  const Answer preflight = client.read_answer();
  EXPECT_EQ(preflight.headers.at("access-control-allow-methods"), "PUT, OPTIONS");
  EXPECT_EQ(preflight.headers.at("access-control-allow-headers"), "x-a");
}

TEST(Http, ReadsBodiesOfKnownLengthAndInChunks) {
  TestServer server(routes());
  Client client(server->port());
  const std::string body(60'000, 'x');
  EXPECT_EQ(client.post("/echo", body).body, body);
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  client.send("4;ext=1\r\ndefg\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_EQ(client.read_answer().body, "abcdefg");
  EXPECT_EQ(client.get("/hello").body, "hello");
}

TEST(Http, AnswersPipelinedRequestsInOrder) {
  TestServer server(routes());
  Client client(server->port());
  const std::string one = "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\n";
  client.send(one + "a" + one + "b" + "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.read_answer().body, "a");
  EXPECT_EQ(client.read_answer().body, "b");
  EXPECT_EQ(client.read_answer().body, "hello");
}

TEST(Http, ReadsARequestCutAtAnyByte) {
  TestServer server(routes());
  const std::string request =
      "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
  Client client(server->port());
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    client.send(request.substr(0, cut));
    client.send(request.substr(cut));
    EXPECT_EQ(client.read_answer().body, "ab") << "cut=" << cut;
  }
}

TEST(Http, RefusesABodyAboveTheLimitBeforeItIsSent) {
  TestServer server(routes());
  Client client(server->port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 100001\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 413);
  EXPECT_TRUE(client.ended());
  Client chunks(server->port());
  chunks.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  chunks.send("186a1\r\n" + std::string(100'001, 'x') + "\r\n0\r\n\r\n");
  EXPECT_EQ(chunks.read_answer().status, 413);
}

TEST(Http, TellsAPeerThatWaitsToGoOn) {
  TestServer server(routes());
  Client client(server->port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 100);
  client.send("ok");
  EXPECT_EQ(client.read_answer().body, "ok");
}

TEST(Http, KeepsTheConnectionAfterAShortBodyNobodyRead) {
  TestServer server(routes());
  Client client(server->port());
  EXPECT_EQ(client.post("/ignore", "short").body, "ignored");
  EXPECT_EQ(client.get("/hello").body, "hello");
}

TEST(Http, ClosesAfterALongBodyNobodyRead) {
  TestServer server(routes());
  Client client(server->port());
  client.send("POST /ignore HTTP/1.1\r\nHost: t\r\nContent-Length: 9000000\r\n\r\n" +
              std::string(1000, 'x'));
  const Answer answer = client.read_answer();
  EXPECT_EQ(answer.body, "ignored");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(client.ended());
}

class HttpRefuses : public testing::TestWithParam<std::pair<std::string, int>> {};

TEST_P(HttpRefuses, AndCloses) {
  TestServer server(routes());
  Client client(server->port());
  client.send(GetParam().first);
  EXPECT_EQ(client.read_answer().status, GetParam().second);
  EXPECT_TRUE(client.ended());
  Client other(server->port());
  EXPECT_EQ(other.get("/hello").status, 200) << "others are served on";
}

INSTANTIATE_TEST_SUITE_P(
    Requests, HttpRefuses,
    testing::Values(
        std::pair{std::string("NONSENSE\r\n\r\n"), 400},
        std::pair{std::string("GET /hello HTTP/1.1\r\n\r\n"), 400},
        std::pair{std::string("GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400},
        std::pair{std::string("GET hello HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
        std::pair{std::string("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
        std::pair{std::string("GET /hello HTTP/1.1\r\nHost: a\r\nBad Name: 1\r\n\r\n"), 400},
        std::pair{std::string("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"), 400},
        std::pair{std::string("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                              "Content-Length: 2\r\n\r\n"),
                  400},
        std::pair{std::string("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n"),
                  400},
        std::pair{std::string("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "zz\r\n"),
                  400},
        std::pair{"GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n",
                  431},
        std::pair{"GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 431}));

TEST(Http, AnswersASlowHeaderWith408AndClosesASilentConnectionWithout) {
  ServerSettings settings;
  settings.header_timeout = 500ms;
  TestServer server(routes(), settings);
  Client slow(server->port());
  Client silent(server->port());
  slow.send("GET /hello HTT");
  EXPECT_EQ(slow.read_answer().status, 408);
  EXPECT_TRUE(silent.ended());
}

TEST(Http, AnswersABodyThatStopsWith408) {
  ServerSettings settings;
  settings.body_idle_timeout = 50ms;
  TestServer server(routes(), settings);
  Client client(server->port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(client.read_answer().status, 408);
  EXPECT_TRUE(client.ended());
}

TEST(Http, ClosesAConnectionThatStaysIdle) {
  ServerSettings settings;
  settings.idle_timeout = 50ms;
  TestServer server(routes(), settings);
  Client client(server->port());
  EXPECT_EQ(client.get("/hello").status, 200);
  EXPECT_TRUE(client.ended());
}

TEST(Http, TurnsConnectionsAboveTheLimitAway) {
  ServerSettings settings;
  settings.max_connections = 1;
  TestServer server(routes(), settings);
  Client first(server->port());
  EXPECT_EQ(first.get("/hello").status, 200);
  Client second(server->port());
  EXPECT_EQ(second.read_answer().status, 503);
  EXPECT_EQ(first.get("/hello").status, 200);
}

TEST(Http, SurvivesConnectionsCutInMidBody) {
  TestServer server(routes());
  for (int i = 0; i < 20; ++i) {
    Client client(server->port());
    client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\nhalf");
  }
  Client client(server->port());
  EXPECT_EQ(client.get("/hello").status, 200);
}

TEST(Http, BelievesForwardedAddressesOfItsProxiesOnly) {
  {
    TestServer server(routes());
    EXPECT_EQ(Client(server->port()).get("/address", "X-Forwarded-For: 1.2.3.4\r\n").body,
              "127.0.0.1");
  }
  ServerSettings settings;
  settings.trusted_proxies = {"127.0.0.1"};
  TestServer server(routes(), settings);
  EXPECT_EQ(Client(server->port()).get("/address", "X-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n").body,
            "1.2.3.4");
}

TEST(Http, LetsNoHeaderValueBeginAnother) {
  TestServer server(routes());
  const Answer answer = Client(server->port()).get("/inject");
  EXPECT_EQ(answer.headers.at("x-name"), "aSet-Cookie: evil=1");
  EXPECT_FALSE(answer.headers.contains("set-cookie"));
}

TEST(Http, ServesOldClientsWithoutKeepingTheConnection) {
  TestServer server(routes());
  Client client(server->port());
  client.send("GET /hello HTTP/1.0\r\n\r\n");
  const Answer answer = client.read_answer();
  EXPECT_EQ(answer.body, "hello");
  EXPECT_TRUE(client.ended());
}

Task<Response> wait_for(std::shared_future<void> open, asio::thread_pool& pool,
                        std::promise<void>& reached) {
  auto work = [open, &reached]() -> Result<void> {
    reached.set_value();
    open.wait();
    return {};
  };
  auto done = co_await offload(pool, std::move(work));
  co_return text_response(200, done ? "done" : "failed");
}

TEST(Http, StopLetsTheRequestInHandEnd) {
  std::promise<void> gate;
  std::promise<void> reached;
  asio::thread_pool pool(1);
  Router router = routes();
  router.add("GET", "/wait", [&, open = gate.get_future().share()](Request&) {
    return wait_for(open, pool, reached);
  });
  TestServer server(std::move(router));
  Client idle(server->port());
  EXPECT_EQ(idle.get("/hello").status, 200);
  Client client(server->port());
  client.send("GET /wait HTTP/1.1\r\nHost: t\r\n\r\n");
  reached.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { return server->stop(10s); });
  EXPECT_TRUE(idle.ended());
  gate.set_value();
  const Answer answer = client.read_answer();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  client.cut();
  EXPECT_TRUE(stopped.get());
  EXPECT_THROW(Client(server->port()), std::runtime_error);
}

TEST(Http, StopCutsWhatDoesNotEndInTime) {
  TestServer server(routes());
  Client client(server->port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 100) << "the handler is waiting for the body";
  EXPECT_FALSE(server->stop(10ms));
  EXPECT_TRUE(client.ended());
}

TEST(Http, ReportsEachRequestToTheMetrics) {
  asio::thread_pool workers(1);
  std::promise<std::string> seen;
  Environment environment{
      workers, monotonic_time, {}, next_token, nullptr, [&](const RequestRecord& record) {
        seen.set_value(std::string(record.method) + " " + std::string(record.route) + " " +
                       std::to_string(record.status));
      }};
  auto server = Server::start({}, routes(), environment);
  ASSERT_TRUE(server);
  Client client((*server)->port());
  client.get("/jobs/7/status?secret=1");
  EXPECT_EQ(seen.get_future().get(), "GET /jobs/{id}/status 200");
  EXPECT_EQ((*server)->figures().requests, 1U);
}

TEST(Http, SaysThatAPortIsTaken) {
  TestServer server(routes());
  asio::thread_pool workers(1);
  ServerSettings settings;
  settings.port = server->port();
  auto second = Server::start(settings, routes(),
                              Environment{workers, monotonic_time, {}, next_token, nullptr, {}});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::io);
}

}  // namespace
}  // namespace csvm::server
