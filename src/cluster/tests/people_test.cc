// Pairs of people that a user would be angry about: merged, or not merged.
#include <gtest/gtest.h>

#include "rows.h"

namespace csvm::cluster {
namespace {

using testing::Row;
using testing::same_person;
constexpr auto people = columns::TableType::people;

TEST(People, FindsNicknamesAtOneCompany) {
  EXPECT_TRUE(same_person({.name = "Bob Ellison", .company = "Crane Hydraulics, Inc."},
                          {.name = "Robert Ellison", .company = "Crane Hydraulics"}));
}

TEST(People, KeepsRobertAndRachelApart) {
  EXPECT_FALSE(same_person({.name = "Rachel Ellison", .company = "Crane Hydraulics, Inc."},
                           {.name = "Robert Ellison", .company = "Crane Hydraulics"}));
}

TEST(People, KeepsJonAndJoanApart) {
  EXPECT_FALSE(same_person({.name = "Jon Weber", .company = "Novak Glass"},
                           {.name = "Joan Weber", .company = "Novak Glass"}));
}

TEST(People, FindsJonAndJonathan) {
  EXPECT_TRUE(same_person({.name = "Jon Weber", .company = "Novak Glass"},
                          {.name = "Jonathan Weber", .company = "Novak Glass"}));
}

TEST(People, KeepsMarioAndMariaApart) {
  EXPECT_FALSE(same_person({.name = "Mario Rossi", .company = "Lotus Imports"},
                           {.name = "Maria Rossi", .company = "Lotus Imports"}));
}

TEST(People, KeepsFatherAndSonApart) {
  EXPECT_FALSE(same_person({.name = "Thomas Whitfield Sr.", .company = "Whitfield Tools"},
                           {.name = "Thomas Whitfield Jr.", .company = "Whitfield Tools"}));
}

TEST(People, KeepsFatherAndSonApartWhenOnlyOneIsMarked) {
  EXPECT_FALSE(same_person({.name = "Thomas Whitfield", .company = "Whitfield Tools"},
                           {.name = "Thomas Whitfield Jr.", .company = "Whitfield Tools"}));
}

TEST(People, FindsTheSonTwice) {
  EXPECT_TRUE(same_person({.name = "Whitfield, Thomas, Jr", .company = "Whitfield Tools Ltd"},
                          {.name = "Thomas Whitfield II", .company = "Whitfield Tools"}) ||
              same_person({.name = "Thomas Whitfield, Jr.", .company = "Whitfield Tools Ltd"},
                          {.name = "Tom Whitfield Jr", .company = "Whitfield Tools"}));
}

TEST(People, KeepsNamesakesAtOneCompanyApartByTheirProfiles) {
  EXPECT_FALSE(same_person({.name = "David Lee",
                            .company = "Hanbit",
                            .linkedin = "https://www.linkedin.com/in/davidlee1"},
                           {.name = "David Lee",
                            .company = "Hanbit",
                            .linkedin = "https://www.linkedin.com/in/dlee-hw"}));
}

TEST(People, KeepsNamesakesAtOneCompanyApartByTheirMailboxes) {
  EXPECT_FALSE(same_person(
      {.name = "David Lee", .company = "Hanbit", .work_email = "david.lee@hanbit.kr"},
      {.name = "David Lee", .company = "Hanbit", .work_email = "david.lee2@hanbit.kr"}));
}

TEST(People, KeepsNamesakesAtOtherCompaniesApart) {
  EXPECT_FALSE(same_person({.name = "Maria Garcia", .company = "Sunline Tours"},
                           {.name = "Maria Garcia", .company = "Bolt Freight"}));
}

TEST(People, FollowsAProfileToAnotherCompany) {
  EXPECT_TRUE(same_person({.name = "Maria Garcia",
                           .company = "Sunline Tours",
                           .linkedin = "https://www.linkedin.com/in/maria-garcia-1"},
                          {.name = "Maria Garcia",
                           .company = "Bolt Freight",
                           .linkedin = "linkedin.com/in/maria-garcia-1/"}));
}

TEST(People, FollowsAProfileThroughMarriage) {
  EXPECT_TRUE(same_person({.name = "Sara Cole",
                           .company = "Dune Media",
                           .linkedin = "https://www.linkedin.com/in/saracole9"},
                          {.name = "Sara Whitfield",
                           .company = "Dune Media",
                           .linkedin = "https://www.linkedin.com/in/saracole9"}));
}

TEST(People, DistrustsAProfileThatTwoDifferentNamesShare) {
  EXPECT_FALSE(same_person(
      {.name = "Sara Cole", .company = "Dune", .linkedin = "https://www.linkedin.com/in/dune"},
      {.name = "Peter Moss", .company = "Dune", .linkedin = "https://www.linkedin.com/in/dune"}));
}

TEST(People, NeverMergesByARoleMailbox) {
  EXPECT_FALSE(same_person(
      {.name = "Carys Bowen", .company = "Dragon Brewing", .work_email = "info@dragonbrew.wales"},
      {.name = "Owen Pryce", .company = "Dragon Brewing", .work_email = "info@dragonbrew.wales"}));
}

TEST(People, NeverMergesByAFamilyMailbox) {
  EXPECT_FALSE(same_person({.name = "Anna Horvat",
                            .company = "River Staffing",
                            .personal_email = "horvatfamily@gmail.com"},
                           {.name = "Omar Horvat",
                            .company = "River Staffing",
                            .personal_email = "horvatfamily@gmail.com"}));
}

TEST(People, NeverMergesByASwitchboard) {
  EXPECT_FALSE(
      same_person({.name = "Anna Horvat", .company = "River Staffing", .phone = "+1 512 555 0100"},
                  {.name = "Omar Haddad", .company = "River Staffing", .phone = "(512) 555-0100"}));
}

TEST(People, MergesNothingByBlankNames) {
  EXPECT_FALSE(same_person({.name = "", .company = "River Staffing"},
                           {.name = "", .company = "River Staffing"}));
  EXPECT_FALSE(same_person({.name = "n/a", .company = "River Staffing"},
                           {.name = "N/A", .company = "River Staffing"}));
  EXPECT_FALSE(same_person({}, {}));
}

TEST(People, MergesNothingByPlaceholderCompanies) {
  EXPECT_FALSE(same_person({.name = "John Smith", .company = "Self-employed"},
                           {.name = "John Smith", .company = "self employed"}));
}

TEST(People, SeesThroughTitlesAndOrder) {
  EXPECT_TRUE(same_person({.name = "Dr. Hiro Nakamura, PhD", .company = "Kite Robotics"},
                          {.name = "Nakamura, Hiro", .company = "Kite Robotics"}));
  EXPECT_TRUE(same_person({.name = "Bj\u00f6rn Schr\u00f6der", .company = "Hafen AG"},
                          {.name = "Bjoern Schroeder", .company = "Hafen"}));
  EXPECT_TRUE(same_person({.name = "William (Bill) Tran", .company = "Lotus Imports"},
                          {.name = "Bill Tran", .company = "Lotus Imports"}));
}

TEST(People, TakesNoCredentialForALastName) {
  EXPECT_TRUE(same_person(
      {.name = "Philip Shah MD", .company = "Zenith Travel", .first = "Philip Shah", .last = "MD"},
      {.name = "Philip Shah", .company = "Zenith Travel", .first = "Philip", .last = "Shah"}));
}

TEST(People, FindsAWholeNameInTheColumnOfFirstNames) {
  EXPECT_TRUE(same_person({.name = "Philip Shah", .company = "Zenith", .first = "Philip Shah"},
                          {.name = "Philip Shah", .company = "Zenith"}));
}

TEST(People, KeepsALoneLastNameApart) {
  EXPECT_FALSE(same_person({.name = "Shah", .company = "Zenith Travel", .last = "Shah"},
                           {.name = "Philip Shah", .company = "Zenith Travel"}));
}

TEST(People, JoinsAnInitialWithAMailbox) {
  EXPECT_TRUE(same_person(
      {.name = "J. Abara", .company = "Lagos Port Services", .work_email = "jabara@lps.ng"},
      {.name = "John Abara", .company = "Lagos Port Services", .work_email = "jabara@lps.ng"}));
}

TEST(People, LeavesAnInitialAloneThatCouldBeTwoPeoples) {
  const std::vector<Row> rows = {{.name = "J. Park", .company = "Seoul Data"},
                                 {.name = "John Park", .company = "Seoul Data"},
                                 {.name = "Jane Park", .company = "Seoul Data"}};
  const Clusters clusters = testing::clusters_of(rows, testing::settings_for(people));
  EXPECT_EQ(clusters.of_row, (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(clusters.possible.size(), 2U);
}

TEST(People, NoChainOvercomesAVeto) {
  // The middle row agrees with both, who have other profiles.
  const std::vector<Row> rows = {{.name = "David Lee",
                                  .company = "Hanbit",
                                  .linkedin = "https://www.linkedin.com/in/davidlee1"},
                                 {.name = "David Lee", .company = "Hanbit"},
                                 {.name = "David Lee",
                                  .company = "Hanbit",
                                  .linkedin = "https://www.linkedin.com/in/dlee-hw"}};
  const Clusters clusters = testing::clusters_of(rows, testing::settings_for(people));
  EXPECT_NE(clusters.of_row[0], clusters.of_row[2]);
}

TEST(People, ListsWhatItKeepsApartInDoubt) {
  EXPECT_TRUE(testing::is_listed({{.name = "Thomas Whitfield", .company = "Whitfield Tools"},
                                  {.name = "Thomas Whitfield Jr.", .company = "Whitfield Tools"}},
                                 people));
}

TEST(People, ADateOfBirthTellsNamesakesApart) {
  EXPECT_FALSE(same_person({.name = "John Moss", .location = "Leeds", .birth = "1951-02-24"},
                           {.name = "John Moss", .location = "Leeds", .birth = "1987-11-03"}));
  EXPECT_TRUE(same_person({.name = "John Moss", .location = "Leeds", .birth = "1951-02-24"},
                          {.name = "John Moss", .location = "Leeds", .birth = "24.02.1951"}));
}

// Twins share the date of birth, the address and often the mailbox.
TEST(People, KeepsTwinsWithAFamilyMailboxApart) {
  const auto row = [](const std::string& name) {
    return Row{.name = name,
               .personal_email = "crowwoodfamily@gmail.com",
               .location = "36 Lake Avenue, Redhead",
               .birth = "2004-03-14"};
  };
  EXPECT_FALSE(same_person(row("Mario Crowwood"), row("Jaxon Crowwood")));
  EXPECT_FALSE(same_person(row("Paul Crowwood"), row("Paula Crowwood")));
  EXPECT_TRUE(same_person(row("Mario Crowwood"), row("Mario Crowood")));
}

TEST(People, KeepsTheNamesOfOneHouseholdApart) {
  const auto row = [](const std::string& name) {
    return Row{.name = name, .location = "187 Maple Street, Cronulla 5438"};
  };
  EXPECT_FALSE(same_person(row("Paul Rayby"), row("Paula Rayby")));
  EXPECT_FALSE(same_person(row("Mario Rayby"), row("Carlo Rayby")));
  EXPECT_FALSE(same_person(row("James Rayby"), row("Jacob Rayby")));
  EXPECT_TRUE(same_person(row("Mario Rayby"), row("Maario Rayby")));
  EXPECT_TRUE(same_person(row("Jim Rayby"), row("James Rayby")));
}

// Neither is in our list of names, but both are names of many.
TEST(People, LearnsFromTheFileWhatIsAName) {
  const auto of_many = [](const std::string& first, const std::string& second) {
    std::vector<Row> rows = {{.name = first + " Tretham", .location = "187 Maple Street, Largs"},
                             {.name = second + " Tretham", .location = "187 Maple Street, Largs"}};
    for (int i = 0; i < 40; ++i) {
      const std::string family(5, static_cast<char>('a' + i % 26));
      const std::string street = std::to_string(200 + i) + " Oak Road, Young";
      rows.push_back({.name = "Jaxon " + family + "ton", .location = street});
      rows.push_back({.name = "Daxon " + family + "ley", .location = street});
    }
    return testing::are_joined(rows, people);
  };
  EXPECT_FALSE(of_many("Jaxon", "Daxon"));
  EXPECT_TRUE(of_many("Jaxon", "Kaxon"));
}

TEST(People, KeepsNamesakesAGenerationApart) {
  const auto row = [](const std::string& birth) {
    return Row{.name = "Daniela Norton",
               .personal_email = "nortonfamily39@gmail.com",
               .location = "300 Grange Street, Cronulla",
               .birth = birth};
  };
  EXPECT_FALSE(same_person(row("1965-05-17"), row("2008-09-14")));
  EXPECT_TRUE(same_person(row("1965-05-17"), row("1966-05-17")));
  // A row that tells no date joins one of them, and not the two.
  EXPECT_FALSE(testing::are_joined({row("1965-05-17"), row("2008-09-14"), row("")}, people));
  EXPECT_TRUE(testing::are_joined({row("1965-05-17"), row("1965-05-17"), row("")}, people));
}

TEST(People, ASharedNameInTheOtherPlaceIsAFamilys) {
  const auto row = [](const std::string& first, const std::string& last) {
    return Row{.location = "73 Lake Close, Young 7213",
               .birth = "2010-04-10",
               .first = first,
               .last = last};
  };
  EXPECT_FALSE(same_person(row("Eastton", "Aiden"), row("Paolo", "Eastton")));
  EXPECT_TRUE(same_person(row("Eastton", "Aiden"), row("Aiden", "Eastton")));
}

TEST(People, ReadsAnInitialAfterTheLastName) {
  EXPECT_TRUE(same_person({.name = "Dylan Reedham", .company = "Mitchell & Kumar Engineering"},
                          {.name = "Reedham D.", .company = "Mitchell & Kumar Engineering"}));
  EXPECT_FALSE(same_person({.name = "Dylan Reedham", .company = "Mitchell & Kumar Engineering"},
                           {.name = "Reedham K.", .company = "Mitchell & Kumar Engineering"}));
}

// One row has another's first name by mistake, and its number and date of birth give it away.
TEST(People, OneWrongFirstNameKeepsNobodyOut) {
  const auto row = [](const std::string& name, const std::string& number) {
    return Row{.name = name,
               .location = "27 Markell Place, Frenchs Forest",
               .birth = "1925-06-08",
               .number = number};
  };
  EXPECT_TRUE(testing::are_joined(
      {row("Michaela Thrussell", "1947368"), row("Micaela Thrusell", "7131335"),
       row("Michaela Thrusselll", "1947368"), row("Layla Thrussell", "1947368")},
      people));
  // Twins, of whom one has the other's number once.
  EXPECT_FALSE(testing::are_joined(
      {row("Michaela Thrussell", "1947368"), row("Layla Thrusell", "7131335"),
       row("Michaela Thrusselll", "1947368"), row("Layla Thrussell", "1947368")},
      people));
}

// No word, no begin and no end is in common.
TEST(People, FindsSlipsInEachWordOfAFileWithNamesOnly) {
  EXPECT_TRUE(testing::is_listed({{.name = "Xatherine Zomlinson"}, {.name = "Katherine Tomlinson"}},
                                 people));
  EXPECT_TRUE(same_person({.name = "Kahterine Tomlisnon"}, {.name = "Katherine Tomlinson"}) ||
              testing::is_listed({{.name = "Kahterine Tomlisnon"}, {.name = "Katherine Tomlinson"}},
                                 people));
  EXPECT_FALSE(testing::is_listed({{.name = "Katherine Ferguson"}, {.name = "Henrietta Tomlinson"}},
                                  people));
}

TEST(People, ExplainsInWords) {
  const std::vector<Row> rows = {
      {.name = "Bob Ellison", .company = "Crane", .linkedin = "https://www.linkedin.com/in/be"},
      {.name = "Robert Ellison", .company = "Crane", .linkedin = "https://www.linkedin.com/in/be"}};
  const Settings settings = testing::settings_for(people);
  const Comparables all = testing::comparables(rows, settings);
  const Clusters clusters = match(all, settings).value();
  ASSERT_EQ(clusters.links.size(), 1U);
  const std::string reason = explain(all, clusters.links[0], settings);
  EXPECT_NE(reason.find("same LinkedIn profile"), std::string::npos) << reason;
  EXPECT_NE(reason.find("Robert = Bob"), std::string::npos) << reason;
}

TEST(People, ExactModeMergesEqualKeysOnly) {
  const Row bob{.name = "Bob Ellison", .company = "Crane Hydraulics, Inc."};
  const Row robert{.name = "Robert Ellison", .company = "Crane Hydraulics"};
  const Row shouting{.name = "BOB ELLISON", .company = "Crane Hydraulics"};
  EXPECT_FALSE(testing::are_joined({bob, robert}, people, Mode::exact));
  EXPECT_TRUE(testing::are_joined({bob, shouting}, people, Mode::exact));
}

}  // namespace
}  // namespace csvm::cluster
