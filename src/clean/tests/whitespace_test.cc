#include "tests/cleaned.h"

namespace csvm::clean {
namespace {

using columns::Role;

TEST(Whitespace, BecomesSingleBlanksWithNoneAtTheEnds) {
  expect_all(Role::other,
             {{" a", "a"},
              {"a ", "a"},
              {"a  b", "a b"},
              {"\ta\t b\v\f", "a b"},
              {"First line\r\nSecond line\n\n- third", "First line Second line - third"},
              {"   ", ""},
              {"a\u00a0b", "a b"},
              {"\u00a0a\u2003 b\u3000", "a b"},
              {"a\u2028b\u2029c", "a b c"}});
  expect_kept(Role::other, {"", "a", "a b", "Acme Inc.", "007", "1-2", "+1 555 0100", "=1+1",
                            "3.10", "'quoted'", "M\u00fcller", "\u963f\u91cc\u5df4\u5df4"});
}

TEST(Whitespace, IsFoundAtEveryPlaceOfAValueOfAnyLength) {
  for (std::size_t size = 1; size <= 70; ++size) {
    const std::string plain(size, 'x');
    EXPECT_EQ(cleaned(Role::other, plain), plain);
    EXPECT_EQ(cleaned(Role::other, plain + " "), plain);
    EXPECT_EQ(cleaned(Role::other, " " + plain), plain);
    for (std::size_t at = 1; at < size; ++at) {
      const std::string head(at, 'x');
      const std::string tail(size - at, 'y');
      const std::string expected = head + " " + tail;
      EXPECT_EQ(cleaned(Role::other, expected), expected);
      EXPECT_EQ(cleaned(Role::other, head + "  " + tail), expected);
      EXPECT_EQ(cleaned(Role::other, head + "\n" + tail), expected);
      EXPECT_EQ(cleaned(Role::other, head + "\x7f" + tail), head + tail);
      EXPECT_EQ(cleaned(Role::other, head + "\u00a0" + tail), expected);
      EXPECT_EQ(cleaned(Role::other, head + "\u200b" + tail), head + tail);
    }
  }
}

TEST(InvisibleCharacters, AreRemoved) {
  expect_all(Role::other, {{"\ufeff"
                            "Acme",
                            "Acme"},
                           {"Ac\u200bme\u2060", "Acme"},
                           {"Ac\u00admeter", "Acmeter"},
                           {"\u202aAcme\u202c", "Acme"},
                           {"a\u200b b", "a b"},
                           {std::string("a\0b", 3), "ab"},
                           {"a\x01 \x02z", "a z"},
                           {"\u200b", ""}});
}

TEST(Joiners, StayWhereLettersAreSpelledWithThem) {
  const std::string family = "\U0001f468\u200d\U0001f469\u200d\U0001f467";
  const std::string persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645";
  expect_kept(Role::other, {family, persian, "x " + family});
  expect_all(Role::other, {{"a\u200db", "ab"},
                           {"\u200d" + family, family},
                           {family + "\u200d", family},
                           {"\u0645\u200c\u200c\u062e", "\u0645\u062e"},
                           {"\u0645\u200c \u062e", "\u0645 \u062e"}});
}

TEST(BrokenUtf8, IsKept) {
  expect_kept(Role::other, {"a\xff"
                            "b",
                            "\xc3", "caf\xe9 x"});
}

TEST(Phones, LoseNothingButBlanks) {
  expect_kept(Role::phone, {"+1 (555) 010-0199", "0049 171 123", "'+15550100", "=+1555", "007",
                            "555-0100 ext. 5", "4.41E+11"});
  expect_all(Role::phone, {{" +1\u00a0555  0100\u202c", "+1 555 0100"}});
}

TEST(NumbersAndText, AreNeverRetyped) {
  for (const Role role : {Role::other, Role::employee_count, Role::revenue, Role::year_founded,
                          Role::job_title, Role::company_name, Role::industry}) {
    expect_kept(role, {"007", "1-2", "11-50", "1e5", "TRUE", "0.10", "$1,000", "1.000,50 EUR",
                       "2024-01-15", "ACME CORP", "acme corp", "iOS developer", "CEO"});
  }
}

}  // namespace
}  // namespace csvm::clean
