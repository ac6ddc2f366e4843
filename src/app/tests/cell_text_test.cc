#include "cell_text.h"

#include <gtest/gtest.h>

namespace csvm::app {
namespace {

TEST(DisplayWidth, CountsWideAndCombiningCharacters) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("Gr\u00f6\u00dfe"), 5u);
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(display_width("\u6771\u4eac"), 4u);
  EXPECT_EQ(display_width("a\u200bb"), 2u);
}

TEST(CutToWidth, KeepsWhatFits) {
  EXPECT_EQ(cut_to_width("abc", 3), "abc");
  EXPECT_EQ(cut_to_width("", 3), "");
}

TEST(CutToWidth, MarksWhatIsCut) {
  EXPECT_EQ(cut_to_width("abcdefgh", 6), "abc...");
  EXPECT_EQ(cut_to_width("abcdefgh", 2), "..");
  EXPECT_EQ(cut_to_width(std::string(100000, 'x'), 8), "xxxxx...");
}

TEST(CutToWidth, NeverSplitsACharacter) {
  EXPECT_EQ(cut_to_width("\u6771\u4eac\u90fd\u5e81", 6), "\u6771...");
  EXPECT_EQ(cut_to_width("\u00e4\u00e4\u00e4\u00e4\u00e4", 4), "\u00e4...");
}

TEST(CutToWidth, TakesTheTeethFromControlCharacters) {
  EXPECT_EQ(cut_to_width("a\x1b[31mb\n\tc", 20), "a [31mb  c");
  EXPECT_EQ(cut_to_width("a\xff", 20), "a?");
  EXPECT_EQ(cut_to_width("a\u202eb", 20), "a b");
}

TEST(PaddedToWidth, FillsUpByDisplayWidth) {
  EXPECT_EQ(padded_to_width("\u6771", 4), "\u6771  ");
  EXPECT_EQ(padded_to_width("abcdef", 5), "ab...");
}

TEST(ShellQuoted, MakesOneWord) {
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
  EXPECT_EQ(shell_quoted("Assistant's"), "'Assistant'\\''s'");
}

}  // namespace
}  // namespace csvm::app
