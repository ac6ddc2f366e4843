#include "looks.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

namespace csvm::pipeline {
namespace {

using Values = std::vector<std::string>;

template <class Spell>
Values twenty(const Spell& spell) {
  Values values;
  for (int i = 0; i < 20; ++i) values.push_back(spell(i));
  return values;
}

TEST(Looks, DatesOfManyYearsLongAgoAreDatesOfBirth) {
  const auto iso = [](int i) {
    return fmt::format("{}-{:02}-{:02}", 1940 + 3 * i, 1 + i % 12, i + 1);
  };
  const auto german = [](int i) {
    return fmt::format("{}.{}.{}", i + 1, 1 + i % 12, 1940 + 3 * i);
  };
  const auto plain = [](int i) { return fmt::format("{}0{}1{}", 1940 + 3 * i, 1 + i % 9, i % 9); };
  EXPECT_TRUE(look_like_birth_dates("gebdat", twenty(iso)));
  EXPECT_TRUE(look_like_birth_dates("column4", twenty(german)));
  EXPECT_TRUE(look_like_birth_dates("field7", twenty(plain)));
}

TEST(Looks, OtherDatesAreNoDatesOfBirth) {
  const auto recent = [](int i) { return fmt::format("{}-03-{:02}", 2010 + i / 2, i + 1); };
  const auto long_ago = [](int i) { return fmt::format("{}-03-{:02}", 1940 + 3 * i, i + 1); };
  const auto one_year = [](int i) { return fmt::format("1987-{:02}-{:02}", 1 + i % 12, i + 1); };
  const auto number = [](int i) { return fmt::format("{}", 19400301 + 3100 * i * 31); };
  const auto years = [](int i) { return fmt::format("{}", 1940 + 3 * i); };
  EXPECT_FALSE(look_like_birth_dates("field7", twenty(recent)));
  EXPECT_FALSE(look_like_birth_dates("hiredate", twenty(long_ago)));
  EXPECT_FALSE(look_like_birth_dates("field7", twenty(one_year)));
  EXPECT_FALSE(look_like_birth_dates("field7", twenty(number)));
  EXPECT_FALSE(look_like_birth_dates("field7", twenty(years)));
  EXPECT_FALSE(look_like_birth_dates("field7", Values{"1961-02-03", "1974-05-06"}));
}

TEST(Looks, NumberedStreetsAreStreets) {
  const auto english = [](int i) { return fmt::format("{} Maple St., Apt {}", 3 + i, i); };
  const auto german = [](int i) { return fmt::format("Bahnhofstra\u00dfe {}", 3 + i); };
  const auto french = [](int i) { return fmt::format("{} rue de la Paix", 3 + i); };
  EXPECT_TRUE(look_like_streets("line1", twenty(english)));
  EXPECT_TRUE(look_like_streets("column4", twenty(german)));
  EXPECT_TRUE(look_like_streets("voie", twenty(french)));
}

TEST(Looks, NotesCitiesAndOneOfficeAreNoStreets) {
  const auto notes = [](int i) { return fmt::format("Met {} people at the fair", i); };
  const auto cities = [](int i) { return fmt::format("Springfield {}", i); };
  const auto office = [](int) { return std::string("12 High Street"); };
  const auto streets = [](int i) { return fmt::format("{} High Street", i); };
  EXPECT_FALSE(look_like_streets("line1", twenty(notes)));
  EXPECT_FALSE(look_like_streets("line1", twenty(cities)));
  EXPECT_FALSE(look_like_streets("line1", twenty(office)));
  EXPECT_FALSE(look_like_streets("officeaddress", twenty(streets)));
  EXPECT_FALSE(look_like_streets("line1", Values{"12 High Street"}));
}

}  // namespace
}  // namespace csvm::pipeline
