// What is our own fault: the log is told why, whoever asked is not.
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "loopback.h"

namespace csvm::server {
namespace {

using namespace std::chrono_literals;

Task<Response> full(Request&) {
  Response response = problem(503, "come again later");
  response.fault = "the bucket 'leads' is full";
  co_return response;
}

Task<Response> mistaken(Request&) { co_return problem(Error{Errc::internal, "a mistake of ours"}); }

Task<Response> throwing(Request&) { throw std::runtime_error("something nobody caught"); }

Task<Response> failing_content(Request& request) {
  Content content;
  content.size_bytes = 1 << 20;
  content.read_at = [](std::uint64_t offset, std::span<char> into) -> Result<std::size_t> {
    if (offset > 0) return Error{Errc::io, "the keys have expired"};
    std::ranges::fill(into, 'x');
    return into.size();
  };
  co_return content_response(request, std::move(content), {});
}

class Faults : public testing::Test {
 protected:
  Faults() {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    sink->set_pattern("%l: %v");
    Router router;
    router.add("GET", "/full/{id}", full);
    router.add("GET", "/mistaken", mistaken);
    router.add("GET", "/throwing", throwing);
    router.add("GET", "/content", failing_content);
    server_.emplace(std::move(router), ServerSettings{},
                    std::make_shared<spdlog::logger>("test", std::move(sink)));
  }
  std::uint16_t port() { return (*server_)->port(); }
  // All of it: nobody writes any more.
  std::string log() {
    EXPECT_TRUE((*server_)->stop(10s));
    return text_.str();
  }

 private:
  std::ostringstream text_;
  std::optional<TestServer> server_;
};

TEST_F(Faults, AreLoggedWithTheirReasonAndNotSent) {
  const Answer answer = Client(port()).get("/full/7");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body.find("bucket"), std::string::npos);
  EXPECT_NE(log().find("warning: GET /full/{id} failed with 503: the bucket 'leads' is full"),
            std::string::npos);
}

TEST_F(Faults, ThatNobodyForesawAreErrors) {
  const Answer answer = Client(port()).get("/mistaken");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("mistake"), std::string::npos);
  EXPECT_NE(log().find("error: GET /mistaken failed with 500: a mistake of ours"),
            std::string::npos);
}

TEST_F(Faults, ThatAreThrownAreLoggedOnce) {
  EXPECT_EQ(Client(port()).get("/throwing").status, 500);
  const std::string text = log();
  const auto at = text.find("something nobody caught");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(text.find("something nobody caught", at + 1), std::string::npos) << text;
}

TEST_F(Faults, OfABodyCutItAndAreNamed) {
  Client client(port());
  client.send("GET /content HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_NE(client.read_until("\r\n\r\n").find("200 OK"), std::string::npos);
  EXPECT_THROW(client.read_bytes(1 << 20), std::runtime_error);
  EXPECT_NE(log().find("warning: GET /content was cut off: the keys have expired"),
            std::string::npos);
}

}  // namespace
}  // namespace csvm::server
