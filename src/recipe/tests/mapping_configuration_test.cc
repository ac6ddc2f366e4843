#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "csvm/recipe.h"

namespace csvm::recipe {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string mistakes_in(std::string_view json) {
  const auto configuration = parse_mapping_configuration(json, "fields.json");
  EXPECT_FALSE(configuration) << json;
  if (configuration) return {};
  EXPECT_EQ(configuration.error().code, Errc::invalid_input);
  return configuration.error().message;
}

MappingConfiguration parsed(std::string_view json) {
  auto configuration = parse_mapping_configuration(json, "fields.json");
  EXPECT_TRUE(configuration) << configuration.error().message;
  return configuration ? std::move(*configuration) : MappingConfiguration{};
}

bool same_fields(const columns::FieldSet& a, const columns::FieldSet& b) {
  return std::ranges::equal(a.fields, b.fields, [](const auto& x, const auto& y) {
    return x.name == y.name && x.role == y.role && x.aliases == y.aliases;
  });
}

// The shape that users already have, with every key it knows.
constexpr std::string_view old_file = R"({
  "company_mappings": {
    "Company Name": ["company name", "business name", "organization", "company", "firm"],
    "Company Domain": ["domain", "website", "url", "web site"],
    "Company LinkedIn": ["linkedin", "linkedin url"],
    "Year Founded": ["founded", "started"]
  },
  "people_mappings": {
    "First Name": ["first name", "fname", "given name", "first"],
    "Work Email": ["email", "e-mail", "company email"],
    "Personal Email": ["private email", "home email"],
    "Phone Number": ["phone", "mobile", "cell"]
  },
  "data_cleaning_rules": {
    "domain_prefixes_to_remove": ["https://", "http://", "www.", "www2.", "m."],
    "domain_suffixes_to_remove": ["/", "/#", "?"],
    "normalize_whitespace": true,
    "remove_extra_spaces": true,
    "standardize_case": {"domains": "lowercase", "names": "title_case"},
    "personal_email_domains": ["gmail.com", "Yahoo.com", "@hotmail.com"]
  }
})";

TEST(MappingConfiguration, LoadsTheShapeThatUsersHave) {
  const MappingConfiguration configuration = parsed(old_file);
  ASSERT_EQ(configuration.company.fields.size(), 4u);
  EXPECT_EQ(configuration.company.fields[0].name, "Company Name");
  EXPECT_EQ(configuration.company.fields[0].role, columns::Role::company_name);
  // The field's own name is no alias.
  EXPECT_THAT(configuration.company.fields[0].aliases,
              ElementsAre("business name", "organization", "company", "firm"));
  EXPECT_EQ(configuration.people.fields[1].role, columns::Role::work_email);
  EXPECT_THAT(configuration.rules.personal_email_domains,
              ElementsAre("gmail.com", "yahoo.com", "hotmail.com"));
  EXPECT_TRUE(configuration.rules.on(clean::Rule::names));
  EXPECT_TRUE(configuration.rules.on(clean::Rule::domains));
  EXPECT_THAT(configuration.warnings, testing::IsEmpty());
}

TEST(MappingConfiguration, KeepsTheOrderOfTheFields) {
  const auto configuration = parsed(R"({"people_mappings": {"Zip": [], "Age": [], "Email": []}})");
  std::vector<std::string> names;
  for (const auto& field : configuration.people.fields) names.push_back(field.name);
  EXPECT_THAT(names, ElementsAre("Zip", "Age", "Email"));
}

TEST(MappingConfiguration, KeepsTheBuiltInFieldsOfATableThatIsNotMentioned) {
  const auto configuration = parsed(R"({"people_mappings": {"Email": []}})");
  EXPECT_TRUE(
      same_fields(configuration.company, columns::built_in_fields(columns::TableType::company)));
}

TEST(MappingConfiguration, KnowsTheRoleOfARenamedField) {
  const auto configuration =
      parsed(R"({"people_mappings": {"E-Mail, business": [], "Given Name": [], "Shoe Size": []}})");
  EXPECT_EQ(configuration.people.fields[0].role, columns::Role::work_email);
  EXPECT_EQ(configuration.people.fields[1].role, columns::Role::first_name);
  EXPECT_EQ(configuration.people.fields[2].role, columns::Role::other);
}

