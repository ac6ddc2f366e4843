// The look at the letters of two company names says what comparing their words says.
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "../company_score.h"
#include "rows.h"

namespace csvm::cluster {
namespace {

using testing::Row;

TEST(HaveWordsInCommon, IsFalseOnlyForNamesThatConflict) {
  const std::array<std::string, 20> words = {
      "Harrison", "Garrison",   "International", "Business", "Machines",
      "IBM",      "The",        "TheVertex",     "Vertex",   "Bright",
      "Path",     "Brightpath", "M\xC3\xBCller", "Mueller",  "Natl",
      "National", "44",         "Forty",         "Four",     "Acme"};
  std::mt19937 random(3);
  std::vector<Row> rows;
  for (int i = 0; i < 400; ++i) {
    Row row;
    row.name = row.first = "Ann";
    for (std::size_t n = 1 + random() % 3; n > 0; --n) {
      row.company += (row.company.empty() ? "" : " ") + words[random() % words.size()];
    }
    if (random() % 8 == 0) row.company += " dba " + words[random() % words.size()];
    rows.push_back(std::move(row));
  }
  const Settings settings = testing::settings_for(columns::TableType::people);
  const Comparables all = testing::comparables(rows, settings);
  const Frequencies frequencies(rows.size());
  Side a;
  Side b;
  std::size_t strangers = 0;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    a.fill(all.store(), i);
    for (std::uint32_t j = 0; j < rows.size(); ++j) {
      b.fill(all.store(), j);
      if (a.company.empty() || b.company.empty() || have_words_in_common(a, b)) continue;
      ++strangers;
      const NameEvidence found = compare_company_names(a, b, frequencies);
      EXPECT_EQ(found.level, NameLevel::conflict) << rows[i].company << " / " << rows[j].company;
    }
  }
  EXPECT_GT(strangers, rows.size() * rows.size() / 5);
}

}  // namespace
}  // namespace csvm::cluster
