#include "receive.h"

#include <gtest/gtest.h>

namespace csvm::api {
namespace {

TEST(DisplayName, IsTheNameAsItWasWhenThereIsNothingToFear) {
  EXPECT_EQ(display_name("leads.csv"), "leads.csv");
  EXPECT_EQ(display_name("na\xC3\xAFve (1) 'x'.csv"), "na\xC3\xAFve (1) 'x'.csv");
  EXPECT_EQ(display_name("\xE6\x97\xA5\xE6\x9C\xAC.csv"), "\xE6\x97\xA5\xE6\x9C\xAC.csv");
}

TEST(DisplayName, HasNoFolders) {
  EXPECT_EQ(display_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(display_name("C:\\Users\\me\\leads.csv"), "leads.csv");
  EXPECT_EQ(display_name("a/b\\c.csv"), "c.csv");
}

TEST(DisplayName, IsNeverEmptyOrDotsAlone) {
  for (const char* name : {"", ".", "..", "   ", "folder/", "\x01\x02", "\xE2\x80\xAE"}) {
    EXPECT_EQ(display_name(name), "file.csv") << name;
  }
}

TEST(DisplayName, HasNoCharactersThatDoNotShow) {
  EXPECT_EQ(display_name("a\r\nb\t\x7F.csv"), "ab.csv");
  EXPECT_EQ(display_name("a\xC2\x85"
                         "b.csv"),
            "ab.csv");  // U+0085
  EXPECT_EQ(display_name("a\xE2\x80\xAEgnp.csv"), "agnp.csv");
  EXPECT_EQ(display_name("a\xE2\x81\xA6\xE2\x80\xA8.csv"), "a.csv");
  EXPECT_EQ(display_name("a\xD8\x9C.csv"), "a.csv");
  EXPECT_EQ(display_name("a\xE2\x80\x93.csv"), "a\xE2\x80\x93.csv");  // a dash stays
}

TEST(DisplayName, IsUtf8) {
  EXPECT_EQ(display_name("caf\xE9.csv"), "caf_.csv");
  EXPECT_EQ(display_name("\xC2"), "_");
}

TEST(DisplayName, KeepsTheEndOfALongNameAndCutsNoCharacter) {
  const std::string name = display_name(std::string(400, 'x') + ".csv");
  EXPECT_EQ(name.size(), 255U);
  EXPECT_TRUE(name.ends_with(".csv"));
  std::string accents;
  for (int i = 0; i < 200; ++i) accents += "\xC3\xA9";
  const std::string cut = display_name(accents + ".csv");
  EXPECT_LE(cut.size(), 255U);
  EXPECT_TRUE(cut.starts_with("\xC3\xA9"));
}

}  // namespace
}  // namespace csvm::api
