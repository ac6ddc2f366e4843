// What the signatures of two people say is what the whole comparison says.
#include "../signature.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "../score.h"
#include "rows.h"

namespace csvm::cluster {
namespace {

using testing::Row;

std::vector<Row> people_of_many_kinds(std::mt19937& random, std::size_t count) {
  const std::array<std::string, 16> given = {
      "Bob", "Robert", "Jon",   "Ron",           "Ann", "Hans",   "Ana",    "Zo\xC3\xAB",
      "Zoe", "J.",     "Smith", "J\xC3\xBCrgen", "",    "Mary K", "Mikael", "Nikola"};
  const std::array<std::string, 16> family = {
      "Smith", "Bobson",     "de Vries", "Lee-Jones",  "\xC3\x98stberg", "Robert",
      "",      "Nikolaidis", "Smithe",   "Smithfield", "Wilcroftby",     "Wilcrofty",
      "Ann",   "Q.",         "X",        "Lubomirski"};
  const auto pick = [&](const auto& list) { return list[random() % list.size()]; };
  const auto sometimes = [&](const std::string& text, unsigned values) {
    return random() % 3 == 0 ? std::to_string(random() % values) + text : std::string();
  };
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) {
    Row row;
    row.first = pick(given);
    row.last = pick(family);
    row.name = row.first + " " + row.last;
    row.company = "Crane Inc";
    const std::string person = sometimes("-jane", 40);
    if (!person.empty()) row.linkedin = "https://www.linkedin.com/in/" + person;
    row.work_email = sometimes("@crane.com", 40);
    row.personal_email = sometimes("@gmail.com", 40);
    if (random() % 5 == 0) row.birth = "1970-01-0" + std::to_string(1 + random() % 9);
    rows.push_back(std::move(row));
  }
  return rows;
}

TEST(Signature, CallsOnlyThoseOthersWhomTheScorePutsBelowEveryLine) {
  std::mt19937 random(7);
  const std::vector<Row> rows = people_of_many_kinds(random, 400);
  const Settings settings = testing::settings_for(columns::TableType::people);
  const Comparables all = testing::comparables(rows, settings);
  const Frequencies frequencies(rows.size());
  const ScoreContext context{frequencies};
  Side a;
  Side b;
  std::size_t others = 0;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    a.fill(all.store(), i);
    for (std::uint32_t j = 0; j < rows.size(); ++j) {
      b.fill(all.store(), j);
      if (!tell_apart(signature_of(a), signature_of(b))) continue;
      ++others;
      const PairScore score = score_people(a, b, context);
      EXPECT_TRUE(score.veto || score.margin <= margin_of(0))
          << rows[i].name << " and " << rows[j].name;
    }
  }
  EXPECT_GT(others, rows.size() * rows.size() / 10) << "a signature that never tells is no use";
}

TEST(Signature, LeavesSlipsNicknamesAndSharedIdentifiersToTheScore) {
  const Settings settings = testing::settings_for(columns::TableType::people);
  const auto plainly_others = [&](const Row& x, const Row& y) {
    const Comparables all = testing::comparables({x, y}, settings);
    Side a;
    Side b;
    a.fill(all.store(), 0);
    b.fill(all.store(), 1);
    return tell_apart(signature_of(a), signature_of(b));
  };
  EXPECT_TRUE(plainly_others({.name = "Hans Park"}, {.name = "Zoe Park"}));
  EXPECT_FALSE(plainly_others({.name = "Jon Park"}, {.name = "Ron Park"}));
  EXPECT_FALSE(plainly_others({.name = "Bob Park"}, {.name = "Robert Park"}));
  EXPECT_FALSE(plainly_others({.name = "William Park"}, {.name = "Bill Park"}));
  EXPECT_FALSE(plainly_others({.name = "Hans Zimmer"}, {.name = "Zimmer Hans"}));
  EXPECT_TRUE(plainly_others({.name = "Hans Park"}, {.name = "Hans Lubomirski"}));
  EXPECT_FALSE(plainly_others({.name = "Hans Smith"}, {.name = "Hans Smithfield"}));
  EXPECT_FALSE(plainly_others({.name = "Hans Park", .work_email = "hp@crane.com"},
                              {.name = "Zoe Park", .work_email = "hp@crane.com"}));
}

TEST(Signature, CallsThoseOthersWhoseIdentifiersContradict) {
  const Settings settings = testing::settings_for(columns::TableType::people);
  const auto plainly_others = [&](const Row& x, const Row& y) {
    const Comparables all = testing::comparables({x, y}, settings);
    Side a;
    Side b;
    a.fill(all.store(), 0);
    b.fill(all.store(), 1);
    return tell_apart(signature_of(a), signature_of(b));
  };
  const std::string page = "https://www.linkedin.com/in/";
  EXPECT_TRUE(plainly_others({.name = "Zoe Park", .linkedin = page + "zoe-park"},
                             {.name = "Zoe Park", .linkedin = page + "zoe-park-2"}));
  EXPECT_TRUE(plainly_others({.name = "Zoe Park", .personal_email = "zoe@gmail.com"},
                             {.name = "Zoe Park", .personal_email = "zp@gmail.com"}));
  EXPECT_FALSE(plainly_others(
      {.name = "Zoe Park", .linkedin = page + "zoe-park", .personal_email = "zoe@gmail.com"},
      {.name = "Zoe Park", .linkedin = page + "zoe-park", .personal_email = "zp@gmail.com"}));
  EXPECT_FALSE(
      plainly_others({.name = "Zoe Park", .linkedin = page + "zoe-park"}, {.name = "Zoe Park"}));
}

}  // namespace
}  // namespace csvm::cluster
