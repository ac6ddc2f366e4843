#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "csvm/text.h"

namespace csvm::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  tokens(text, out);
  return out;
}

TEST(Tokens, AreRunsOfLettersAndDigits) {
  EXPECT_THAT(words(""), IsEmpty());
  EXPECT_THAT(words(" -,. "), IsEmpty());
  EXPECT_THAT(words("acme"), ElementsAre("acme"));
  EXPECT_THAT(words("  acme, inc. (2024)"), ElementsAre("acme", "inc", "2024"));
  EXPECT_THAT(words("o'brien & sons"), ElementsAre("o", "brien", "sons"));
  EXPECT_THAT(words("3m"), ElementsAre("3m"));
}

TEST(Tokens, KnowTheLettersOfEveryScript) {
  EXPECT_THAT(words("\u963f\u91cc \u5df4"), ElementsAre("\u963f\u91cc", "\u5df4"));
  EXPECT_THAT(words("\u0915\u093f\u0924\u093e\u092c"),
              ElementsAre("\u0915\u093f\u0924\u093e\u092c"));
  EXPECT_THAT(words("a\u3001b\U0001f600c"), ElementsAre("a", "b", "c"));
}

TEST(Tokens, EndAtBytesThatAreNoUtf8) {
  EXPECT_THAT(words("ab\xff"
                    "cd\xc3"),
              ElementsAre("ab", "cd"));
}

TEST(Tokens, AreAppended) {
  std::vector<std::string_view> out;
  tokens("a", out);
  tokens("b c", out);
  EXPECT_THAT(out, ElementsAre("a", "b", "c"));
}

}  // namespace
}  // namespace csvm::text
