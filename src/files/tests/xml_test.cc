#include "s3/xml.h"

#include <gtest/gtest.h>

namespace csvm::files::s3 {
namespace {

TEST(Xml, ElementsAreFoundByTheirWholeName) {
  const std::string_view xml =
      "<?xml version=\"1.0\"?><List xmlns=\"http://s3.example/\"><KeyCount>2</KeyCount>"
      "<Contents><Key>a</Key></Contents><Contents ><Key>b</Key><Owner/></Contents></List>";
  const auto found = elements(xml, "Contents");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(text_of(found[0], "Key"), "a");
  EXPECT_EQ(text_of(found[1], "Key"), "b");
  EXPECT_EQ(text_of(found[1], "Owner"), "");
  EXPECT_EQ(elements(found[1], "Owner").size(), 1u);
  EXPECT_EQ(text_of(xml, "Key"), "a");
  EXPECT_TRUE(elements(xml, "Keys").empty());
}

TEST(Xml, EntitiesAreDecodedAndWrittenAgain) {
  EXPECT_EQ(text_of("<E>&quot;a&amp;b&#34;&#x3C;&lt;&gt;&apos;</E>", "E"), "\"a&b\"<<>'");
  EXPECT_EQ(text_of("<E>a & b &unknown; &#1114111;</E>", "E"), "a & b &unknown; &#1114111;");
  EXPECT_EQ(escape_xml("\"<a&b>'"), "&quot;&lt;a&amp;b&gt;&apos;");
}

TEST(Xml, WhatIsCutOrNoXmlIsNothing) {
  for (const std::string_view broken :
       {"", "<", "<Key", "<Key>", "<Key>a", "<Key>a</Ke", "Key", "<Key>a<Key>", "</Key>"}) {
    EXPECT_EQ(text_of(broken, "Key"), "") << broken;
  }
}

TEST(Xml, TimesAreReadToTheMillisecond) {
  using namespace std::chrono;
  const sys_time<milliseconds> expected = sys_days(October / 12 / 2009) + 17h + 50min + 30s;
  EXPECT_EQ(parse_time("2009-10-12T17:50:30.000Z"), expected);
  EXPECT_EQ(parse_time("2009-10-12T17:50:30.127Z"), expected + 127ms);
  EXPECT_EQ(parse_time("2009-10-12T17:50:30.12Z"), expected + 120ms);
  EXPECT_EQ(parse_time("2009-10-12T17:50:30Z"), expected);
  for (const std::string_view wrong : {"", "Z", "2009-10-12", "2009-13-12T17:50:30Z",
                                       "2009-10-12T17:50:30", "2009-10-12 17:50:30Z"}) {
    EXPECT_FALSE(parse_time(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace csvm::files::s3
