#include <gtest/gtest.h>

#include "csvm/deliver.h"

namespace csvm::deliver {
namespace {

// The example of the Standard Webhooks specification.
TEST(Signature, IsThatOfStandardWebhooks) {
  EXPECT_EQ(signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                      1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, UsesASecretWithoutPrefixAsItIs) {
  // "c2VjcmV0" is "secret".
  EXPECT_EQ(signature("secret", "m", 1, "{}"), signature("whsec_c2VjcmV0", "m", 1, "{}"));
  EXPECT_NE(signature("secret", "m", 1, "{}"), signature("secret", "m", 2, "{}"));
}

TEST(Secret, IsChecked) {
  EXPECT_TRUE(check_secret("secret"));
  EXPECT_TRUE(check_secret("whsec_c2VjcmV0"));
  for (const char* secret : {"", "whsec_", "whsec_c2Vjc", "whsec_????"}) {
    EXPECT_FALSE(check_secret(secret)) << secret;
  }
}

}  // namespace
}  // namespace csvm::deliver
