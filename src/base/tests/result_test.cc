#include <gtest/gtest.h>

#include <memory>

#include "csvm/base.h"

namespace csvm {
namespace {

Result<std::unique_ptr<int>> half_of(int number) {
  if (number % 2 != 0) return Error{Errc::invalid_input, "odd"};
  return std::make_unique<int>(number / 2);
}

Result<int> quarter_of(int number) {
  auto half = CSVM_TRY(half_of(number));
  auto quarter = CSVM_TRY(half_of(*half));
  return *quarter;
}

TEST(Result, PassesAMoveOnlyValueThroughTry) {
  ASSERT_TRUE(quarter_of(12));
  EXPECT_EQ(*quarter_of(12), 3);
}

TEST(Result, ReturnsTheFirstErrorThroughTry) {
  const auto quarter = quarter_of(6);
  ASSERT_FALSE(quarter);
  EXPECT_EQ(quarter.error().code, Errc::invalid_input);
}

TEST(IoError, NamesTheFileAndTheReason) {
  const Error error = io_error("open", "leads.csv", ENOENT);
  EXPECT_EQ(error.code, Errc::not_found);
  EXPECT_EQ(error.message, "cannot open 'leads.csv': No such file or directory");
}

}  // namespace
}  // namespace csvm
