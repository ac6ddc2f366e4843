// What somebody decided about two rows holds, whatever their values say.
#include <gtest/gtest.h>

#include "rows.h"

namespace csvm::cluster {
namespace {

using testing::clusters_of;
using testing::Row;
using testing::settings_for;
using OfRow = std::vector<std::uint32_t>;

const Row ann{.name = "Ann Lee", .company = "Acme", .work_email = "ann@acme.example"};
const Row anne{.name = "Anne Lee", .company = "Acme Inc", .work_email = "ann@acme.example"};
const Row bob{.name = "Bob Ellison", .company = "Bolt"};
const Row cleo{.name = "Cleo Park", .company = "Corex"};

Clusters decided_of(const std::vector<Row>& rows, std::vector<Decision> decisions,
                    Mode mode = Mode::fuzzy) {
  Settings settings = settings_for(columns::TableType::people, mode);
  settings.decisions = std::move(decisions);
  return clusters_of(rows, settings);
}

TEST(Decisions, JoinRowsThatHaveNothingInCommon) {
  for (const Mode mode : {Mode::fuzzy, Mode::exact}) {
    const Clusters clusters = decided_of({ann, bob, cleo}, {{2, 0, true}}, mode);
    EXPECT_EQ(clusters.of_row, (OfRow{0, 1, 0}));
    ASSERT_EQ(clusters.links.size(), 1U);
    EXPECT_EQ(clusters.links[0].row, 2U);
    EXPECT_EQ(clusters.links[0].with, 0U);
    EXPECT_EQ(clusters.links[0].evidence, decided);
  }
}

TEST(Decisions, KeepRowsApartThatSayTheSame) {
  for (const Mode mode : {Mode::fuzzy, Mode::exact}) {
    ASSERT_EQ(decided_of({ann, ann, bob}, {}, mode).of_row, (OfRow{0, 0, 2}));
    const Clusters clusters = decided_of({ann, ann, bob}, {{0, 1, false}}, mode);
    EXPECT_EQ(clusters.of_row, (OfRow{0, 1, 2}));
    EXPECT_TRUE(clusters.links.empty());
    EXPECT_TRUE(clusters.possible.empty()) << "it would be asked again";
  }
}

TEST(Decisions, TakeAwayWithARowThoseThatAgreedWithIt) {
  Clusters clusters;
  const std::vector<Row> rows{ann, anne, anne, bob};
  ASSERT_EQ(decided_of(rows, {}).of_row, (OfRow{0, 0, 0, 3}));
  EXPECT_EQ(decided_of(rows, {{1, 0, false}}).of_row, (OfRow{0, 1, 1, 3}));
  EXPECT_EQ(decided_of(rows, {{2, 0, false}}).of_row, (OfRow{0, 0, 2, 3}));
}

TEST(Decisions, OfTwoThatContradictEachOtherApartHolds) {
  const Clusters clusters =
      decided_of({ann, bob, cleo}, {{0, 1, true}, {1, 2, true}, {0, 2, false}});
  EXPECT_EQ(clusters.of_row, (OfRow{0, 0, 2}));
  EXPECT_EQ(decided_of({ann, bob}, {{0, 1, true}, {1, 0, false}}).of_row, (OfRow{0, 1}));
}

TEST(Decisions, JoinWholeClusters) {
  const std::vector<Row> rows{bob, ann, cleo, anne, cleo};
  ASSERT_EQ(decided_of(rows, {}).of_row, (OfRow{0, 1, 2, 1, 2}));
  const Clusters clusters = decided_of(rows, {{3, 4, true}});
  EXPECT_EQ(clusters.of_row, (OfRow{0, 1, 1, 1, 1}));
  for (const Link& link : clusters.links) EXPECT_LT(link.with, link.row);
}

TEST(Decisions, AreExplainedAsSuch) {
  Settings settings = settings_for(columns::TableType::people);
  settings.decisions = {{0, 1, true}};
  const Comparables all = testing::comparables({ann, bob}, settings);
  const Clusters clusters = match(all, settings).value();
  ASSERT_EQ(clusters.links.size(), 1U);
  EXPECT_EQ(explain(all, clusters.links[0], settings), "decided by you");
}

}  // namespace
}  // namespace csvm::cluster
