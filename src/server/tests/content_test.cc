// Ranges, validators, compression, embedded files and streams, over a socket.
#include <zlib.h>

#include <cstdio>
#include <fstream>

#include "loopback.h"
#include "range.h"

namespace csvm::server {
namespace {

std::string gunzip(const std::string& packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string text(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int end = inflate(&stream, Z_FINISH);
  text.resize(text.size() - stream.avail_out);
  inflateEnd(&stream);
  return end == Z_STREAM_END ? text : "not a whole gzip stream";
}

// 700 kB: more than two pieces.
std::string long_text() {
  std::string text;
  for (int i = 0; text.size() < 700'000; ++i) text += std::to_string(i) + ",row\n";
  return text;
}

Content content_of(std::string text) {
  Content content;
  content.size_bytes = text.size();
  content.read_at = [text = std::move(text)](std::uint64_t offset,
                                             std::span<char> into) -> Result<std::size_t> {
    return text.copy(into.data(), into.size(), offset);
  };
  return content;
}

Task<Response> download(Request& request) {
  co_return content_response(
      request, content_of(long_text()),
      ContentOptions{"text/csv; charset=utf-8", "\"v1\"", "Leads \"M\xc3\xbcnchen\".csv"});
}

Task<Response> picture(Request& request) {
  co_return content_response(request, content_of(long_text()), ContentOptions{"image/png", "", ""});
}

Task<Response> json(Request&) {
  co_return json_response(200, "[\"" + std::string(5000, 'a') + "\"]");
}

Task<Response> long_json(Request&) {
  co_return json_response(200, "[\"" + std::string(500'000, 'a') + "\"]");
}

Task<Result<std::string>> count_up(std::shared_ptr<int> count, int fail_at) {
  if (*count == fail_at) co_return Error{Errc::io, "gone"};
  if (*count == 5) co_return std::string();
  co_return std::to_string((*count)++) + "\n";
}

Task<Response> stream_of(int fail_at) {
  Response response;
  response.headers.set("Content-Type", "text/csv");
  auto count = std::make_shared<int>(0);
  response.body = StreamBody{[count, fail_at] { return count_up(count, fail_at); }};
  co_return response;
}
Task<Response> stream(Request&) { return stream_of(-1); }
Task<Response> broken_stream(Request&) { return stream_of(3); }

Task<Response> shrunk(Request& request) {
  Content content = content_of("short");
  content.size_bytes = 100;
  co_return content_response(request, std::move(content), ContentOptions{"image/png", "", ""});
}

constexpr Asset assets[] = {
    {"/index.html", "text/html; charset=utf-8", "<p>hi</p>", "", "\"i1\"", false},
    {"/app-1f.js", "text/javascript", "let a", "packed", "\"j1\"", true},
};

Router content_routes() {
  Router router;
  router.add("GET", "/download", download);
  router.add("GET", "/picture", picture);
  router.add("GET", "/json", json);
  router.add("GET", "/long_json", long_json);
  router.add("GET", "/stream", stream);
  router.add("GET", "/broken_stream", broken_stream);
  router.add("GET", "/shrunk", shrunk);
  router.add_assets(assets);
  return router;
}

class Contents : public testing::Test {
 protected:
  TestServer server{content_routes()};
  Client client{server->port()};
};

TEST_F(Contents, ComeWholeWithNameAndValidator) {
  const Answer answer = client.get("/download");
  EXPECT_EQ(answer.body, long_text());
  EXPECT_EQ(answer.headers.at("etag"), "\"v1\"");
  EXPECT_EQ(answer.headers.at("accept-ranges"), "bytes");
  EXPECT_EQ(answer.headers.at("content-disposition"),
            "attachment; filename=\"Leads _M_nchen_.csv\"; "
            "filename*=UTF-8''Leads%20%22M%C3%BCnchen%22.csv");
}

TEST_F(Contents, ComeInTheRangeAskedFor) {
  const std::string text = long_text();
  const Answer first = client.get("/download", "Range: bytes=0-9\r\n");
  EXPECT_EQ(first.status, 206);
  EXPECT_EQ(first.body, text.substr(0, 10));
  EXPECT_EQ(first.headers.at("content-range"), "bytes 0-9/" + std::to_string(text.size()));
  EXPECT_EQ(client.get("/download", "Range: bytes=300000-\r\n").body, text.substr(300'000));
  EXPECT_EQ(client.get("/download", "Range: bytes=-5\r\n").body, text.substr(text.size() - 5));
  EXPECT_EQ(client.get("/download", "Range: bytes=0-1,5-6\r\n").status, 200);
  const Answer beyond = client.get("/download", "Range: bytes=9000000-\r\n");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.headers.at("content-range"), "bytes */" + std::to_string(text.size()));
}

TEST_F(Contents, ComeWholeWhenIfRangeNamesAnotherVersion) {
  EXPECT_EQ(client.get("/download", "Range: bytes=0-9\r\nIf-Range: \"v1\"\r\n").status, 206);
  EXPECT_EQ(client.get("/download", "Range: bytes=0-9\r\nIf-Range: \"v0\"\r\n").status, 200);
  EXPECT_EQ(client.get("/download", "Range: bytes=0-9\r\nIf-Range: \"v1-gzip\"\r\n").status, 200);
}

TEST_F(Contents, AreNotSentAgainToWhoHasThem) {
  const Answer answer = client.get("/download", "If-None-Match: \"v0\", W/\"v1-gzip\"\r\n");
  EXPECT_EQ(answer.status, 304);
  EXPECT_EQ(answer.headers.at("etag"), "\"v1\"");
  EXPECT_EQ(client.get("/json").status, 200) << "the connection goes on";
}

TEST_F(Contents, AreCompressedForWhoAcceptsIt) {
  const Answer answer = client.get("/download", "Accept-Encoding: br, gzip\r\n");
  EXPECT_EQ(answer.headers.at("content-encoding"), "gzip");
  EXPECT_EQ(answer.headers.at("etag"), "\"v1-gzip\"");
  EXPECT_LT(answer.body.size(), long_text().size() / 2);
  EXPECT_EQ(gunzip(answer.body), long_text());
  EXPECT_FALSE(client.get("/download", "Accept-Encoding: gzip;q=0\r\n")
                   .headers.contains("content-encoding"));
  EXPECT_FALSE(
      client.get("/picture", "Accept-Encoding: gzip\r\n").headers.contains("content-encoding"));
  EXPECT_EQ(client.get("/download", "Accept-Encoding: gzip\r\nRange: bytes=0-9\r\n").body.size(),
            10U);
}

TEST_F(Contents, OfJsonAreCompressedWithTheirLength) {
  for (const std::string path : {"/json", "/long_json"}) {
    const Answer answer = client.get(path, "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(answer.headers.at("vary"), "Accept-Encoding");
    EXPECT_EQ(gunzip(answer.body), client.get(path).body);
  }
}

TEST_F(Contents, MadeWhileTheyAreSentComeInChunks) {
  EXPECT_EQ(client.get("/stream").body, "0\n1\n2\n3\n4\n");
  EXPECT_EQ(gunzip(client.get("/stream", "Accept-Encoding: gzip\r\n").body), "0\n1\n2\n3\n4\n");
  Client old(server->port());
  old.send("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read_answer().body, "0\n1\n2\n3\n4\n");
}

TEST_F(Contents, ThatFailOnTheWayAreSeenToBeBroken) {
  EXPECT_THROW(client.get("/broken_stream"), std::runtime_error);
  Client other(server->port());
  EXPECT_THROW(other.get("/shrunk"), std::runtime_error);
}

TEST_F(Contents, EmbeddedAreServedWithTheirCaching) {
  const Answer page = client.get("/");
  EXPECT_EQ(page.body, "<p>hi</p>");
  EXPECT_EQ(page.headers.at("cache-control"), "no-cache");
  EXPECT_EQ(client.get("/", "If-None-Match: \"i1\"\r\n").status, 304);
  const Answer script = client.get("/app-1f.js", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(script.body, "packed");
  EXPECT_EQ(script.headers.at("content-encoding"), "gzip");
  EXPECT_EQ(script.headers.at("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(client.get("/app-1f.js").body, "let a");
}

TEST(OpenContent, ReadsRegularFilesOnly) {
  const std::filesystem::path folder = testing::TempDir();
  const auto path = folder / "server_content_test";
  std::ofstream(path) << "0123456789";
  auto content = open_content(path);
  ASSERT_TRUE(content);
  std::string into(4, '\0');
  EXPECT_EQ(*content->read_at(3, into), 4U);
  EXPECT_EQ(into, "3456");
  EXPECT_EQ(*content->read_at(8, into), 2U);
  std::filesystem::remove(path);
  EXPECT_EQ(open_content(path).error().code, Errc::not_found);
  EXPECT_EQ(open_content(folder).error().code, Errc::not_found);
}

}  // namespace
}  // namespace csvm::server