TEST(MappingConfiguration, TakesTheRoleOfAFieldWithoutMeaningFromItsAliases) {
  const auto configuration = parsed(R"({"people_mappings": {
    "Box 1": ["business email", "anything"], "Box 2": ["surname", "telephone"],
    "Job Title": [], "Box 3": ["occupation"], "Fax": ["fax number"]}})");
  EXPECT_EQ(configuration.people.fields[0].role, columns::Role::work_email);
  EXPECT_EQ(configuration.people.fields[1].role, columns::Role::other) << "of two fields";
  EXPECT_EQ(configuration.people.fields[3].role, columns::Role::other) << "taken by Job Title";
  EXPECT_EQ(configuration.people.fields[4].role, columns::Role::other);
}

struct Mistake {
  std::string name;
  std::string json;
  std::string says;
  friend void PrintTo(const Mistake& c, std::ostream* out) { *out << c.name; }
};

class MappingConfigurationNames : public testing::TestWithParam<Mistake> {};

TEST_P(MappingConfigurationNames, EveryMistakeByItsPath) {
  EXPECT_THAT(mistakes_in(GetParam().json), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, MappingConfigurationNames,
    testing::Values(
        Mistake{"no_json", "{\"people_mappings\":\n  oops}", "fields.json, line 2, column"},
        Mistake{"cut_off", "{\"people_mappings\": {", "this is no valid JSON"},
        Mistake{"list_at_the_top", "[]", "must be an object, not a list"},
        Mistake{"fields_as_list", R"({"people_mappings": []})",
                "people_mappings: must be an object of fields"},
        Mistake{"no_fields", R"({"people_mappings": {}})", "must name at least one field"},
        Mistake{"empty_name", R"({"people_mappings": {" ": []}})",
                "people_mappings.\" \": a field needs a name"},
        Mistake{"name_without_letters", R"({"people_mappings": {"--": []}})", "letters or digits"},
        Mistake{"aliases_as_text", R"({"people_mappings": {"Work Email": "email"}})",
                "people_mappings.\"Work Email\": must be a list of other names, not a text"},
        Mistake{"alias_as_number", R"({"people_mappings": {"Work Email": ["a", "b", "c", 7]}})",
                "people_mappings.\"Work Email\"[3]: must be a text, not a number"},
        Mistake{"empty_alias", R"({"people_mappings": {"Email": ["  "]}})",
                "people_mappings.Email[0]: is empty"},
        Mistake{"alias_of_two_fields",
                R"({"people_mappings": {"Phone": ["tel", "Mobile"], "Cell": ["mobile"]}})",
                "people_mappings.Cell[0]: \"mobile\" already belongs to \"Phone\" "
                "(people_mappings.Phone[1])"},
        Mistake{"alias_that_names_another_field",
                R"({"people_mappings": {"Phone": ["E-Mail"], "Email": []}})",
                "people_mappings.Phone[0]: \"E-Mail\" is the name of another field"},
        Mistake{"field_twice", R"({"people_mappings": {"Email": [], "Email": ["mail"]}})",
                "people_mappings.Email: stands there twice"},
        Mistake{"field_twice_in_other_spelling",
                R"({"people_mappings": {"Job Title": [], "job_title": []}})",
                "people_mappings.job_title: is the same field as people_mappings.\"Job Title\""},
        Mistake{"rules_as_list", R"({"data_cleaning_rules": [1]})",
                "data_cleaning_rules: must be an object, not a list"},
        Mistake{"rule_as_text", R"({"data_cleaning_rules": {"normalize_whitespace": "yes"}})",
                "data_cleaning_rules.normalize_whitespace: must be true or false, not a text"},
        Mistake{"unknown_case",
                R"({"data_cleaning_rules": {"standardize_case": {"names": "UPPER"}}})",
                "data_cleaning_rules.standardize_case.names: must be \"title_case\" or \"none\""},
        Mistake{"no_domain",
                R"({"data_cleaning_rules": {"personal_email_domains": ["gmail.com", "gmail"]}})",
                "data_cleaning_rules.personal_email_domains[1]: \"gmail\" is no domain"}),
    [](const auto& test) { return test.param.name; });

TEST(MappingConfiguration, NamesAllMistakesAtOnce) {
  const std::string message =
      mistakes_in(R"({"people_mappings": {"A": [1], "B": [2]}, "company_mappings": 3})");
  EXPECT_THAT(message, HasSubstr("3 mistakes"));
  EXPECT_THAT(message, HasSubstr("people_mappings.A[0]"));
  EXPECT_THAT(message, HasSubstr("people_mappings.B[0]"));
  EXPECT_THAT(message, HasSubstr("company_mappings: must be"));
}

TEST(MappingConfiguration, WarnsOfWhatHasNoEffect) {
  const auto configuration = parsed(R"({
    "_comment": "ours", "people_mapings": {},
    "people_mappings": {"Email": ["mail", "mail"]},
    "data_cleaning_rules": {"remove_emoji": true, "standardize_case": {"cities": "none"}}
  })");
  EXPECT_THAT(configuration.warnings,
              ElementsAre(HasSubstr("fields.json: people_mapings: is not known"),
                          HasSubstr("people_mappings.Email[1]: \"mail\" is given twice"),
                          HasSubstr("data_cleaning_rules.remove_emoji: is not known"),
                          HasSubstr("data_cleaning_rules.standardize_case.cities: is not known")));
}

