#include "tests/cleaned.h"

namespace csvm::clean {
namespace {

using columns::Role;

TEST(LinkedinProfiles, HaveOneSpelling) {
  const std::string jane = "https://www.linkedin.com/in/jane-doe-12";
  for (const char* value :
       {"https://www.linkedin.com/in/jane-doe-12/", "http://www.linkedin.com/in/jane-doe-12",
        "linkedin.com/in/Jane-Doe-12", "www.linkedin.com/in/jane-doe-12?trk=x#y",
        "https://uk.linkedin.com/in/jane-doe-12/en", "https://m.linkedin.com/in/jane-doe-12",
        "HTTPS://LINKEDIN.COM/IN/JANE-DOE-12", "in/jane-doe-12", "/in/jane-doe-12/",
        "[Jane](https://www.linkedin.com/in/jane-doe-12)",
        "<https://www.linkedin.com/in/jane-doe-12>", "//linkedin.com/in/jane-doe-12",
        "https://www.linkedin.com/in/jane-doe-12/details/experience/",
        "https://www.linkedin.com:443/in/jane-doe-12",
        " https://www.linkedin.com/in/jane-doe-12 "}) {
    EXPECT_EQ(cleaned(Role::person_linkedin, value), jane) << value;
  }
  expect_all(
      Role::person_linkedin,
      {{"linkedin.com/in/j%c3%bcrgen-m", "https://www.linkedin.com/in/j%C3%BCrgen-m"},
       {"linkedin.com/in/J\u00dcRGEN-m", "https://www.linkedin.com/in/j%C3%BCrgen-m"},
       {"https://www.linkedin.com/mwlite/in/jane-doe", "https://www.linkedin.com/in/jane-doe"},
       {"linkedin.com/in/AEMAAB3xYzAAAAAAAAAA", "https://www.linkedin.com/in/AEMAAB3xYzAAAAAAAAAA"},
       {"linkedin.com/in/ACoAAB3xYzAAAAAAAAAA/",
        "https://www.linkedin.com/in/ACoAAB3xYzAAAAAAAAAA"},
       {"https://de.linkedin.com/pub/jane-doe/1/2b/3C/",
        "https://www.linkedin.com/pub/jane-doe/1/2b/3c"},
       {"linkedin.com/company/acme/about", "https://www.linkedin.com/company/acme"}});
}

TEST(LinkedinCompanies, HaveOneSpelling) {
  expect_all(
      Role::company_linkedin,
      {{"linkedin.com/company/Acme-Inc/", "https://www.linkedin.com/company/acme-inc"},
       {"https://www.linkedin.com/company/1234/?x=1", "https://www.linkedin.com/company/1234"},
       {"https://www.linkedin.com/company-beta/1234", "https://www.linkedin.com/company/1234"},
       {"http://fr.linkedin.com/school/mit/", "https://www.linkedin.com/school/mit"},
       {"linkedin.com/showcase/acme-labs", "https://www.linkedin.com/showcase/acme-labs"},
       {"company/acme", "https://www.linkedin.com/company/acme"},
       {"acme-inc", "https://www.linkedin.com/company/acme-inc"}});
  expect_all(Role::company_linkedin_handle,
             {{"https://www.linkedin.com/company/acme-inc/about", "acme-inc"},
              {"@Acme", "acme"},
              {"Acme-Inc", "acme-inc"},
              {"company/acme", "acme"}});
  expect_kept(Role::company_linkedin_handle,
              {"acme", "acme-inc", "Acme Inc", "linkedin.com/in/jane"});
}

TEST(LinkedinAddressesWithoutAPublicName, Stay) {
  expect_kept(Role::person_linkedin,
              {"https://www.linkedin.com/sales/lead/ACwAAB,NAME_SEARCH,x",
               "https://www.linkedin.com/sales/people/ACwAAAxyz", "https://lnkd.in/abc",
               "https://www.linkedin.com/profile/view?id=1", "https://www.linkedin.com/in/",
               "https://www.linkedin.com", "https://notlinkedin.com/in/jane", "Jane Doe", "yes",
               "jane", "jane-doe-12", "@jane-doe", "https://www.linkedin.com/in/jane doe",
               "https://www.linkedin.com/in/jane, https://www.linkedin.com/in/john",
               "https://acme.com/in/jane"});
  expect_kept(Role::company_linkedin,
              {"https://www.linkedin.com/sales/company/1234", "Acme", "https://acme.com"});
}

TEST(LinkedinHandle, AndUrlAreDerivedFromEachOther) {
  EXPECT_EQ(linkedin_handle("https://www.linkedin.com/company/Acme/about"), "acme");
  EXPECT_EQ(linkedin_handle("linkedin.com/school/mit"), "mit");
  EXPECT_EQ(linkedin_handle("linkedin.com/in/jane"), "");
  EXPECT_EQ(linkedin_handle("acme"), "");
  EXPECT_EQ(linkedin_handle(""), "");
  EXPECT_EQ(linkedin_company_url("acme"), "https://www.linkedin.com/company/acme");
  EXPECT_EQ(linkedin_company_url("@Acme"), "https://www.linkedin.com/company/acme");
  EXPECT_EQ(linkedin_company_url("linkedin.com/company/acme"),
            "https://www.linkedin.com/company/acme");
  EXPECT_EQ(linkedin_company_url("Acme Inc"), "");
  EXPECT_EQ(linkedin_company_url(""), "");
  EXPECT_EQ(linkedin_person("http://uk.linkedin.com/in/Jane-Doe?trk=x"), "jane-doe");
  EXPECT_EQ(linkedin_person("linkedin.com/company/acme"), "");
  EXPECT_EQ(linkedin_person("linkedin.com/pub/jane/1/2/3"), "");
}

}  // namespace
}  // namespace csvm::clean
