#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "csvm/output.h"

namespace csvm::output {
namespace {

using columns::Role;

columns::FieldSet people() {
  return {columns::TableType::people,
          {{"First Name", Role::first_name, {}},
           {"Company Name", Role::company_name, {}},
           {"LinkedIn Profile", Role::person_linkedin, {}},
           {"Company LinkedIn URL", Role::company_linkedin, {}},
           {"Industry", Role::industry, {}},
           {"Shoe Size", Role::other, {}},
           {"Company Mood", Role::other, {}}}};
}

columns::FieldSet companies() {
  return {columns::TableType::company,
          {{"Company Name", Role::company_name, {}},
           {"Company Domain", Role::company_domain, {}},
           {"Industry", Role::industry, {}}}};
}

std::string spelled(const columns::FieldSet& fields, const std::vector<std::string>& headers,
                    const std::vector<std::string_view>& values) {
  std::string text;
  Payload(fields, headers).spell(values, text);
  return text;
}

TEST(Payload, OfACompanyIsFlat) {
  EXPECT_EQ(spelled(companies(), {"Company Name", "Company Domain", "Industry", "Technologies"},
                    {"Acme", "acme.example", "Tools", "Rust; C++"}),
            R"({"company_name":"Acme","company_domain":"acme.example","industry":"Tools",)"
            R"("additional_fields":{"Technologies":"Rust; C++"}})");
}

TEST(Payload, OfAPersonNestsPersonAndCompanyByTheMeaningOfTheFields) {
  EXPECT_EQ(spelled(people(),
                    {"Notes", "Company Name", "First Name", "LinkedIn Profile", "Industry",
                     "Company LinkedIn URL", "Shoe Size", "Company Mood"},
                    {"n", "Acme", "Ann", "p", "Tools", "c", "42", "good"}),
            R"({"person":{"first_name":"Ann","linkedin_profile":"p","shoe_size":"42"},)"
            R"("company":{"company_name":"Acme","company_linkedin_url":"c","industry":"Tools",)"
            R"("company_mood":"good"},"additional_fields":{"Notes":"n"}})");
}

TEST(Payload, LeavesEmptyAndMissingValuesOut) {
  EXPECT_EQ(spelled(people(), {"First Name", "Company Name", "Notes"}, {"", "Acme"}),
            R"({"person":{},"company":{"company_name":"Acme"},"additional_fields":{}})");
}

TEST(Payload, KeepsValuesAsText) {
  EXPECT_EQ(spelled(companies(), {"Company Name", "Zip", "Active", "Nothing"},
                    {"007", "01234", "true", "null"}),
            R"({"company_name":"007",)"
            R"("additional_fields":{"Zip":"01234","Active":"true","Nothing":"null"}})");
}

TEST(Payload, LosesNoColumnWhenTwoAreNamedLikeOneField) {
  EXPECT_EQ(spelled(companies(), {"Company Name", "company_name"}, {"a", "b"}),
            R"({"company_name":"a","additional_fields":{"company_name":"b"}})");
}

TEST(Payload, IsJsonWhateverTheValuesHold) {
  std::string every_byte;
  for (int c = 0; c < 0x80; ++c) every_byte += static_cast<char>(c);
  every_byte += "\xC3\xBC\xF0\x9F\x98\x80\xE2\x80\xA8";
  const std::string header = "a \"quoted\"\n\\header";
  const auto parsed =
      boost::json::parse(spelled(companies(), {"Company Name", header}, {every_byte, every_byte}));
  EXPECT_EQ(parsed.at("company_name").as_string(), every_byte);
  EXPECT_EQ(parsed.at("additional_fields").at(header).as_string(), every_byte);
}

TEST(SnakeCase, IsLowerCaseWithUnderscores) {
  EXPECT_EQ(snake_case("Company LinkedIn URL"), "company_linkedin_url");
  EXPECT_EQ(snake_case(" E-Mail (work) "), "e_mail_work");
  EXPECT_EQ(snake_case("Gr\xC3\xB6\xC3\x9F"
                       "e 2"),
            "gr\xC3\xB6\xC3\x9F"
            "e_2");
}

}  // namespace
}  // namespace csvm::output
