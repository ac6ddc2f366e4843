// Signatures against the examples that Amazon publishes in "Authenticating Requests (AWS Signature
// Version 4)" of the S3 API reference: its example keys, bucket and dates.
#include "s3/sign.h"

#include <gtest/gtest.h>

namespace csvm::files::s3 {
namespace {

using namespace std::chrono_literals;

const Credentials example_keys{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                               ""};
const Seconds example_time = std::chrono::sys_days(std::chrono::May / 24 / 2013);

Unsigned example(std::string method, std::string path) {
  return {std::move(method), "examplebucket.s3.amazonaws.com", std::move(path), {}, {},
          sha256_hex("")};
}

std::string authorization(const Unsigned& request) {
  for (const auto& [name, value] : sign(request, example_keys, "us-east-1", example_time)) {
    if (name == "authorization") return value;
  }
  return "";
}

struct Case {
  std::string name;
  Unsigned request;
  std::string signed_headers, signature;
  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

std::vector<Case> cases() {
  Unsigned ranged = example("GET", "/test.txt");
  ranged.headers = {{"range", "bytes=0-9"}};
  Unsigned put = example("PUT", escape_path("/test$file.text"));
  put.headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                 {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
  put.payload_sha256 = sha256_hex("Welcome to Amazon S3.");
  Unsigned lifecycle = example("GET", "/");
  lifecycle.query = {{"lifecycle", ""}};
  Unsigned list = example("GET", "/");
  list.query = {{"prefix", "J"}, {"max-keys", "2"}};
  return {{"range", ranged, "host;range;x-amz-content-sha256;x-amz-date",
           "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
          {"put", put, "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
           "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
          {"lifecycle", lifecycle, "host;x-amz-content-sha256;x-amz-date",
           "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
          {"list", list, "host;x-amz-content-sha256;x-amz-date",
           "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"}};
}

class Signature : public testing::TestWithParam<Case> {};

TEST_P(Signature, IsTheOneThatAmazonPublishes) {
  const Case& one = GetParam();
  EXPECT_EQ(authorization(one.request),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=" +
                one.signed_headers + ",Signature=" + one.signature);
}

INSTANTIATE_TEST_SUITE_P(Published, Signature, testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param.name; });

TEST(Sign, ASessionTokenIsSentAndSigned) {
  Credentials temporary = example_keys;
  temporary.session_token = "token";
  bool is_sent = false;
  for (const auto& [name, value] :
       sign(example("GET", "/"), temporary, "us-east-1", example_time)) {
    if (name == "x-amz-security-token") is_sent = value == "token";
    if (name == "authorization") {
      EXPECT_NE(value.find("x-amz-date;x-amz-security-token"), std::string::npos);
    }
  }
  EXPECT_TRUE(is_sent);
}

TEST(Sign, QueriesAreSortedAndEscaped) {
  Unsigned request = example("GET", "/");
  request.query = {{"prefix", "a/b c+d\xc3\xa9"}, {"delimiter", "/"}, {"list-type", "2"}};
  EXPECT_EQ(query_text(request), "delimiter=%2F&list-type=2&prefix=a%2Fb%20c%2Bd%C3%A9");
  EXPECT_EQ(escape_path("/a b/~c"), "/a%20b/~c");
}

// RFC 1321 and FIPS 180 give the hashes of nothing.
TEST(Sign, HashesAreThePublishedOnes) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(md5_base64(""), "1B2M2Y8AsgTpgAmY7PhCfg==");
}

}  // namespace
}  // namespace csvm::files::s3
