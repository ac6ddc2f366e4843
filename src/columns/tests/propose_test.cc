// What one row of headers is mapped to: neighbours, values, the user's words, refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proposed.h"

namespace csvm::columns {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

const std::vector<std::string> people_pages = {"https://www.linkedin.com/in/ana-ex1",
                                               "https://www.linkedin.com/in/bo-ex2"};
const std::vector<std::string> company_pages = {"https://www.linkedin.com/company/tide-ex",
                                                "https://www.linkedin.com/company/glas-ex"};

TEST(Propose, LetsTheNeighbourDecideWhatABareNameIs) {
  EXPECT_THAT(mapped(TableType::people, {{"Vorname", {"Ana"}}, {"Name", {"Berg"}}}),
              ElementsAre("First Name", "Last Name"));
  EXPECT_THAT(mapped(TableType::people, {{"Name", {"Ana Berg"}}, {"Company", {"Tide"}}}),
              ElementsAre("Full Name", "Company Name"));
  EXPECT_THAT(mapped(TableType::company, {{"Name", {"Tide"}}, {"Website", {"tide.example"}}}),
              ElementsAre("Company Name", "Company Domain"));
}

TEST(Propose, TellsThePersonsPlaceFromTheCompanys) {
  EXPECT_THAT(mapped(TableType::people, {{"First Name", {}}, {"City", {}}, {"Company City", {}}}),
              ElementsAre("First Name", "Person Location", "Company Location"));
}

TEST(Propose, DecidesALinkedinColumnByItsPages) {
  EXPECT_THAT(mapped(TableType::people, {{"First Name", {"Ana"}}, {"LinkedIn", company_pages}}),
              ElementsAre("First Name", "Company LinkedIn URL"));
  EXPECT_THAT(mapped(TableType::people, {{"First Name", {"Ana"}}, {"LinkedIn", people_pages}}),
              ElementsAre("First Name", "LinkedIn Profile"));
  EXPECT_THAT(mapped(TableType::company, {{"Company", {"Tide"}}, {"LinkedIn", people_pages}}),
              ElementsAre("Company Name", ""));
}

TEST(Propose, RefusesAHeaderWhoseValuesAreSomethingElse) {
  const auto fields = mapped(TableType::people, {{"Email", {"Verified", "Invalid", "Verified"}},
                                                 {"Phone", {"yes", "no", "yes"}}});
  EXPECT_THAT(fields, ElementsAre("", ""));
}

TEST(Propose, TakesFreeMailAddressesForPersonalOnes) {
  EXPECT_THAT(mapped(TableType::people, {{"First Name", {"Ana"}},
                                         {"Email", {"a@gmail.com", "b@gmx.de", "c@yahoo.com"}}}),
              ElementsAre("First Name", "Personal Email"));
}

TEST(Propose, RefusesWhatBelongsToSomebodyElseAndSaysWhy) {
  const FieldSet& fields = built_in_fields(TableType::people);
  const Mapping mapping = propose(
      fields, source_of({{"Full Name", {"Ana Berg"}}, {"Previous Company Name", {"Old Tide"}}}));
  EXPECT_EQ(field_of(mapping, fields, 1), "");
  EXPECT_EQ(mapping.columns[1].reason, "\"previous\" makes it something else");
  EXPECT_EQ(mapping.columns[1].confidence, 0);
  EXPECT_EQ(mapping.columns[1].why, Why::none);
}

TEST(Propose, NamesTheRunnerUpOfARefusal) {
  const FieldSet& fields = built_in_fields(TableType::people);
  const Mapping mapping = propose(fields, source_of({{"Phone", {"yes", "no", "yes"}}}));
  ASSERT_TRUE(mapping.columns[0].runner_up);
  EXPECT_EQ(fields.fields[*mapping.columns[0].runner_up].name, "Phone Number");
}

TEST(Propose, TakesLinkedinPagesUnderAnyHeaderWhenNoOtherColumnHasThem) {
  EXPECT_THAT(mapped(TableType::people, {{"First Name", {"Ana"}}, {"Zebra", people_pages}}),
              ElementsAre("First Name", "LinkedIn Profile"));
  EXPECT_THAT(
      mapped(TableType::people,
             {{"First Name", {"Ana"}}, {"LinkedIn URL", people_pages}, {"Zebra", people_pages}}),
      ElementsAre("First Name", "LinkedIn Profile", ""));
}

TEST(Propose, TakesAnOwnerForThePersonOnlyWhereNobodyElseIsNamed) {
  const std::vector<std::string> names = {"Ana Berg", "Bo Lind", "Cy Wood"};
  EXPECT_THAT(mapped(TableType::people, {{"Business Name", {"Tide"}}, {"Owner", names}}),
              ElementsAre("Company Name", "Full Name"));
  EXPECT_THAT(mapped(TableType::people,
                     {{"Business Name", {"Tide"}}, {"Owner", names}, {"First Name", {"Di"}}}),
              ElementsAre("Company Name", "", "First Name"));
}

TEST(Propose, ReadsALeadingTraderAsTheSubjectOfTheList) {
  EXPECT_THAT(mapped(TableType::company, {{"Vendor", {"Tide"}},
                                          {"Vendor Website", {"tide.example"}},
                                          {"Vendor Contact", {"Ana Berg"}}}),
              ElementsAre("Company Name", "Company Domain", ""));
  EXPECT_THAT(mapped(TableType::company, {{"Company", {"Tide"}}, {"Vendor", {"Glas"}}}),
              ElementsAre("Company Name", ""));
}

TEST(Propose, ReadsAnAmbiguousStateOnlyBesidePartsOfAPlace) {
  EXPECT_THAT(mapped(TableType::people,
                     {{"Nombre", {"Ana"}}, {"Apellidos", {"Berg"}}, {"Estado", {"Puebla"}}}),
              ElementsAre("First Name", "Last Name", ""));
  EXPECT_THAT(mapped(TableType::people, {{"Nombre", {"Ana"}},
                                         {"Apellidos", {"Berg"}},
                                         {"Ciudad", {"Puebla"}},
                                         {"Estado", {"Puebla"}}}),
              ElementsAre("First Name", "Last Name", "Person Location", "Person Location"));
}

TEST(Propose, PrefersTheExactFigureToTheRange) {
  const FieldSet& fields = built_in_fields(TableType::company);
  const Mapping mapping =
      propose(fields, source_of({{"Employee Range", {"11-50"}}, {"Employees", {"42"}}}));
  EXPECT_EQ(mapping.primary[index_of(fields, "Company Employee Count")], 1u);
  EXPECT_EQ(field_of(mapping, fields, 0), "Company Employee Count");
}

TEST(Propose, KeepsDuplicateAndEmptyHeadersApart) {
  const FieldSet& fields = built_in_fields(TableType::people);
  const Mapping mapping = propose(fields, source_of({{"Phone", {"+1 212 555 0147"}},
                                                     {"", {"x"}},
                                                     {"Phone", {"+1 212 555 0148"}},
                                                     {" -- ", {}}}));
  EXPECT_THAT(fields_of(mapping, fields), ElementsAre("Phone Number", "", "Phone Number", ""));
  EXPECT_EQ(mapping.primary[index_of(fields, "Phone Number")], 0u);
  EXPECT_EQ(mapping.columns[1].reason, "the header is empty");
}

TEST(Propose, CopesWithNothingToMap) {
  EXPECT_THAT(mapped(TableType::people, {}), IsEmpty());
  EXPECT_THAT(propose(FieldSet{}, source_of({{"Email", {}}})).fields, IsEmpty());
}

TEST(Propose, ShowsThreeSamplesThatAreNotEmpty) {
  const Mapping mapping = propose(built_in_fields(TableType::people),
                                  source_of({{"Zebra", {"", "a", "b", "", "c", "d"}}}));
  EXPECT_THAT(mapping.columns[0].samples, ElementsAre("a", "b", "c"));
}

// The user's configuration.

FieldSet with(std::vector<Field> fields) { return {TableType::people, std::move(fields)}; }

TEST(Configuration, AliasesWinOverTheBuiltInVocabulary) {
  // To the vocabulary "Fax" is nothing and "Region" a place.
  const FieldSet fields = with({{"Phone Number", Role::phone, {"fax"}},
                                {"Sales Area", Role::other, {"region"}},
                                {"Person Location", Role::person_location, {}}});
  const Mapping mapping = propose(
      fields,
      source_of({{"Fax", {"+1 212 555 0147"}}, {"Region", {"North"}}, {"City", {"Leeds"}}}));
  EXPECT_THAT(fields_of(mapping, fields),
              ElementsAre("Phone Number", "Sales Area", "Person Location"));
  EXPECT_EQ(mapping.columns[0].why, Why::alias);
}

TEST(Configuration, AliasesDoNotOverruleTheValues) {
  const FieldSet fields = with({{"Work Email", Role::work_email, {"contact"}}});
  EXPECT_THAT(fields_of(propose(fields, source_of({{"Contact", {"Ana", "Bo", "Cy"}}})), fields),
              ElementsAre(""));
}

TEST(Configuration, ARenamedFieldKeepsItsRole) {
  const FieldSet fields = with({{"Correo", role_of("Correo", TableType::people), {}},
                                {"Employer", role_of("Employer", TableType::people), {}}});
  EXPECT_THAT(fields_of(propose(fields, source_of({{"E-Mail", {}}, {"Company Name", {}}})), fields),
              ElementsAre("Correo", "Employer"));
}

TEST(Configuration, AnAddedFieldIsFoundByNameAliasAndSimilarity) {
  const FieldSet fields = with({{"Shoe Size", Role::other, {"boot measure"}}});
  for (const char* header : {"shoe_size", "Boot-Measure", "Boot Measures"}) {
    EXPECT_THAT(fields_of(propose(fields, source_of({{header, {"42"}}})), fields),
                ElementsAre("Shoe Size"))
        << header;
  }
}

TEST(Configuration, ARemovedFieldLeavesItsHeadersUnmapped) {
  const FieldSet fields = with({{"Work Email", Role::work_email, {}}});
  const Mapping mapping = propose(fields, source_of({{"Email", {}}, {"Industry", {"Glass"}}}));
  EXPECT_THAT(fields_of(mapping, fields), ElementsAre("Work Email", ""));
  EXPECT_EQ(mapping.columns[1].reason, "no field of this table has this meaning");
}

TEST(Threshold, SaysHowAlikeAFuzzyMatchMustBe) {
  const FieldSet fields = with({{"Zebra Stripe Number", Role::other, {}}});
  const Source source = source_of({{"Zebra Stripes Nmbr", {"7"}}});
  ProposeOptions options;
  options.fuzzy_threshold = 80;
  const Mapping mapping = propose(fields, source, options);
  EXPECT_THAT(fields_of(mapping, fields), ElementsAre("Zebra Stripe Number"));
  EXPECT_EQ(mapping.columns[0].why, Why::fuzzy);
  options.fuzzy_threshold = 99;
  EXPECT_THAT(fields_of(propose(fields, source, options), fields), ElementsAre(""));
}

TEST(Threshold, DoesNotLetASharedWordStandForTheRest) {
  EXPECT_THAT(mapped(TableType::company, {{"Company State Code 7", {}}}),
              ElementsAre(testing::Ne("Company Name")));
}

// The user's word on single headers.

TEST(Overrides, WinOverEverythingElse) {
  const FieldSet& fields = built_in_fields(TableType::people);
  ProposeOptions options;
  options.overrides = {{0, "Phone Number"}, {1, std::nullopt}};
  const Mapping mapping =
      propose(fields, source_of({{"Fax", {"n/a"}}, {"Email", {"a@x.example"}}}), options);
  EXPECT_THAT(fields_of(mapping, fields), ElementsAre("Phone Number", ""));
  EXPECT_EQ(mapping.columns[0].why, Why::user);
  EXPECT_EQ(mapping.columns[0].confidence, 100);
  EXPECT_EQ(mapping.columns[1].why, Why::user);
  EXPECT_EQ(mapping.primary[index_of(fields, "Phone Number")], 0u);
}

TEST(Overrides, MakeTheirColumnThePrimaryOne) {
  const FieldSet& fields = built_in_fields(TableType::people);
  ProposeOptions options;
  options.overrides = {{1, "Phone Number"}};
  const Mapping mapping =
      propose(fields, source_of({{"Phone", {"+1 212 555 0147"}}, {"Hotline", {"+1 212 555 0100"}}}),
              options);
  EXPECT_EQ(mapping.primary[index_of(fields, "Phone Number")], 1u);
  EXPECT_THAT(fields_of(mapping, fields), ElementsAre("Phone Number", "Phone Number"));
}

TEST(Overrides, TheLaterOfTwoOnOneHeaderCounts) {
  const FieldSet& fields = built_in_fields(TableType::people);
  ProposeOptions options;
  options.overrides = {{0, "First Name"}, {0, "Last Name"}};
  const Mapping mapping = propose(fields, source_of({{"X", {}}, {"First Name", {}}}), options);
  EXPECT_THAT(fields_of(mapping, fields), ElementsAre("Last Name", "First Name"));
}

TEST(Overrides, OfUnknownFieldsAndHeadersAreIgnored) {
  const FieldSet& fields = built_in_fields(TableType::people);
  ProposeOptions options;
  options.overrides = {{0, "No Such Field"}, {9, "Email"}};
  EXPECT_THAT(fields_of(propose(fields, source_of({{"First Name", {}}}), options), fields),
              ElementsAre("First Name"));
}

TEST(UniqueHeaders, KeepEveryNameWithoutLoss) {
  EXPECT_THAT(
      unique_headers({"Phone", "Phone", "", "Phone (2)", " Phone ", "column_3"}),
      ElementsAre("Phone", "Phone (3)", "column_3 (2)", "Phone (2)", "Phone (4)", "column_3"));
}

TEST(RoleOf, UnderstandsNamesThatUsersMakeUp) {
  EXPECT_EQ(role_of("E-mail (business)", TableType::people), Role::work_email);
  EXPECT_EQ(role_of("Firma", TableType::people), Role::company_name);
  EXPECT_EQ(role_of("Email Status", TableType::people), Role::other);
  EXPECT_EQ(role_of("", TableType::people), Role::other);
}

}  // namespace
}  // namespace csvm::columns
