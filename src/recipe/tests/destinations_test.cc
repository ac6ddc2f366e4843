#include <gtest/gtest.h>

#include <algorithm>

#include "csvm/recipe.h"

namespace csvm::recipe {
namespace {

TEST(DestinationPresets, OfTheShippedFileAreBuiltIn) {
  const auto presets = built_in_destination_presets();
  const auto clay = std::ranges::find(presets, "clay", &DestinationPreset::name);
  ASSERT_NE(clay, presets.end());
  EXPECT_EQ(clay->rate_per_second, 10);
  EXPECT_EQ(clay->burst, 20);
  EXPECT_EQ(clay->max_record_bytes, 100'000U);
  EXPECT_EQ(clay->quota, 50'000U);
  EXPECT_NE(std::ranges::find(presets, "generic", &DestinationPreset::name), presets.end());
}

TEST(DestinationPresets, MayLeaveLimitsOut) {
  const auto presets = parse_destination_presets(R"({"crm": {"rate": 0.5}})", "own.json");
  ASSERT_TRUE(presets);
  EXPECT_EQ(presets->front().name, "crm");
  EXPECT_EQ(presets->front().rate_per_second, 0.5);
  EXPECT_EQ(presets->front().quota, 0U);
}

TEST(DestinationPresets, NameEveryMistakeByItsPath) {
  const auto presets = parse_destination_presets(
      R"({"a": {"rate": -1, "brust": 2}, "b": 3, "c": {"quota": 1.5, "rate": "10"}})", "own.json");
  ASSERT_FALSE(presets);
  EXPECT_EQ(presets.error().code, Errc::invalid_input);
  for (const char* path : {"a.rate", "a.brust", "b", "c.quota", "c.rate"}) {
    EXPECT_NE(presets.error().message.find(path), std::string::npos) << presets.error().message;
  }
}

TEST(DestinationPresets, AreRefusedWhenTheyAreNoObject) {
  for (const char* text : {"", "[]", "{", "1"}) {
    EXPECT_FALSE(parse_destination_presets(text, "own.json")) << text;
  }
}

}  // namespace
}  // namespace csvm::recipe
