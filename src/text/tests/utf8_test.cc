#include <gtest/gtest.h>

#include "csvm/text.h"

namespace csvm::text {
namespace {

TEST(Ascii, IsEveryByteBelow128) {
  EXPECT_TRUE(is_ascii(""));
  EXPECT_TRUE(is_ascii("The quick brown fox jumps over the lazy dog\x7f"));
  for (std::size_t at = 0; at < 40; ++at) {
    std::string text(40, 'a');
    text[at] = '\x80';
    EXPECT_FALSE(is_ascii(text)) << at;
  }
}

// The bytes stand at every offset, so that each of them meets the eight-byte steps everywhere.
TEST(Utf8, AcceptsWellFormedTextAndNothingElse) {
  const std::pair<std::string, bool> cases[] = {
      {"", true},
      {"\xC3\xBC", true},
      {"\xE2\x82\xAC", true},
      {"\xF0\x9F\x98\x80", true},
      {"\xF4\x8F\xBF\xBF", true},
      {"\xEF\xBF\xBF", true},
      {"\x80", false},
      {"\xC3", false},
      {"\xC3(", false},
      {"\xC0\xAF", false},  // overlong
      {"\xC1\xBF", false},
      {"\xE0\x9F\xBF", false},
      {"\xF0\x8F\xBF\xBF", false},
      {"\xED\xA0\x80", false},      // surrogate
      {"\xF4\x90\x80\x80", false},  // above U+10FFFF
      {"\xF5\x80\x80\x80", false},
      {"\xE2\x82", false},
      {"\xE2\x28\xA1", false},
      {"\xF0\x9F\x98", false},
      {"\xFF", false},
  };
  for (const auto& [bytes, valid] : cases) {
    for (std::size_t before = 0; before < 20; ++before) {
      EXPECT_EQ(is_valid_utf8(std::string(before, 'a') + bytes + "tail of the text"), valid)
          << testing::PrintToString(bytes) << " after " << before;
      EXPECT_EQ(is_valid_utf8(std::string(before, 'a') + bytes), valid)
          << testing::PrintToString(bytes) << " after " << before;
    }
  }
}

TEST(Length, CountsCodePoints) {
  EXPECT_EQ(length(""), 0U);
  EXPECT_EQ(length("abc"), 3U);
  EXPECT_EQ(length("M\xC3\xBCller \xE2\x82\xAC \xF0\x9F\x98\x80"), 10U);
}

}  // namespace
}  // namespace csvm::text
