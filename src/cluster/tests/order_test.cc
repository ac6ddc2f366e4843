// The result depends on what the rows say: not on their order, the threads or the memory given.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <set>

#include "rows.h"

namespace csvm::cluster {
namespace {

using testing::Row;

std::vector<Row> some_people(std::mt19937& random, std::size_t count) {
  const std::array<std::string, 8> given = {"Bob",  "Robert", "Rachel", "J.",
                                            "John", "Jane",   "Ana",    "Dr. John"};
  const std::array<std::string, 6> family = {"Park",   "Ellison",  "Elison",
                                             "Haddad", "de Vries", "Thistlewood"};
  const std::array<std::string, 5> company = {"Crane Inc", "Crane", "Hafen AG", "River Staffing",
                                              ""};
  const auto pick = [&](const auto& list) { return list[random() % list.size()]; };
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) {
    Row row;
    row.name = pick(given) + " " + pick(family);
    row.company = pick(company);
    if (random() % 4 == 0) {
      row.linkedin = "https://www.linkedin.com/in/p" + std::to_string(random() % 12);
    }
    if (random() % 4 == 0) row.work_email = "p" + std::to_string(random() % 9) + "@crane.com";
    rows.push_back(std::move(row));
  }
  return rows;
}

// Clusters as sets of what the rows say: rows that say the same are of one kind.
using Partition = std::multiset<std::multiset<std::string>>;

Partition partition(const std::vector<Row>& rows, const Clusters& clusters) {
  std::map<std::uint32_t, std::multiset<std::string>> sets;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    sets[clusters.of_row[i]].insert(rows[i].name + '|' + rows[i].company + '|' + rows[i].linkedin +
                                    '|' + rows[i].work_email);
  }
  Partition all;
  for (auto& [first, set] : sets) all.insert(std::move(set));
  return all;
}

TEST(Order, OfTheRowsDoesNotMatter) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    std::vector<Row> rows = some_people(random, 60);
    const Settings settings = testing::settings_for(columns::TableType::people);
    const Partition expected = partition(rows, testing::clusters_of(rows, settings));
    std::shuffle(rows.begin(), rows.end(), random);
    EXPECT_EQ(partition(rows, testing::clusters_of(rows, settings)), expected) << "seed " << seed;
  }
}

TEST(Order, ThreadsAndMemoryDoNotMatter) {
  std::mt19937 random(7);
  const std::vector<Row> rows = some_people(random, 3000);
  Settings settings = testing::settings_for(columns::TableType::people);
  const Clusters one = testing::clusters_of(rows, settings);
  settings.threads = 4;
  const Clusters four = testing::clusters_of(rows, settings);
  EXPECT_EQ(one.of_row, four.of_row);
  EXPECT_EQ(one.possible.size(), four.possible.size());
  settings.memory_bytes = 4096;
  EXPECT_EQ(one.of_row, testing::clusters_of(rows, settings).of_row);
}

TEST(Order, EachLinkNamesAnEarlierRowOfItsCluster) {
  std::mt19937 random(9);
  const std::vector<Row> rows = some_people(random, 500);
  const Clusters clusters =
      testing::clusters_of(rows, testing::settings_for(columns::TableType::people));
  std::size_t joined = 0;
  for (std::uint32_t row = 0; row < rows.size(); ++row) {
    EXPECT_LE(clusters.of_row[row], row);
    joined += clusters.of_row[row] != row ? 1U : 0U;
  }
  ASSERT_EQ(clusters.links.size(), joined);
  for (const Link& link : clusters.links) {
    EXPECT_LT(link.with, link.row);
    EXPECT_EQ(clusters.of_row[link.with], clusters.of_row[link.row]);
  }
  for (const Link& link : clusters.possible) {
    EXPECT_NE(clusters.of_row[link.with], clusters.of_row[link.row]);
  }
}

TEST(Order, RowsThatLieInTemporaryFilesGiveTheSameClustersAndReasons) {
  for (const Mode mode : {Mode::fuzzy, Mode::exact}) {
    std::mt19937 random(3);
    const std::vector<Row> rows = some_people(random, 200);
    Settings settings = testing::settings_for(columns::TableType::people, mode);
    const Comparables plain = testing::comparables(rows, settings);
    const Clusters expected = match(plain, settings).value();

    settings.memory_bytes = 1;
    Comparables spilled(settings);
    for (std::size_t at = 0; at < rows.size(); at += 30) {  // as blocks of a file come in
      Comparables block(settings);
      for (std::size_t i = at; i < std::min(rows.size(), at + 30); ++i) {
        block.add(rows[i].values(settings.type));
      }
      spilled.append(std::move(block));
    }
    ASSERT_EQ(spilled.rows(), rows.size());
    const Clusters found = match(spilled, settings).value();
    EXPECT_EQ(found.of_row, expected.of_row);
    ASSERT_EQ(found.links.size(), expected.links.size());
    ASSERT_FALSE(found.links.empty());
    Explainer explainer(spilled, settings);
    for (std::size_t i = 0; i < found.links.size(); ++i) {
      explainer.look_at(found.links[i]);
      EXPECT_EQ(explainer.explain(), explain(plain, expected.links[i], settings));
    }
  }
}

}  // namespace
}  // namespace csvm::cluster
