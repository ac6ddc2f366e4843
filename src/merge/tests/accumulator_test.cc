#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "csvm/merge.h"

namespace csvm::merge {
namespace {

using Row = std::vector<std::string_view>;

struct Case {
  std::string name;
  Survivor rule;
  std::vector<Row> rows;
  Row survivor;
  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

class AccumulatorChooses : public testing::TestWithParam<Case> {};

TEST_P(AccumulatorChooses, TheValueOfTheRule) {
  const Case& c = GetParam();
  Accumulator accumulator(c.rule, c.survivor.size());
  for (int round = 0; round < 2; ++round) {  // the second shows that start() forgets
    accumulator.start();
    for (const Row& row : c.rows) accumulator.add({row, 0, 0});
    const auto values = accumulator.values();
    EXPECT_EQ(Row(values.begin(), values.end()), c.survivor) << "round " << round;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rules, AccumulatorChooses,
    testing::Values(
        Case{"non_empty_over_empty", Survivor::first, {{"a", ""}, {"", "b"}}, {"a", "b"}},
        Case{"first", Survivor::first, {{"a"}, {"longer"}}, {"a"}},
        Case{"longest", Survivor::longest, {{"a", "bb"}, {"aaa", "b"}}, {"aaa", "bb"}},
        Case{"longest_tie_takes_the_first", Survivor::longest, {{"ab"}, {"cd"}}, {"ab"}},
        Case{"most_complete_record_wins_over_length",
             Survivor::most_complete,
             {{"a much longer one", "", ""}, {"short", "x", "y"}},
             {"short", "x", "y"}},
        Case{"most_complete_tie_takes_the_longer",
             Survivor::most_complete,
             {{"a", "x"}, {"abc", "y"}},
             {"abc", "x"}},
        Case{"most_frequent", Survivor::most_frequent, {{"a"}, {"b"}, {"b"}}, {"b"}},
        Case{"most_frequent_tie_takes_the_first",
             Survivor::most_frequent,
             {{"b"}, {"a"}, {"a"}, {"b"}},
             {"b"}}),
    [](const auto& tested) { return tested.param.name; });

TEST(Accumulator, PrefersTheFileTheUserRankedHigherWhateverTheRule) {
  for (const Survivor rule : {Survivor::most_complete, Survivor::first, Survivor::longest,
                              Survivor::most_frequent, Survivor::newest_file}) {
    Accumulator accumulator(rule, 2);
    accumulator.start();
    const Row worse = {"much longer", "only here"};
    const Row better = {"short", ""};
    accumulator.add({worse, 1, 9});
    accumulator.add({worse, 1, 9});
    accumulator.add({better, 0, 1});
    EXPECT_EQ(accumulator.values()[0], "short") << to_string(rule);
    EXPECT_EQ(accumulator.values()[1], "only here") << to_string(rule);
  }
}

TEST(Accumulator, TakesTheNewestFileWhenAsked) {
  Accumulator accumulator(Survivor::newest_file, 1);
  accumulator.start();
  const Row old_value = {"old"}, new_value = {"new"}, also_new = {"also new"};
  accumulator.add({old_value, 0, 100});
  accumulator.add({new_value, 0, 200});
  accumulator.add({also_new, 0, 200});
  EXPECT_EQ(accumulator.values()[0], "new");
  EXPECT_EQ(accumulator.origins()[0], 1u);
}

TEST(Accumulator, CountsWhatWasFilledAndWhereRowsDisagreed) {
  Accumulator accumulator(Survivor::first, 3);
  accumulator.start();
  const Row one = {"a", "", "x"}, two = {"b", "c", "x"}, three = {"d", "e", ""};
  accumulator.add({one, 0, 0});
  accumulator.add({two, 0, 0});
  accumulator.add({three, 0, 0});
  EXPECT_EQ(accumulator.filled(), 1u);
  EXPECT_EQ(accumulator.conflicts(), 2u);
  EXPECT_EQ(accumulator.origins()[1], 1u);
}

TEST(Accumulator, OwnsItsValues) {
  Accumulator accumulator(Survivor::longest, 1);
  accumulator.start();
  std::string text = "a value too long for any small string optimisation";
  Row row = {text};
  accumulator.add({row, 0, 0});
  const std::string expected = text;
  text.assign(text.size(), '#');
  EXPECT_EQ(accumulator.values()[0], expected);
}

TEST(Survivor, NamesRoundTrip) {
  for (const Survivor rule : {Survivor::most_complete, Survivor::first, Survivor::longest,
                              Survivor::most_frequent, Survivor::newest_file}) {
    EXPECT_EQ(survivor_named(to_string(rule)), rule);
  }
  EXPECT_FALSE(survivor_named("best"));
}

}  // namespace
}  // namespace csvm::merge
