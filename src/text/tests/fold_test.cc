#include <gtest/gtest.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "csvm/text.h"

namespace csvm::text {
namespace {

struct Case {
  std::string name;
  std::string text;
  std::string folded;
  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

class Fold : public testing::TestWithParam<Case> {};

TEST_P(Fold, SpellsTheTextForComparing) {
  const auto& [name, text, expected] = GetParam();
  EXPECT_EQ(folded(text), expected);
  EXPECT_EQ(folded(folded(text)), expected);
  std::string out = "kept ";
  fold(text, out);
  EXPECT_EQ(out, "kept " + expected);
}

INSTANTIATE_TEST_SUITE_P(
    Languages, Fold,
    testing::Values(
        Case{"empty", "", ""}, Case{"ascii", "ACME Inc. @[`{ 42", "acme inc. @[`{ 42"},
        Case{"german", "M\u00dcLLER Stra\u00dfe \u1e9e", "muller strasse ss"},
        Case{"nordic", "\u00d8rsted \u00c6r\u00f8 \u00c5se \u00de\u00f3r \u00d0",
             "orsted aero ase thor d"},
        Case{"french", "Cr\u00e9dit \u0152uvre \u00c7a", "credit oeuvre ca"},
        Case{"polish", "\u0141\u00f3d\u017a \u017b\u00f3\u0142\u0107", "lodz zolc"},
        Case{"turkish", "\u0130stanbul \u0131\u015f\u0131k I", "istanbul isik i"},
        Case{"vietnamese", "Nguy\u1ec5n \u0110\u1ed7", "nguyen do"},
        Case{"azerbaijani", "M\u0259mm\u0259dov", "mammadov"},
        Case{"russian", "\u0429\u0443\u043a\u0438\u043d \u0410\u043d\u0434\u0440\u0435\u0439",
             "shchukin andrei"},
        Case{"ukrainian", "\u041a\u0438\u0457\u0432 \u0490", "kiiv g"},
        Case{"greek", "\u03a0\u03b1\u03c0\u03b1\u03b4\u03cc\u03c0\u03bf\u03c5\u03bb\u03bf\u03c2",
             "papadopoulos"},
        Case{"greek_av", "\u03a3\u03c4\u03b1\u03cd\u03c1\u03bf\u03c2", "stavros"},
        Case{"decomposed", "Mu\u0308ller", "muller"},
        Case{"fullwidth", "\uff21\uff23\uff2d\uff25\u3000\uff11", "acme 1"},
        Case{"ligature", "\ufb01n", "fin"}, Case{"trade_mark", "Acme\u2122\u00ae\u00a9", "acme"},
        Case{"quotes", "O\u2019Brien \u201cX\u201d", "o'brien \"x\""},
        Case{"dashes", "a\u2013b\u2014c\u2011d", "a-b-c-d"},
        Case{"invisible", "a\u200bb\ufeffc\u00add", "abcd"},
        Case{"no_break_space", "a\u00a0b", "a b"},
        Case{"japanese_keeps_voicing", "\u304b \u304c", "\u304b \u304b\u3099"},
        Case{"hindi_keeps_vowels", "\u0915\u093f", "\u0915\u093f"},
        Case{"arabic", "\u0623\u062d\u0645\u064e\u062f \u0645\u0640\u062d",
             "\u0627\u062d\u0645\u062f \u0645\u062d"},
        Case{"chinese", "\u963f\u91cc\u5df4\u5df4", "\u963f\u91cc\u5df4\u5df4"},
        Case{"emoji", "\U0001f600", "\U0001f600"}, Case{"broken", "a\xff\xc3z", "a\ufffd\ufffdz"}),
    [](const auto& test) { return test.param.name; });

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

// Every assigned code point, alone: folding twice changes nothing, and the composed and the
// decomposed spelling are one.
TEST(FoldOfEveryCodePoint, IsIdempotentAndBlindToComposition) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* nfd = icu::Normalizer2::getNFDInstance(status);
  ASSERT_TRUE(U_SUCCESS(status));
  int different = 0;
  for (UChar32 c = 1; c <= 0x10FFFF && different < 20; ++c) {
    if (U_IS_SURROGATE(c) || !u_isdefined(c)) continue;
    const icu::UnicodeString text(c);
    const std::string once = folded(utf8(text));
    EXPECT_TRUE(is_valid_utf8(once));
    if (folded(once) != once || folded(utf8(nfd->normalize(text, status))) != once) {
      ADD_FAILURE() << std::hex << c << " -> " << once << " -> " << folded(once);
      ++different;
    }
  }
}

}  // namespace
}  // namespace csvm::text
