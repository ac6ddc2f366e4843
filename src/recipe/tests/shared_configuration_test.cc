#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "csvm/recipe.h"

namespace csvm::recipe {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::string_view shared_first = R"({"people_mappings": {"First Name": ["fname"]}})";
constexpr std::string_view shared_last = R"({"people_mappings": {"Last Name": ["lname"]}})";

/// What several processes share, in memory.
struct SharedPlace {
  std::uint64_t revision = 0;
  std::string document;
  std::map<std::string, std::string, std::greater<>> backups;
  bool is_away = false;
  std::function<void()> before_put;  // somebody else is faster

  Result<void> reach() const {
    if (is_away) return Error{Errc::io, "the place is away"};
    return {};
  }

  SharedConfiguration::Place place() {
    SharedConfiguration::Place made;
    made.load = [this](std::uint64_t known) -> Result<SharedConfiguration::Stored> {
      CSVM_CHECK(reach());
      return SharedConfiguration::Stored{revision, known == revision ? "" : document};
    };
    made.put = [this](std::uint64_t expected, std::string_view put) -> Result<std::uint64_t> {
      CSVM_CHECK(reach());
      if (before_put) std::exchange(before_put, nullptr)();
      if (expected != revision) return Error{Errc::conflict, "another revision"};
      document = put;
      return ++revision;
    };
    made.add_backup = [this](std::string_view name, std::string_view kept) -> Result<void> {
      CSVM_CHECK(reach());
      if (!backups.emplace(name, kept).second) return Error{Errc::conflict, "taken"};
      return {};
    };
    made.backups = [this]() -> Result<std::vector<LiveConfiguration::Backup>> {
      std::vector<LiveConfiguration::Backup> all;
      for (const auto& [name, kept] : backups) all.push_back({name, kept.size()});
      return all;
    };
    made.backup = [this](std::string_view name) -> Result<std::string> {
      const auto found = backups.find(std::string(name));
      if (found == backups.end()) return Error{Errc::not_found, "none"};
      return found->second;
    };
    return made;
  }
};

class SharedConfigurationTest : public testing::Test {
 protected:
  SharedConfigurationTest() {
    std::string name = (fs::temp_directory_path() / "csvm_configuration_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~SharedConfigurationTest() override { fs::remove_all(folder_); }

  std::string seed(std::string_view text) const {
    const std::string path = (folder_ / "seed.json").string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  Result<std::unique_ptr<SharedConfiguration>> try_to_open(std::string seed_file = "",
                                                           int* told = nullptr) {
    SharedConfiguration::Options options;
    options.place = place_.place();
    options.seed_file = std::move(seed_file);
    options.time_name = [] { return std::string("2024-01-15T10-30-00Z"); };
    if (told != nullptr) options.changed = [told] { ++*told; };
    return SharedConfiguration::open(std::move(options));
  }
  std::unique_ptr<SharedConfiguration> open(std::string seed_file = "", int* told = nullptr) {
    auto opened = try_to_open(std::move(seed_file), told);
    EXPECT_TRUE(opened) << opened.error().message;
    return *std::move(opened);
  }
  static std::string first_of(LiveConfiguration& configuration) {
    return configuration.current().value->people.fields.front().name;
  }

  fs::path folder_;
  SharedPlace place_;
};

TEST_F(SharedConfigurationTest, WhatOneProcessPutsIsWhatTheOtherHasAtOnce) {
  int told = 0;
  const auto one = open();
  const auto other = open("", &told);
  EXPECT_EQ(other->current().tag, one->current().tag);
  EXPECT_EQ(other->current().value->people.fields.size(),
            built_in_configuration().people.fields.size());
  const auto put = one->replace(shared_last, one->current().tag);
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(first_of(*other), "Last Name");
  EXPECT_EQ(other->current().tag, put->tag);
  EXPECT_EQ(told, 1);
  ASSERT_TRUE(one->replace(shared_first, ""));
  other->look();
  EXPECT_EQ(told, 2);
}

TEST_F(SharedConfigurationTest, ReplacesOnlyWhatTheCallerHasSeenWhoeverChangedIt) {
  const auto one = open();
  const auto other = open();
  const std::string seen = other->current().tag;
  ASSERT_TRUE(one->replace(shared_last, seen));
  const auto late = other->replace(shared_first, seen);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::conflict);
  // Somebody is faster between the look and the change.
  place_.before_put = [&] { ASSERT_TRUE(one->replace(shared_first, "")); };
  const auto beaten = other->replace(shared_last, other->current().tag);
  ASSERT_FALSE(beaten);
  EXPECT_EQ(beaten.error().code, Errc::conflict);
  place_.before_put = [&] { ASSERT_TRUE(one->replace(shared_first, "")); };
  ASSERT_TRUE(other->replace(shared_last, "")) << "whatever it is";
  EXPECT_EQ(first_of(*one), "Last Name");
}

TEST_F(SharedConfigurationTest, TheSeedCountsOnlyWhereNothingWasEverPut) {
  const auto one = open(seed(shared_first));
  EXPECT_EQ(first_of(*one), "First Name");
  EXPECT_FALSE(one->differs_from_seed());
  const auto without = open();
  EXPECT_EQ(first_of(*without), "First Name");
  ASSERT_TRUE(without->replace(shared_last, ""));
  const auto later = open(seed(shared_first));
  EXPECT_EQ(first_of(*later), "Last Name");
  EXPECT_TRUE(later->differs_from_seed());
  EXPECT_FALSE(open((folder_ / "none.json").string())->differs_from_seed());
}

TEST_F(SharedConfigurationTest, ABrokenSeedOrAPlaceThatIsAwayEndsTheStart) {
  const auto broken = try_to_open(seed("{"));
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("seed.json, line 1"));
  place_.is_away = true;
  EXPECT_FALSE(try_to_open());
}

TEST_F(SharedConfigurationTest, HoldsWhatItHadWhileThePlaceIsAway) {
  const auto one = open(seed(shared_first));
  place_.is_away = true;
  EXPECT_EQ(first_of(*one), "First Name");
  const auto refused = one->replace(shared_last, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::io);
  EXPECT_EQ(first_of(*one), "First Name");
}

TEST_F(SharedConfigurationTest, PutsBackWhatThePlaceHasLost) {
  const auto one = open();
  ASSERT_TRUE(one->replace(shared_last, ""));
  ASSERT_TRUE(one->replace(shared_first, ""));
  place_ = SharedPlace();
  EXPECT_EQ(first_of(*one), "First Name");
  EXPECT_EQ(place_.document, shared_first);
  EXPECT_EQ(first_of(*open()), "First Name");
}

TEST_F(SharedConfigurationTest, RefusesABrokenDocumentAndNamesOneThatLiesThere) {
  const auto one = open(seed(shared_first));
  ASSERT_FALSE(one->replace("{\"people_mappings\": []}", ""));
  EXPECT_EQ(place_.document, shared_first);
  place_.document = "{\"people_mappings\": 7}";  // by a version that knows more
  ++place_.revision;
  EXPECT_THAT(one->current().problem, HasSubstr("people_mappings"));
  EXPECT_EQ(first_of(*one), "First Name");
  ASSERT_TRUE(one->replace(shared_last, one->current().tag));
  EXPECT_EQ(one->current().problem, "");
}

TEST_F(SharedConfigurationTest, BackupsAreOfAllAndARestoreBacksUpWhatWas) {
  const auto one = open(seed(shared_first));
  const auto other = open();
  const auto name = one->back_up();
  ASSERT_TRUE(name) << name.error().message;
  EXPECT_EQ(*name, "field_mappings_2024-01-15T10-30-00Z.json");
  ASSERT_TRUE(one->replace(shared_last, ""));
  const auto restored = other->restore(*name);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(first_of(*one), "First Name");
  ASSERT_EQ(one->backups()->size(), 2U);
  ASSERT_TRUE(one->restore("field_mappings_2024-01-15T10-30-00Z_2.json"));
  EXPECT_EQ(first_of(*other), "Last Name");
  EXPECT_EQ(one->restore("../seed.json").error().code, Errc::not_found);
}

}  // namespace
}  // namespace csvm::recipe
