#include <gtest/gtest.h>

#include "engine_packet.h"
#include "socket_packet.h"
#include "target.h"

namespace csvm::server {
namespace {

TEST(EnginePackets, AreReadFromAPollingBody) {
  const auto packets = decode_engine_payload(
      "4hello\x1e"
      "2\x1e"
      "bAQIDBA==");
  ASSERT_TRUE(packets);
  const std::vector<EnginePacket> expected = {{EngineType::message, "hello", false},
                                              {EngineType::ping, "", false},
                                              {EngineType::message, "\x01\x02\x03\x04", true}};
  EXPECT_EQ(*packets, expected);
  for (const std::string wrong : {"", "abc", "4a\x1e", "7", "b*", "bA"})
    EXPECT_FALSE(decode_engine_payload(wrong)) << wrong;
}

TEST(Base64, ComesBackAsItWas) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    std::string back;
    EXPECT_TRUE(decode_base64(encode_base64(bytes), back));
    EXPECT_EQ(back, bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(SocketPackets, AreTakenApart) {
  auto packet = decode_socket_packet("42[\"message\",1,{\"a\":[true]}]", 4);
  EXPECT_FALSE(packet) << "the Engine.IO type does not belong to it";
  packet = decode_socket_packet("2[ \"mes\\\"sage\" , 1,{\"a\":[true]}]", 4);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->event, "mes\"sage");
  EXPECT_EQ(packet->json, "[ 1,{\"a\":[true]}]");
  packet = decode_socket_packet("2[\"message\"]", 4);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->json, "[]");
  packet = decode_socket_packet("52-/custom,789[\"m\",{\"_placeholder\":true,\"num\":0}]", 4);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->name_space, "/custom");
  EXPECT_EQ(packet->id, 789U);
  EXPECT_EQ(packet->attachments, 2U);
  packet = decode_socket_packet("0/custom", 4);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->name_space, "/custom");
  EXPECT_EQ(packet->json, "{}");
  packet = decode_socket_packet("0{\"token\":\"123\"}", 4);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->json, "{\"token\":\"123\"}");
}

TEST(SocketPackets, ThatBreakTheProtocolAreRefused) {
  for (const std::string wrong :
       {"", "abc", "2{}", "2[]", "2[1]", "2abc[\"a\"]", "2[\"a\"", "2[\"connect\"]", "3[1]", "31{}",
        "0[]", "1[]", "5[\"a\"]", "5-[\"a\"]", "4{}", "299999999999999999999[\"a\"]", "7", "2"})
    EXPECT_FALSE(decode_socket_packet(wrong, 4)) << wrong;
  EXPECT_EQ(decode_socket_packet("55-[\"a\"]", 4).error().code, Errc::limit_exceeded);
}

TEST(SocketPackets, AreWrittenAsClientsReadThem) {
  EXPECT_EQ(encode_event("/", std::nullopt, 0, "auth", "[{}]"), "2[\"auth\",{}]");
  EXPECT_EQ(encode_event("/custom", 7, 1, "a\"", "[]"), "51-/custom,7[\"a\\\"\"]");
  EXPECT_EQ(encode_ack("/", 456, 0, "[1]"), "3456[1]");
  EXPECT_EQ(encode_refused("/random", "Invalid namespace"),
            "4/random,{\"message\":\"Invalid namespace\"}");
  EXPECT_EQ(encode_disconnect("/custom"), "1/custom,");
}

TEST(Targets, AreDecodedOnce) {
  const auto target = parse_target("/a%2Fb/%2541?x=%26&y&z=1%2B1+2#f");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->segments, (std::vector<std::string>{"a/b", "%41"}));
  EXPECT_EQ(target->path, "/a/b/%41");
  const std::vector<std::pair<std::string, std::string>> query = {
      {"x", "&"}, {"y", ""}, {"z", "1+1 2"}};
  EXPECT_EQ(target->query, query);
  EXPECT_EQ(parse_target("http://host/p?q")->path, "/p");
  EXPECT_EQ(parse_target("/a|b[0]")->path, "/a|b[0]");
  for (const std::string wrong : {"", "a", "/%", "/%4", "/%zz", "/%0a", "/\n", "/?a=%"})
    EXPECT_FALSE(parse_target(wrong)) << wrong;
}

TEST(Cookies, AreFoundByTheirWholeName) {
  EXPECT_EQ(find_cookie("asid=1; sid=2; sid=3", "sid"), "2");
  EXPECT_EQ(find_cookie("sid=\"2\"", "sid"), "2");
  EXPECT_EQ(find_cookie("sid", "sid"), "");
}

TEST(AcceptEncoding, IsHeeded) {
  for (const std::string yes : {"gzip", "br, GZIP", "*", "deflate, gzip;q=0.5"})
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  for (const std::string no : {"", "br", "gzip;q=0", "gzip; q=0.000", "gzipped"})
    EXPECT_FALSE(accepts_gzip(no)) << no;
}

}  // namespace
}  // namespace csvm::server
