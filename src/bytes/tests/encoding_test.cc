// Files in the encodings that spreadsheets write become UTF-8, and places can be told in both.
#include "encoding.h"

#include <unicode/unistr.h>

#include <ostream>

#include "tests/files.h"

namespace csvm::bytes {
namespace {

using namespace std::string_literals;

std::string utf16(std::u16string_view text, bool big_endian) {
  std::string out;
  for (const char16_t unit : text) {
    const char high = static_cast<char>(unit >> 8);
    const char low = static_cast<char>(unit & 0xff);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  }
  return out;
}

const std::u16string wide = u"name,city\r\nJos\u00e9,K\u00f6ln\r\n\u4e2d\u6587,\U0001f600\r\n";
const std::string narrow = "name,city\r\nJos\u00e9,K\u00f6ln\r\n\u4e2d\u6587,\U0001f600\r\n";

TEST(Utf16, IsFoundWithAndWithoutAMark) {
  Folder folder;
  for (const bool big_endian : {false, true}) {
    for (const bool mark : {false, true}) {
      const std::string content = utf16((mark ? u"\ufeff" : u"") + wide, big_endian);
      const auto text = opened(folder, content);
      EXPECT_EQ(all_of(*text), narrow);
      EXPECT_EQ(text->encoding(), big_endian ? "utf-16be" : "utf-16le");
      EXPECT_TRUE(text->well_formed());
      EXPECT_EQ(text->original_size(), content.size());
      // The city of the second row begins at byte 17 of the text.
      EXPECT_EQ(text->original_offset(17), (mark ? 2U : 0U) + 32U);
    }
  }
}

TEST(Utf16, DamageBecomesAnInvalidByteInItsPlace) {
  Folder folder;
  const auto text = opened(folder, utf16(u"\ufeffa,b\n1,\xd83d,2\n\xde00\n", false) + "x");
  EXPECT_EQ(all_of(*text), "a,b\n1,\xff,2\n\xff\n\xff");
  EXPECT_FALSE(text->well_formed());
}

TEST(Utf32, IsFoundByItsMarkAndByItsZeros) {
  Folder folder;
  const std::u32string ascii = U"name,city\nAnn,Bath\nBob,York\n";
  for (const bool mark : {false, true}) {
    for (const bool big_endian : {false, true}) {
      std::string content;
      for (const char32_t point : (mark ? U"\ufeff" : U"") + ascii) {
        for (int i = 0; i < 4; ++i) {
          content += static_cast<char>(point >> 8 * (big_endian ? 3 - i : i) & 0xff);
        }
      }
      const auto text = opened(folder, content);
      EXPECT_EQ(all_of(*text), "name,city\nAnn,Bath\nBob,York\n");
      EXPECT_EQ(text->encoding(), big_endian ? "utf-32be" : "utf-32le");
    }
  }
}

TEST(Utf8Mark, IsNoPartOfTheText) {
  Folder folder;
  const auto text = opened(folder, "\xef\xbb\xbfname,city\nJos\u00e9,K\u00f6ln\n");
  EXPECT_EQ(all_of(*text), "name,city\nJos\u00e9,K\u00f6ln\n");
  EXPECT_EQ(text->encoding(), "utf-8");
  EXPECT_EQ(text->original_offset(0), 3U);
  EXPECT_EQ(all_of(*text_from_string("x",
                                     "\xef\xbb\xbf"
                                     "a")),
            "a");
}

TEST(Utf8Mark, AloneIsAnEmptyText) {
  Folder folder;
  EXPECT_EQ(opened(folder, "\xef\xbb\xbf")->size(), 0U);
  EXPECT_EQ(opened(folder, "\xff\xfe")->size(), 0U);
}

struct EncodingCase {
  std::string name;
  std::string converter;  // ICU's name
  std::string encoding;   // ours; empty where two sets give the same text
  std::string text;
  friend void PrintTo(const EncodingCase& c, std::ostream* out) { *out << c.name; }
};

std::string encoded(const std::string& utf8, const std::string& converter) {
  const auto text = icu::UnicodeString::fromUTF8(utf8);
  std::string out(utf8.size() * 4, '\0');
  const auto count = text.extract(0, text.length(), out.data(),
                                  static_cast<std::uint32_t>(out.size()), converter.c_str());
  out.resize(static_cast<std::size_t>(count));
  return out;
}

class Encodings : public testing::TestWithParam<EncodingCase> {};

TEST_P(Encodings, AreFoundAndConverted) {
  Folder folder;
  const auto text = opened(folder, encoded(GetParam().text, GetParam().converter));
  EXPECT_EQ(all_of(*text), GetParam().text);
  if (!GetParam().encoding.empty()) {
    EXPECT_EQ(text->encoding(), GetParam().encoding);
  }
  EXPECT_TRUE(text->well_formed());
}

TEST_P(Encodings, AreTakenAtTheUsersWord) {
  Folder folder;
  OpenOptions options;
  options.encoding = GetParam().converter;
  const auto text = opened(folder, encoded(GetParam().text, GetParam().converter), options);
  EXPECT_EQ(all_of(*text), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Names, Encodings,
    testing::Values(
        EncodingCase{"western", "windows-1252", "windows-1252",
                     "Name;Stadt\nM\u00fcller;K\u00f6ln\nJos\u00e9;M\u00e1laga\nFran\u00e7ois;"
                     "N\u00eemes\n\u20ac 5 \u2013 \u201cx\u201d;\u00c5rhus\n"},
        EncodingCase{"one_accent", "windows-1252", "windows-1252", "name,city\nAnn,Z\u00fcrich\n"},
        EncodingCase{
            "central", "windows-1250", "windows-1250",
            "jm\u00e9no;m\u011bsto\n\u0160t\u011bp\u00e1n \u017di\u017eka;Plze\u0148\n\u0141ukasz "
            "\u015awi\u0105tek;\u0141\u00f3d\u017a\n\u0158eho\u0159 D\u011bdi\u010d;Brno\n"},
        EncodingCase{"cyrillic", "windows-1251", "windows-1251",
                     "\u0438\u043c\u044f;\u0433\u043e\u0440\u043e\u0434\n\u0418\u0432\u0430\u043d "
                     "\u041f\u0435\u0442\u0440\u043e\u0432;"
                     "\u041c\u043e\u0441\u043a\u0432\u0430\n\u0410\u043d\u043d\u0430 "
                     "\u0421\u0438\u0434\u043e\u0440\u043e\u0432\u0430;"
                     "\u041a\u0430\u0437\u0430\u043d\u044c\n\u041e\u043b\u044c\u0433\u0430 "
                     "\u041a\u0443\u0437\u043d\u0435\u0446\u043e\u0432\u0430;"
                     "\u0421\u0430\u043c\u0430\u0440\u0430\n"},
        EncodingCase{"baltic", "windows-1257", "windows-1257",
                     "vardas;miestas\nJonas \u017demaitis;\u0160iauliai\nAu\u0161ra "
                     "\u017dukauskait\u0117;Panev\u0117\u017eys\nR\u016bta "
                     "\u010ciurlionyt\u0117;K\u0117dainiai\n\u0104\u017euolas "
                     "\u0160ie\u0161kus;Joni\u0161kis\n"},
        EncodingCase{
            "turkish", "windows-1254", "windows-1254",
            "isim;\u015fehir\nAy\u015fe Y\u0131ld\u0131z;\u0130stanbul\n\u015eahin "
            "\u00d6zt\u00fcrk;Diyarbak\u0131r\nO\u011fuz \u00c7al\u0131\u015fkan;Eski\u015fehir\n"},
        EncodingCase{
            "greek", "windows-1253", "",
            "\u03cc\u03bd\u03bf\u03bc\u03b1;"
            "\u03c0\u03cc\u03bb\u03b7\n\u0393\u03b9\u03ce\u03c1\u03b3\u03bf\u03c2;"
            "\u0391\u03b8\u03ae\u03bd\u03b1\n\u039c\u03b1\u03c1\u03af\u03b1;"
            "\u0398\u03b5\u03c3\u03c3\u03b1\u03bb\u03bf\u03bd\u03af\u03ba\u03b7\n\u039d\u03af"
            "\u03ba\u03bf\u03c2;\u03a0\u03ac\u03c4\u03c1\u03b1\n"},
        EncodingCase{"japanese", "shift_jis", "shift_jis",
                     "\u540d\u524d,\u4f4f\u6240\n\u5c71\u7530\u592a\u90ce,"
                     "\u6771\u4eac\u90fd\u5343\u4ee3\u7530\u533a\n\u4f50\u85e4\u82b1\u5b50,"
                     "\u5927\u962a\u5e02\u4e2d\u592e\u533a\n\u3072\u3089\u304c\u306a,"
                     "\u30ab\u30bf\u30ab\u30ca\n"},
        EncodingCase{
            "japanese_euc", "euc-jp", "euc-jp",
            "\u540d\u524d,\u4f4f\u6240\n\u5c71\u7530\u305f\u308d\u3046,"
            "\u3068\u3046\u304d\u3087\u3046\n\u3072\u3089\u304c\u306a,\u30ab\u30bf\u30ab\u30ca\n"},
        EncodingCase{
            "chinese", "gb18030", "gb18030",
            "\u59d3\u540d,\u57ce\u5e02\n\u738b\u5c0f\u660e,\u5317\u4eac\u5e02\n\u674e\u534e,"
            "\u4e0a\u6d77\u5e02\n\u5f20\u4f1f\u516c\u53f8,\u5e7f\u5dde\n"},
        EncodingCase{"korean", "euc-kr", "euc-kr",
                     "\uc774\ub984,\ub3c4\uc2dc\n\uae40\ucca0\uc218,"
                     "\uc11c\uc6b8\ud2b9\ubcc4\uc2dc\n\uc774\uc601\ud76c,"
                     "\ubd80\uc0b0\uad11\uc5ed\uc2dc\n\ubc15\ubbfc\uc218,\ub300\uad6c\n"}),
    [](const auto& test) { return test.param.name; });

// A file with one accented name or two says little; it is Windows-1252 until much speaks against.
TEST(FewAccents, AreWindows1252) {
  Folder folder;
  for (const std::string name :
       {"Ren\u00e9",           "N\u00eemes",  "Zo\u00eb",         "M\u00fcller",
        "Stra\u00dfe",         "Jos\u00e9",   "Pe\u00f1a",        "Jo\u00e3o",
        "Concei\u00e7\u00e3o", "S\u00f8ren",  "\u00c5sa",         "Bj\u00f6rk",
        "Nicol\u00f2",         "Citt\u00e0",  "Ch\u00e2teau",     "\u00c9cole",
        "\u00d6zt\u00fcrk",    "Fa\u00e7ade", "\u00bfQu\u00e9?",  "20 \u20ac",
        "Caf\u00e9\u2122",     "O\u2019Neil", "Acme \u2013 Bolt", "\u201cAcme\u201d"}) {
    const std::string content = "name,city\n" + name + ",Bath\nBob,York\n" + name + ",N\u00eemes\n";
    const std::string bytes = encoded(content, "windows-1252");
    const auto text = opened(folder, bytes);
    EXPECT_EQ(text->encoding(), "windows-1252") << name;
    EXPECT_EQ(all_of(*text), content);
  }
}

TEST(FewBadBytes, LeaveAFileUtf8) {
  Folder folder;
  const auto text =
      opened(folder, "name,city\nJos\u00e9,K\u00f6ln\nM\u00fcller,Z\u00fcrich\nx,\xff\n");
  EXPECT_EQ(text->encoding(), "utf-8");
  EXPECT_FALSE(text->well_formed());
  EXPECT_EQ(all_of(*text), "name,city\nJos\u00e9,K\u00f6ln\nM\u00fcller,Z\u00fcrich\nx,\xff\n");
}

// The only byte that is not ASCII may come after megabytes.
TEST(LateByte, DecidesTheEncoding) {
  Folder folder;
  std::string content;
  while (content.size() < 9'000'000) content += "Ann,Bath,some more text to fill the line with\n";
  content += "Ren\xe9,N\xeemes\n";
  OpenOptions options;
  options.threads = 3;
  const auto text = opened(folder, content, options);
  EXPECT_EQ(text->encoding(), "windows-1252");
  EXPECT_TRUE(all_of(*text).ends_with("Ren\u00e9,N\u00eemes\n"));
  EXPECT_EQ(text->original_offset(text->size() - 1), content.size() - 1);
}

// A character that a piece of the conversion or of the check cuts in two.
TEST(LongText, IsConvertedAcrossItsPieces) {
  Folder folder;
  for (const std::size_t shift : {0, 1, 2, 3}) {
    std::u16string wide_text(shift, u'x');
    std::string utf8(shift, 'x');
    while (wide_text.size() < 150'000) {
      wide_text += u"\U0001f600\u00e9,";
      utf8 += "\U0001f600\u00e9,";
    }
    const auto text = opened(folder, utf16(u"\ufeff" + wide_text, false));
    ASSERT_EQ(text->size(), utf8.size());
    EXPECT_EQ(all_of(*text), utf8);
    // Seven bytes of UTF-8 are eight of UTF-16.
    for (const std::size_t group : {0, 1, 4680, 4681, 9362, 18000}) {
      EXPECT_EQ(text->original_offset(shift + 7 * group), 2 + 2 * shift + 8 * group);
      EXPECT_EQ(text->original_offset(shift + 7 * group + 4), 2 + 2 * shift + 8 * group + 4);
    }
  }
}

TEST(LongText, IsCheckedByAllThreadsAlike) {
  Folder folder;
  std::string content;
  while (content.size() < 13'000'000) content += "\u00e9\u4e2d\U0001f600,x\n";
  for (const unsigned threads : {1U, 4U}) {
    OpenOptions options;
    options.threads = threads;
    EXPECT_TRUE(opened(folder, content, options)->well_formed());
    std::string damaged = content;
    damaged[8'388'607] = '\xff';
    const auto text = opened(folder, damaged, options);
    EXPECT_FALSE(text->well_formed());
    EXPECT_EQ(text->encoding(), "utf-8");
  }
}

TEST(NamedEncoding, GoesByAnyUsualSpelling) {
  EXPECT_EQ(encoding_named("UTF8"), "utf-8");
  EXPECT_EQ(encoding_named("utf-8-sig"), "utf-8");
  EXPECT_EQ(encoding_named("UTF-16LE"), "utf-16le");
  EXPECT_EQ(encoding_named("Latin1"), "windows-1252");
  EXPECT_EQ(encoding_named("ISO-8859-1"), "windows-1252");
  EXPECT_EQ(encoding_named("cp1250"), "windows-1250");
  EXPECT_EQ(encoding_named("CP932"), "shift_jis");
  EXPECT_EQ(encoding_named("gbk"), "gb18030");
  EXPECT_EQ(encoding_named("iso-8859-15"), "iso-8859-15");
  EXPECT_EQ(encoding_named("klingon"), std::nullopt);
}

TEST(NamedEncoding, ThatIsNotKnownIsAnError) {
  Folder folder;
  OpenOptions options;
  options.encoding = "klingon";
  const auto text = open_text(folder.file("leads.csv", "a,b\n"), options);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Errc::invalid_input);
  EXPECT_NE(text.error().message.find("klingon"), std::string::npos);
}

TEST(NamedEncoding, OfTwoOrdersGoesByTheMark) {
  Folder folder;
  OpenOptions options;
  options.encoding = "utf-16";
  EXPECT_EQ(all_of(*opened(folder, utf16(u"\ufeffa,b\n", true), options)), "a,b\n");
  EXPECT_EQ(all_of(*opened(folder, utf16(u"\ufeffa,b\n", false), options)), "a,b\n");
  EXPECT_EQ(all_of(*opened(folder, utf16(u"a,b\n", false), options)), "a,b\n");
}

TEST(Mark, IsToldFromItsLongerSibling) {
  EXPECT_EQ(find_mark("\xff\xfe\0\0x"s).encoding, "utf-32le");
  EXPECT_EQ(find_mark("\xff\xfe\0x"s).encoding, "utf-16le");
  EXPECT_EQ(find_mark("\0\0\xfe\xff"s).encoding, "utf-32be");
  EXPECT_EQ(find_mark("\xfe\xff"s).encoding, "utf-16be");
  EXPECT_EQ(find_mark("\xef\xbb"s).bytes, 0U);
}

}  // namespace
}  // namespace csvm::bytes
