// What sample cells look like, and what that means for a role.
#include "values.h"

#include <gtest/gtest.h>

#include "verdict.h"

namespace csvm::columns {
namespace {

struct Looks {
  std::string name;
  Shape shape;
  std::vector<std::string> yes;
  std::vector<std::string> no;
  friend void PrintTo(const Looks& c, std::ostream* out) { *out << c.name; }
};

class CellShape : public testing::TestWithParam<Looks> {};

TEST_P(CellShape, IsRecognised) {
  for (const std::string& cell : GetParam().yes) {
    EXPECT_EQ(look_at({&cell, 1}).share(GetParam().shape), 1) << cell;
  }
  for (const std::string& cell : GetParam().no) {
    EXPECT_EQ(look_at({&cell, 1}).share(GetParam().shape), 0) << cell;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, CellShape,
    testing::Values(
        Looks{"email",
              Shape::email,
              {"ana@tide.example", "mailto:ana@tide.example"},
              {"@ana", "ana"}},
        Looks{"free_mail", Shape::free_mail, {"ana@gmail.com", "Ana@GMX.de"}, {"ana@tide.example"}},
        Looks{"host",
              Shape::host,
              {"tide.example", "https://www.tide.example/de"},
              {"Tide Inc", "4.5"}},
        Looks{"person_page",
              Shape::linkedin_person,
              {"https://de.linkedin.com/in/ana-b/", "linkedin.com/sales/lead/AC,NAME"},
              {"https://linkedin.com/company/tide", "https://tide.example/in/ana"}},
        Looks{"company_page",
              Shape::linkedin_company,
              {"linkedin.com/company/tide", "https://www.linkedin.com/sales/company/12"},
              {"https://linkedin.com/in/ana"}},
        Looks{"phone",
              Shape::phone,
              {"+1 212-555-0147", "(030) 23125 142", "020 7946 0018 ext 3"},
              {"2024-01-15", "42", "12.50", "4.41E+11"}},
        Looks{"year", Shape::year, {"1998", "2011.0"}, {"98", "3100", "1998-2001"}},
        Looks{"range", Shape::range, {"11-50", "1,001-5,000", "10000+", "Nov-50"}, {"50", "50-11"}},
        Looks{"money", Shape::money, {"$10M", "1.200.000 \u20ac", "EUR 5 Mio"}, {"10"}},
        Looks{"date", Shape::date, {"2024-01-15", "15.01.2024", "Jan 5, 2020"}, {"2024", "1-2"}},
        Looks{"boolean", Shape::boolean, {"TRUE", "nein", "oui"}, {"maybe"}},
        Looks{"country", Shape::country, {"Deutschland", "United States"}, {"Berlin"}},
        Looks{"legal_form", Shape::legal_form, {"Tide GmbH", "Tide S.A."}, {"Ana Tide"}},
        Looks{"person_name",
              Shape::person_name,
              {"Ana Berg", "Jan van der Berg"},
              {"Tide GmbH", "ana"}}),
    [](const auto& row) { return row.param.name; });

Values seen(const std::vector<std::string>& samples) { return look_at(samples); }

TEST(LookAt, CountsOnlyCellsWithSomethingInThem) {
  EXPECT_EQ(seen({"", "  ", "x", "\t"}).count, 1u);
  EXPECT_EQ(seen({}).count, 0u);
}

TEST(Verdict, IsNeutralWithoutValues) {
  for (int role = 0; role <= static_cast<int>(Role::year_founded); ++role) {
    EXPECT_EQ(verdict(static_cast<Role>(role), Part::whole, Values()), Verdict::neutral) << role;
  }
}

TEST(Verdict, RefusesAnEmailColumnWithoutAddresses) {
  EXPECT_EQ(verdict(Role::work_email, Part::whole, seen({"Verified", "Invalid", "Verified"})),
            Verdict::veto);
}

TEST(Verdict, RefusesPagesOfOneDirectoryAsWebsites) {
  EXPECT_EQ(verdict(Role::company_domain, Part::whole,
                    seen({"https://list.example/a", "https://list.example/b", "list.example/c"})),
            Verdict::veto);
}

TEST(Verdict, LetsADirtyColumnPass) {
  EXPECT_NE(
      verdict(Role::work_email, Part::whole, seen({"ana@tide.example", "n/a", "bo@x.example"})),
      Verdict::veto);
}

}  // namespace
}  // namespace csvm::columns
