#include "tests/cleaned.h"

namespace csvm::clean {
namespace {

using columns::Role;

TEST(Placeholders, CountAsEmpty) {
  for (const char* value : {"N/A",
                            "n/a",
                            "#N/A",
                            " n/a ",
                            "null",
                            "NULL",
                            "(null)",
                            "None",
                            "-",
                            "--",
                            "\u2014",
                            "?",
                            "...",
                            "/",
                            "''",
                            "unknown",
                            "Unknown",
                            "UNKNOWN",
                            "#REF!",
                            "#DIV/0!",
                            "undefined",
                            "NaN",
                            "not available",
                            "k.A.",
                            "K. A.",
                            "Keine Angabe",
                            "unbekannt",
                            "inconnu",
                            "non renseign\u00e9",
                            "NON RENSEIGN\u00c9",
                            "N\u00e3o dispon\u00edvel",
                            "sin datos",
                            "n.v.t.",
                            "brak danych",
                            "\u043d\u0435\u0442",
                            "\u041d\u0435\u0442",
                            "\u041d\u0415\u0422 \u0414\u0410\u041d\u041d\u042b\u0425",
                            "\u65e0",
                            "\u4e0d\u660e",
                            "\uc5c6\uc74c",
                            "n.d."}) {
    EXPECT_TRUE(is_placeholder(value)) << value;
    EXPECT_EQ(cleaned(Role::company_name, value), "") << value;
    EXPECT_EQ(cleaned(Role::other, value), "") << value;
  }
  EXPECT_TRUE(is_placeholder(""));
  EXPECT_TRUE(is_placeholder(" \t"));
}

TEST(Placeholders, AreNotFoundInsideValues) {
  for (const char* value :
       {"NA Corp", "Unknown Worlds", "None of the Above LLC", "0", "*****", "$$$", "+", "x", "No",
        "Null Island Ltd", "C-", "Nada", "-5", "A/B", "Leer", "n/a/b"}) {
    EXPECT_FALSE(is_placeholder(value)) << value;
    EXPECT_EQ(cleaned(Role::other, value), value) << value;
  }
}

TEST(Placeholders, AreValuesWhereTheyCanBe) {
  expect_kept(Role::last_name, {"Null", "Na", "Nil"});
  expect_kept(Role::first_name, {"Nan"});
  expect_all(Role::last_name, {{"NULL", ""}, {"null", ""}, {"None", ""}, {"n/a", ""}, {"NA", ""}});
  expect_kept(Role::other, {"NA"});             // a sales region
  expect_kept(Role::company_location, {"NA"});  // Namibia
  expect_kept(Role::person_location, {"ND"});   // North Dakota
  expect_all(Role::job_title, {{"NA", ""}});
}

}  // namespace
}  // namespace csvm::clean
