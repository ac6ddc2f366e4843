// From the text of a header to words, concepts and a meaning.
#include "header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "csvm/columns.h"
#include "meaning.h"
#include "vocabulary.h"

namespace csvm::columns {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Words {
  std::string name;
  std::string header;
  std::vector<std::string> words;
  friend void PrintTo(const Words& c, std::ostream* out) { *out << c.name; }
};

class HeaderWords : public testing::TestWithParam<Words> {};

TEST_P(HeaderWords, AreToldApart) { EXPECT_EQ(header_words(GetParam().header), GetParam().words); }

INSTANTIATE_TEST_SUITE_P(
    Styles, HeaderWords,
    testing::Values(
        Words{"blanks", " First  Name ", {"first", "name"}},
        Words{"snake", "first_name", {"first", "name"}},
        Words{"kebab", "first-name", {"first", "name"}},
        Words{"camel", "firstName", {"first", "name"}},
        Words{"pascal", "CompanyHQPhone", {"company", "hq", "phone"}},
        Words{"capitals_before_a_word", "linkedinURLPublic", {"linkedin", "url", "public"}},
        Words{"plural_of_capitals", "companyURLs", {"company", "urls"}},
        Words{"dots", "Lead Owner.id", {"lead", "owner", "id"}},
        Words{"slashes", "categories/0/name", {"categories", "0", "name"}},
        Words{"digits", "Email2", {"email", "2"}},
        Words{"number_sign", "# Employees", {"#", "employees"}},
        Words{"required_mark", "First Name*", {"first", "name"}},
        Words{"brackets", "Revenue (in 000s USD)", {"revenue", "in", "000", "s", "usd"}},
        Words{"accents", "T\u00e9l\u00e9phone", {"telephone"}},
        Words{"emoji", "\U0001F4E7 Email", {"email"}},
        Words{"mail_with_a_hyphen", "E-Mail-Adresse", {"email", "adresse"}},
        Words{"only_signs", " -- ", {}}, Words{"empty", "", {}}),
    [](const auto& row) { return row.param.name; });

TEST(ComparingKey, IsBlindToCaseAccentsSignsAndCamelCase) {
  for (const char* header :
       {"Job-Title", "job_title", "jobTitle", "JOB  TITLE", "J\u00f3b Title"}) {
    EXPECT_EQ(comparing_key(header), "jobtitle") << header;
  }
  EXPECT_EQ(comparing_key(" - "), "");
}

TEST(Vocabulary, KnowsPhrasesOfSevenLanguages) {
  const Vocabulary& vocabulary = Vocabulary::built_in();
  for (const char* phrase :
       {"employee count", "mitarbeiterzahl", "nombre de salaries", "numero de empleados",
        "numero dipendenti", "numero de funcionarios", "aantal medewerkers"}) {
    const auto* senses = vocabulary.find(phrase);
    ASSERT_NE(senses, nullptr) << phrase;
    EXPECT_EQ(senses->front().meant, Concept::employees) << phrase;
  }
  EXPECT_EQ(vocabulary.find("zebra"), nullptr);
}

TEST(Vocabulary, TakesCompoundsApart) {
  EXPECT_THAT(Vocabulary::built_in().decompound("firmentelefonnummer"),
              ElementsAre("firmen", "telefonnummer"));
  EXPECT_THAT(Vocabulary::built_in().decompound("zebrastreifen"), IsEmpty());
}

TEST(Vocabulary, CorrectsSlipsButNotOtherWords) {
  EXPECT_EQ(Vocabulary::built_in().correct("industri"), "industry");
  EXPECT_EQ(Vocabulary::built_in().correct("telehpone"), "telephone");
  EXPECT_EQ(Vocabulary::built_in().correct("zebra"), "");
}

TEST(ReadHeaders, ReadsAWordInTheLanguageOfItsRow) {
  // "Nombre" is a name in Spanish and a number in French.
  const auto spanish = read_headers({"Nombre", "Apellidos", "Empresa", "Correo"});
  EXPECT_TRUE(spanish[0].concepts.has(Concept::name));
  const auto french = read_headers({"Nombre", "Pr\u00e9nom", "Soci\u00e9t\u00e9", "Courriel"});
  EXPECT_FALSE(french[0].concepts.has(Concept::name));
}

TEST(ReadHeaders, DropsAPrefixThatManyHeadersShare) {
  const auto readings = read_headers({"zq_name", "zq_city", "zq_phone", "zebra"});
  EXPECT_THAT(readings[0].unknown, IsEmpty());
  EXPECT_THAT(readings[3].unknown, ElementsAre("zebra"));
}

TEST(ReadHeaders, StopsAtWhatAColumnIsFor) {
  const auto readings = read_headers({"Company Name for Emails"});
  EXPECT_FALSE(readings[0].concepts.has(Concept::email));
}

Meaning meaning_of(const std::string& header) {
  const auto readings = read_headers({header});
  Meaning meaning = understand(readings.front());
  meaning.blocked_by = {};  // borrows the reading
  return meaning;
}

struct Understood {
  std::string header;
  Attribute attribute;
  Entity entity;
  friend void PrintTo(const Understood& c, std::ostream* out) { *out << c.header; }
};

class HeaderMeans : public testing::TestWithParam<Understood> {};

TEST_P(HeaderMeans, AnAttributeOfAnEntity) {
  const Meaning meaning = meaning_of(GetParam().header);
  EXPECT_FALSE(meaning.blocked);
  EXPECT_EQ(static_cast<int>(meaning.attribute), static_cast<int>(GetParam().attribute));
  EXPECT_EQ(static_cast<int>(meaning.entity), static_cast<int>(GetParam().entity));
}

INSTANTIATE_TEST_SUITE_P(
    Headers, HeaderMeans,
    testing::Values(Understood{"Company Name", Attribute::company, Entity::company},
                    Understood{"Contact Company", Attribute::company, Entity::company},
                    Understood{"Company Contact", Attribute::person, Entity::person},
                    Understood{"Name", Attribute::bare_name, Entity::none},
                    Understood{"Company HQ City", Attribute::place, Entity::company},
                    Understood{"Home City", Attribute::place, Entity::person},
                    Understood{"City", Attribute::place, Entity::none},
                    Understood{"Email Domain", Attribute::email_domain, Entity::none},
                    Understood{"Private E-Mail", Attribute::personal_email, Entity::none},
                    Understood{"Name First and Last", Attribute::full_name, Entity::none},
                    Understood{"Email 1 First Name", Attribute::first_name, Entity::none},
                    Understood{"LinkedIn Industry", Attribute::industry, Entity::none},
                    Understood{"Default Address Company", Attribute::company, Entity::company},
                    Understood{"profile_location", Attribute::place, Entity::person}),
    [](const auto& row) {
      std::string name;
      for (const char c : row.param.header) name += c == ' ' || c == '-' ? '_' : c;
      return name;
    });

class HeaderIsSomethingElse : public testing::TestWithParam<std::string> {};

TEST_P(HeaderIsSomethingElse, BecauseOfAWordInIt) { EXPECT_TRUE(meaning_of(GetParam()).blocked); }

INSTANTIATE_TEST_SUITE_P(
    Traps, HeaderIsSomethingElse,
    testing::Values("Previous Company Name", "Parent Company", "Email Status", "Email Opt Out",
                    "E-mail 1 - Label", "Company LinkedIn Followers", "Deal Title",
                    "Number of Retail Locations", "Employee Growth %", "Fax", "Twitter URL",
                    "Company Owner", "Assistant Name", "Founded Date Precision", "SIC Code",
                    "Primary Email Last Verified At", "Letzte Aktivit\u00e4t", "Statut du lead",
                    "How did you hear about us?", "Top Country", "Vendor"));

}  // namespace
}  // namespace csvm::columns
