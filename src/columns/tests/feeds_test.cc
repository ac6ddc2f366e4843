// How the columns of a field are put together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proposed.h"

namespace csvm::columns {

bool operator==(const Feed& a, const Feed& b) { return a.how == b.how && a.columns == b.columns; }
void PrintTo(const Feed& feed, std::ostream* out) {
  *out << static_cast<int>(feed.how) << testing::PrintToString(feed.columns);
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Feed> feeds_of(TableType type, const std::string& field,
                           const std::vector<TestColumn>& columns) {
  const FieldSet& fields = built_in_fields(type);
  return propose(fields, source_of(columns)).fields.at(index_of(fields, field));
}

TEST(Feeds, OfAPlaceAreJoinedFromItsParts) {
  EXPECT_THAT(feeds_of(TableType::people, "Person Location",
                       {{"First Name", {}}, {"Country", {}}, {"City", {}}, {"State", {}}}),
              ElementsAre(Feed{Composition::join_location, {2, 3, 1}}));
}

TEST(Feeds, OfAPlaceTakeTheWholeBeforeItsParts) {
  EXPECT_THAT(feeds_of(TableType::company, "Company Location",
                       {{"Company City", {}}, {"Company Country", {}}, {"Company Location", {}}}),
              ElementsAre(Feed{Composition::first_nonempty, {2}},
                          Feed{Composition::join_location, {0, 1}}));
}

TEST(Feeds, OfAPlaceTakeAnAddressBesideACityForAStreet) {
  EXPECT_THAT(
      feeds_of(TableType::company, "Company Location",
               {{"Company Address", {"12 Mill Lane", "7 High St"}},
                {"Company City", {"Leeds", "York"}}}),
      ElementsAre(Feed{Composition::first_nonempty, {1}}, Feed{Composition::first_nonempty, {0}}));
}

TEST(Feeds, OfAPhoneGoFromDirectToSwitchboard) {
  EXPECT_THAT(
      feeds_of(
          TableType::people, "Phone Number",
          {{"First Name", {}}, {"Company Phone", {}}, {"Mobile Phone", {}}, {"Direct Phone", {}}}),
      ElementsAre(Feed{Composition::first_nonempty, {3, 2, 1}}));
}

TEST(Feeds, JoinAFullNameWithItsInfix) {
  EXPECT_THAT(feeds_of(TableType::people, "Full Name",
                       {{"Voornaam", {}}, {"Tussenvoegsel", {}}, {"Achternaam", {}}}),
              ElementsAre(Feed{Composition::join_name, {0, 1, 2}}));
}

TEST(Feeds, SplitAFullNameWhereThereAreNoParts) {
  const std::vector<TestColumn> columns = {{"Full Name", {"Ana Berg"}}, {"Email", {}}};
  EXPECT_THAT(feeds_of(TableType::people, "First Name", columns),
              ElementsAre(Feed{Composition::split_first_name, {0}}));
  EXPECT_THAT(feeds_of(TableType::people, "Last Name", columns),
              ElementsAre(Feed{Composition::split_last_name, {0}}));
  EXPECT_THAT(feeds_of(TableType::people, "Full Name", columns),
              ElementsAre(Feed{Composition::first_nonempty, {0}}));
}

TEST(Feeds, OfAFieldWithoutColumnsAreEmpty) {
  EXPECT_THAT(feeds_of(TableType::people, "Industry", {{"First Name", {}}}), IsEmpty());
}

}  // namespace
}  // namespace csvm::columns