TEST(MappingConfiguration, AllowsCommentsTrailingCommasAndAByteOrderMark) {
  const auto configuration =
      parsed("\xef\xbb\xbf{ // ours\n \"people_mappings\": {\"Email\": [\"mail\",],}, }");
  EXPECT_THAT(configuration.people.fields.at(0).aliases, ElementsAre("mail"));
}

TEST(MappingConfiguration, SwitchesRulesOff) {
  const auto configuration = parsed(R"({"data_cleaning_rules": {
    "normalize_whitespace": false, "remove_extra_spaces": false,
    "standardize_case": {"domains": "none", "names": "none"}}})");
  EXPECT_FALSE(configuration.rules.on(clean::Rule::whitespace));
  EXPECT_FALSE(configuration.rules.on(clean::Rule::domains));
  EXPECT_FALSE(configuration.rules.on(clean::Rule::names));
  EXPECT_TRUE(configuration.rules.on(clean::Rule::emails));
}

TEST(MappingConfiguration, SwitchesEveryRuleOffAndReadsItBack) {
  const auto configuration = parsed(R"({"data_cleaning_rules": {
    "normalize_whitespace": false, "remove_extra_spaces": false, "remove_placeholders": false,
    "normalize_emails": false, "normalize_linkedin": false,
    "standardize_case": {"domains": "none", "names": "none"}}})");
  EXPECT_THAT(configuration.warnings, testing::IsEmpty());
  EXPECT_TRUE(configuration.rules.enabled.none());
  EXPECT_TRUE(parsed(to_json(configuration)).rules.enabled.none());
}

TEST(MappingConfiguration, NamesASwitchThatIsNoSwitch) {
  EXPECT_THAT(mistakes_in(R"({"data_cleaning_rules": {"normalize_emails": "yes"}})"),
              HasSubstr("data_cleaning_rules.normalize_emails: must be true or false"));
}

TEST(MappingConfiguration, ReadsBackWhatItWrites) {
  const MappingConfiguration configuration = parsed(old_file);
  const MappingConfiguration again = parsed(to_json(configuration));
  EXPECT_TRUE(same_fields(again.company, configuration.company));
  EXPECT_TRUE(same_fields(again.people, configuration.people));
  EXPECT_EQ(again.rules.enabled, configuration.rules.enabled);
  EXPECT_EQ(again.rules.domain_prefixes, configuration.rules.domain_prefixes);
  EXPECT_EQ(again.rules.domain_suffixes, configuration.rules.domain_suffixes);
  EXPECT_EQ(again.rules.personal_email_domains, configuration.rules.personal_email_domains);
  EXPECT_EQ(to_json(again), to_json(configuration));
}

TEST(MappingConfiguration, IsShippedWithTheBuiltInFields) {
  const auto shipped = load_mapping_configuration(CSVM_SHIPPED_CONFIGURATION);
  ASSERT_TRUE(shipped) << shipped.error().message;
  EXPECT_THAT(shipped->warnings, testing::IsEmpty());
  const MappingConfiguration built_in = built_in_configuration();
  EXPECT_EQ(to_json(*shipped), to_json(built_in))
      << "config/field_mappings.json and src/columns/fields.cc differ";
}

TEST(MappingConfiguration, SaysWhichFileCannotBeRead) {
  const auto missing = load_mapping_configuration("/nowhere/fields.json");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr("/nowhere/fields.json"));
}

}  // namespace
}  // namespace csvm::recipe
