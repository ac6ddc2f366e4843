// The vectorised check of UTF-8 against its plain twin, and both against the standard.
#include "utf8.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "csvm/bytes.h"

namespace csvm::bytes {
namespace {

constexpr auto npos = std::string_view::npos;

void expect_first_invalid(const std::string& text, std::size_t expected) {
  EXPECT_EQ(first_invalid_utf8_scalar(text), expected) << testing::PrintToString(text);
  EXPECT_EQ(first_invalid_utf8(text), expected) << testing::PrintToString(text);
  EXPECT_EQ(is_valid_utf8_simd(text.data(), text.size()), expected == npos)
      << testing::PrintToString(text);
}

TEST(Utf8, TakesWhatTheStandardCallsWellFormed) {
  for (const std::string text :
       {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xc3\xa9z"}) {
    expect_first_invalid(text, npos);
  }
  expect_first_invalid(std::string(1, '\0'), npos);
}

TEST(Utf8, RefusesWhatTheStandardCallsIllFormed) {
  for (const std::string text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z", "\xe0\x9f\xbf", "\xe0\xa0",
        "\xe1\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff"}) {
    for (const std::size_t before : {0, 1, 15, 31, 60, 61, 62, 63, 64, 4094, 4095, 4096}) {
      for (const std::size_t after : {0, 1, 70, 5000}) {
        expect_first_invalid(std::string(before, 'a') + text + std::string(after, 'b'), before);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

// All sequences of two bytes, and all of three and four with the bytes where the rules change.
TEST(Utf8, TwinsAgreeOnAllShortSequences) {
  const std::string edges(
      "\x00\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xec\xed\xee\xef\xf0\xf1"
      "\xf3\xf4\xf5\xff",
      24);
  const auto expect_agreement = [](const std::string& text) {
    const std::size_t plain = first_invalid_utf8_scalar(text);
    ASSERT_EQ(first_invalid_utf8(text), plain) << testing::PrintToString(text);
    ASSERT_EQ(is_valid_utf8_simd(text.data(), text.size()), plain == npos)
        << testing::PrintToString(text);
  };
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      expect_agreement({static_cast<char>(a), static_cast<char>(b)});
    }
  }
  for (const char a : edges) {
    for (const char b : edges) {
      for (const char c : edges) {
        expect_agreement({a, b, c});
        for (const char d : edges) expect_agreement({'x', a, b, c, d, 'y'});
      }
    }
  }
}

std::string random_utf8(std::mt19937_64& random, std::size_t characters) {
  static constexpr std::string_view kinds[] = {"a",
                                               "b",
                                               ",",
                                               "\n",
                                               "\xc3\xa9",
                                               "\xe4\xb8\xad",
                                               "\xf0\x9f\x98\x80",
                                               "some longer ASCII text"};
  std::string text;
  for (std::size_t i = 0; i < characters; ++i) text += kinds[random() % std::size(kinds)];
  return text;
}

TEST(Utf8, TwinsAgreeOnLongTextWithOneBadByte) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::string text = random_utf8(random, random() % 600);
    expect_first_invalid(text, npos);
    if (text.empty()) continue;
    text[random() % text.size()] = static_cast<char>(random());
    expect_first_invalid(text, first_invalid_utf8_scalar(text));
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Utf8, ACutCharacterIsInvalidAtItsStart) {
  std::mt19937_64 random(12);
  for (int round = 0; round < 300; ++round) {
    const std::string text = random_utf8(random, 30);
    for (std::size_t bytes = 0; bytes <= text.size(); ++bytes) {
      std::size_t start = bytes;
      while (start > 0 && (static_cast<unsigned char>(text[start - 1]) & 0xc0) == 0x80) --start;
      // The lead byte of the last character, if the cut went through it.
      const bool cut =
          bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80;
      expect_first_invalid(text.substr(0, bytes), cut ? start - 1 : npos);
    }
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Utf8Evidence, CountsCharactersAndBytesThatAreNone) {
  Utf8Evidence evidence;
  add_utf8_evidence("a\xc3\xa9\xe4\xb8\xad\xff\xc3z\x80", evidence);
  EXPECT_EQ(evidence.multibyte, 2U);
  EXPECT_EQ(evidence.invalid, 3U);
  add_utf8_evidence("\xf0\x9f\x98\x80", evidence);
  EXPECT_EQ(evidence.multibyte, 3U);
}

}  // namespace
}  // namespace csvm::bytes
