#include <gmock/gmock.h>

#include "csvm/deliver.h"

namespace csvm::deliver {
namespace {

using ::testing::ElementsAre;

constexpr WallTime now{std::chrono::milliseconds(1'614'265'330'999)};

TEST(Headers, OfAnAttemptNameTheDeliveryAndTheMoment) {
  EXPECT_THAT(headers_of({"Content-Type: application/json"}, "", "m1", now, "{}"),
              ElementsAre("Content-Type: application/json", "Idempotency-Key: m1", "webhook-id: m1",
                          "webhook-timestamp: 1614265330"));
}

TEST(Headers, AreSignedWhenThereIsASecret) {
  const auto headers = headers_of({}, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                  "msg_p5jXN8AQM9LWM0D4loKWxJek", now, R"({"test": 2432232314})");
  EXPECT_EQ(headers.back(), "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(UserHeader, IsTakenAsItIsSent) {
  EXPECT_EQ(*check_header("Authorization:   Bearer x:y "), "Authorization: Bearer x:y");
  EXPECT_EQ(*check_header("x-clay-auth: 1"), "x-clay-auth: 1");
}

TEST(UserHeader, IsRefusedWhenItIsNoneOrNotTheirs) {
  for (const char* header :
       {"", "no colon", ": value", "a b: c", "A:", "A: b\r\nEvil: c", "A: b\n", "A: \x01",
        "Host: x", "content-LENGTH: 5", "Transfer-Encoding: chunked", "Webhook-Id: 1",
        "idempotency-key: 1", "webhook-signature: v1,x", "User-Agent: x"}) {
    const auto checked = check_header(header);
    ASSERT_FALSE(checked) << header;
    EXPECT_EQ(checked.error().code, Errc::invalid_input);
  }
  EXPECT_FALSE(check_header("A: " + std::string(9000, 'x')));
}

}  // namespace
}  // namespace csvm::deliver
