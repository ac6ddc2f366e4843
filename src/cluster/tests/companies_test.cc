// Pairs of companies that a user would be angry about: merged, or not merged.
#include <gtest/gtest.h>

#include "rows.h"

namespace csvm::cluster {
namespace {

using testing::Row;
using testing::same_company;
constexpr auto companies = columns::TableType::company;

bool same_by_name(const std::string& a, const std::string& b) {
  Settings settings = testing::settings_for(companies);
  settings.has_company = false;  // no file has a domain
  const Clusters clusters = testing::clusters_of({{.company = a}, {.company = b}}, settings);
  return clusters.of_row[0] == clusters.of_row[1];
}

bool is_found_by_name(const std::string& a, const std::string& b) {
  Settings settings = testing::settings_for(companies);
  settings.has_company = false;
  const Clusters clusters = testing::clusters_of({{.company = a}, {.company = b}}, settings);
  return clusters.of_row[0] == clusters.of_row[1] || !clusters.possible.empty();
}

// No word, no begin and no end is in common.
TEST(Companies, FindsSlipsInEachWordOfAFileWithNamesOnly) {
  EXPECT_TRUE(
      is_found_by_name("Tohrnbridge Filrtation Beraings", "Thornbridge Filtration Bearings"));
  EXPECT_TRUE(is_found_by_name("Aternmark Montesori Acadmey", "Sternmark Montessori Academy"));
  EXPECT_FALSE(is_found_by_name("Thornbridge Filtration Bearings", "Sternmark Montessori Academy"));
}

TEST(Companies, NeverMergesByWordsThatDifferAtTheFirstLetter) {
  EXPECT_FALSE(same_by_name("Harrison Instruments", "Garrison Instruments"));
  EXPECT_TRUE(is_found_by_name("Harrison Instruments", "Garrison Instruments"));
  EXPECT_TRUE(same_by_name("Harrison Instruments", "Harison Instruments"));
}

TEST(Companies, SeesThroughLegalFormsAndSpelling) {
  EXPECT_TRUE(same_company({.company = "Nordlicht Software GmbH", .domain = "nordlicht.de"},
                           {.company = "Nordlicht Software", .domain = "nordlicht.de"}));
  EXPECT_TRUE(same_company({.company = "Caf\u00e9 \u00c9poque", .domain = "cafe-epoque.fr"},
                           {.company = "Cafe Epoque SARL", .domain = "cafe-epoque.fr"}));
  EXPECT_TRUE(same_company({.company = "Bright Path Labs", .domain = "brightpath.com"},
                           {.company = "Brightpath Laboratories", .domain = "brightpath.com"}));
}

TEST(Companies, KeepsOneNameOnComAndIoApart) {
  EXPECT_FALSE(same_company({.company = "Quantum Dental", .domain = "quantumdental.com"},
                            {.company = "Quantum Dental", .domain = "quantumdental.io"}));
}

TEST(Companies, FindsOneNameOnComTwice) {
  EXPECT_TRUE(same_company({.company = "Quantum Dental", .domain = "quantumdental.com"},
                           {.company = "Quantum Dental Inc", .domain = "quantumdental.com"}));
}

TEST(Companies, KeepsProximAndProximaApart) {
  EXPECT_FALSE(same_by_name("Proxim", "Proxima"));
  EXPECT_FALSE(same_company({.company = "Proxim", .location = "Austin"},
                            {.company = "Proxima", .location = "Austin"}));
}

TEST(Companies, FindsASlipInALongName) {
  EXPECT_TRUE(same_company({.company = "Winterbourne Logistics", .phone = "512 555 0188"},
                           {.company = "Wintebourne Logistics", .phone = "+1 (512) 555-0188"}));
}

TEST(Companies, NeverMergesByOneAgencyAddress) {
  EXPECT_FALSE(same_company({.company = "Harbor Foods", .domain = "agency.com"},
                            {.company = "Velvet Crane Opera", .domain = "agency.com"}));
}

TEST(Companies, NeverMergesByASwitchboardAlone) {
  EXPECT_FALSE(same_company({.company = "Harbor Foods", .phone = "+1 512 555 0100"},
                            {.company = "Velvet Crane Opera", .phone = "+1 512 555 0100"}));
}

TEST(Companies, SharedHostsIdentifyNobody) {
  EXPECT_FALSE(same_company({.company = "Stone Bakery", .domain = "facebook.com"},
                            {.company = "Willow Salon", .domain = "facebook.com"}));
}

TEST(Companies, MergesNothingByBlanksAndPlaceholders) {
  EXPECT_FALSE(same_company({}, {}));
  EXPECT_FALSE(same_company({.company = "Self-employed"}, {.company = "Self-employed"}));
  EXPECT_FALSE(same_company({.company = "n/a", .domain = "example.com"},
                            {.company = "N/A", .domain = "example.com"}));
}

TEST(Companies, OtherNumbersAreOtherCompanies) {
  EXPECT_FALSE(same_by_name("Studio 54 Design", "Studio 45 Design"));
  EXPECT_FALSE(same_by_name("Harbor Fund II", "Harbor Fund III"));
  EXPECT_TRUE(same_by_name("3Com", "Three Com"));
  EXPECT_TRUE(same_by_name("Brigade Forty-Four", "Brigade 44"));
}

TEST(Companies, OtherTellingWordsAreOtherCompanies) {
  EXPECT_FALSE(same_by_name("Maple Dental", "Maple Roofing"));
  EXPECT_FALSE(same_by_name("University of Northford", "University of Southford"));
  EXPECT_FALSE(same_by_name("Global Business Services", "Global Business Solutions"));
}

TEST(Companies, KnowsTheOtherNameOfACompany) {
  EXPECT_TRUE(same_company(
      {.company = "Lindqvist Holdings LLC dba Evergreen Crafts", .phone = "512 555 0188"},
      {.company = "Evergreen Crafts", .phone = "512 555 0188"}));
}

TEST(Companies, KnowsInitials) {
  EXPECT_TRUE(same_by_name("Friendship Hill NHS", "Friendship Hill National Historic Site"));
}

TEST(Companies, OnePageOutweighsAnotherSite) {
  EXPECT_TRUE(same_company({.company = "Trellis CRM",
                            .domain = "gettrellis.com",
                            .linkedin = "https://www.linkedin.com/company/trelliscrm"},
                           {.company = "Trellis CRM Inc.",
                            .domain = "trelliscrm.com",
                            .linkedin = "https://www.linkedin.com/company/trelliscrm"}));
}

TEST(Companies, OtherPagesAreOtherCompanies) {
  EXPECT_FALSE(same_company({.company = "Summit Consulting",
                             .linkedin = "https://www.linkedin.com/company/summit-consulting"},
                            {.company = "Summit Consulting",
                             .linkedin = "https://www.linkedin.com/company/summit-india"}));
}

TEST(Companies, OneNameAtOtherAddressesStaysApart) {
  EXPECT_FALSE(same_company({.company = "Kite Nursery", .location = "3222 W Division, Chicago"},
                            {.company = "Kite Nursery", .location = "11025 S Halsted, Chicago"}));
}

TEST(Companies, ListsTheNamesakesItKeepsApart) {
  EXPECT_TRUE(testing::is_listed({{.company = "Quantum Dental", .domain = "quantumdental.com"},
                                  {.company = "Quantum Dental", .domain = "quantumdental.io"}},
                                 companies));
}

TEST(Companies, TheThresholdMovesTheLine) {
  const std::vector<Row> rows = {{.company = "Winterbourne Logistics", .phone = "512 555 0188"},
                                 {.company = "Wintebourne Logistics", .phone = "512 555 0188"}};
  Settings settings = testing::settings_for(companies);
  EXPECT_EQ(testing::clusters_of(rows, settings).links.size(), 1U);
  settings.threshold = 99;
  const Clusters strict = testing::clusters_of(rows, settings);
  EXPECT_TRUE(strict.links.empty());
  EXPECT_EQ(strict.possible.size(), 1U);
}

}  // namespace
}  // namespace csvm::cluster
