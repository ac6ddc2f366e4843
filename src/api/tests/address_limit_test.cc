#include <gtest/gtest.h>

#include "context.h"

namespace csvm::api {
namespace {

TEST(AddressLimit, LetsABurstInAndThenTheRate) {
  AddressLimit limit(2, 10);
  int taken = 0;
  for (int i = 0; i < 50; ++i) taken += limit.take("10.0.0.1", 0) ? 1 : 0;
  EXPECT_EQ(taken, 10);
  EXPECT_TRUE(limit.take("10.0.0.2", 0)) << "another address has its own";
  EXPECT_FALSE(limit.take("10.0.0.1", 0.4));
  taken = 0;
  for (double now = 1; now < 11; now += 0.05) taken += limit.take("10.0.0.1", now) ? 1 : 0;
  EXPECT_GE(taken, 20);
  EXPECT_LE(taken, 22);
}

TEST(AddressLimit, OfZeroIsNone) {
  AddressLimit limit(0, 0);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(limit.take("10.0.0.1", 0));
}

}  // namespace
}  // namespace csvm::api
