#include "damage.h"
#include "tests/cleaned.h"

namespace csvm::clean {
namespace {

using columns::Role;

Damage damage_of(Role role, std::initializer_list<std::string> values) {
  const Rules rules;
  Cleaner cleaner(rules);
  for (const std::string& value : values) EXPECT_EQ(cleaner.clean(role, value), value);
  return cleaner.damage();
}

TEST(ScientificNumbers, AreCountedInPhoneColumns) {
  EXPECT_EQ(damage_of(Role::phone, {"4.41E+11", "4,41E+11", "5E+09", "1.5e+10"}).scientific_numbers,
            4U);
  EXPECT_EQ(damage_of(Role::phone, {"+44 1", "4E", "E+11", "4.E+1", "4.41E+11 x", "4.41E11"})
                .scientific_numbers,
            0U);
  EXPECT_EQ(damage_of(Role::other, {"4.41E+11"}).scientific_numbers, 0U);
}

TEST(DatesFromRanges, AreCountedInEmployeeColumns) {
  EXPECT_EQ(damage_of(Role::employee_count,
                      {"Nov-50", "10-Jan", "2-Oct", "50-Nov", "11. Okt", "01.11.2050", "2050-11-01",
                       "11/1/2050", "2050-11-01 00:00:00"})
                .dates_from_ranges,
            9U);
  EXPECT_EQ(damage_of(Role::employee_count, {"11-50", "1-10", "5000+", "51 - 200", "10,001+", "42",
                                             "1.000", "May be", "201-500 employees"})
                .dates_from_ranges,
            0U);
}

TEST(LostZeros, NeedNumbersThatProveThem) {
  const Damage proven = damage_of(
      Role::phone, {"0612345678", "06 12 34 56 79", "0612345670", "612345671", "712345672"});
  EXPECT_EQ(proven.lost_zeros(), 2U);
  EXPECT_EQ(damage_of(Role::phone, {"612345671", "712345672"}).lost_zeros(), 0U);
  // North American numbers have no zero to lose.
  EXPECT_EQ(damage_of(Role::phone, {"01761234567", "01761234568", "01761234569", "2125550100"})
                .lost_zeros(),
            0U);
  // The sum decides, however the rows were dealt out.
  Damage sum = damage_of(Role::phone, {"0612345678", "612345671"});
  EXPECT_EQ(sum.lost_zeros(), 0U);
  sum += damage_of(Role::phone, {"0612345677", "0612345670"});
  EXPECT_EQ(sum.lost_zeros(), 1U);
}

TEST(Mojibake, IsUtf8ReadAsWindows1252) {
  for (const char* text : {"M\u00c3\u00bcller", "caf\u00c3\u00a9", "it\u00e2\u20ac\u2122s",
                           "\u00c2\u00a9 Acme", "na\u00c3\u00afve", "\u0141\u00c3\u00b3d\u017a",
                           "\u00d0\u00a4\u00d0\u00b8\u00d1\u20ac\u00d0\u00bc\u00d0\u00b0",
                           "M\ufffdller", "\u00c5\u201aukasz"}) {
    EXPECT_TRUE(is_mojibake(text)) << text;
  }
  for (const char* text :
       {"M\u00fcller", "S\u00c3O PAULO", "\u00c2ge", "ESPA\u00d1A", "\u00ab\u00c9T\u00c9\u00bb",
        "ch\u00e2teau", "\u00ce\u00eele", "\u041f\u0435\u0442\u0440", "\u963f\u91cc",
        "LA\u00d1\u00bb", "\u00d8rsted \u00c6r\u00f8", ""}) {
    EXPECT_FALSE(is_mojibake(text)) << text;
  }
  EXPECT_EQ(damage_of(Role::company_name, {"M\u00c3\u00bcller", "M\u00fcller"}).mojibake, 1U);
}

}  // namespace
}  // namespace csvm::clean
