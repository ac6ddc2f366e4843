#include <gmock/gmock.h>

#include "csvm/recipe.h"

namespace csvm::recipe {
namespace {

TEST(DeliveryWishes, WhatIsNotSaidIsAsBefore) {
  DeliveryWishes otherwise;
  otherwise.burst = 20;
  otherwise.timeout_seconds = 5;
  const auto wishes = parse_delivery_wishes(R"({"webhook_canary": 10})", otherwise);
  ASSERT_TRUE(wishes) << wishes.error().message;
  EXPECT_EQ(wishes->canary, 10U);
  EXPECT_EQ(wishes->burst, 20);
  EXPECT_EQ(wishes->timeout_seconds, 5);
}

TEST(DeliveryWishes, WhatIsWrittenReadsBackAsTheSameWhateverTheDefaults) {
  DeliveryWishes wishes;
  wishes.preset = "clay";
  wishes.burst = 0.5;
  wishes.max_record_bytes = 100'000;
  wishes.quota = 50'000;
  wishes.quota_used = 7;
  wishes.canary = 3;
  wishes.record_limit = 9;
  wishes.fail_above_percent = 12.5;
  wishes.retries = 0;
  wishes.backoff_seconds = {};
  wishes.timeout_seconds = 2.5;
  wishes.roll_over_urls = {"https://a.example/1", "https://b.example/2"};
  wishes.series = "2";
  DeliveryWishes other_defaults;
  other_defaults.retries = 7;
  other_defaults.preset = "n8n";
  const auto read = parse_delivery_wishes(to_json(wishes), other_defaults);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), to_json(wishes));
  EXPECT_EQ(read->retries, 0U);
  EXPECT_TRUE(read->backoff_seconds.empty());
  EXPECT_EQ(read->roll_over_urls, wishes.roll_over_urls);
}

TEST(DeliveryWishes, EveryMistakeIsNamedByItsPath) {
  std::vector<Mistake> mistakes;
  EXPECT_FALSE(parse_delivery_wishes(
      R"({"webhook_canary": 1.5, "webhook_retries": -1, "webhook_backoff": [1, "x"],
          "webhook_fail_above_percent": 101, "webhook_roll_over_urls": "no", "webhook_preset": 3})",
      {}, &mistakes));
  std::vector<std::string> paths;
  for (const Mistake& mistake : mistakes) paths.push_back(mistake.path);
  EXPECT_THAT(paths, testing::UnorderedElementsAre(
                         "webhook_canary", "webhook_retries", "webhook_backoff[1]",
                         "webhook_fail_above_percent", "webhook_roll_over_urls", "webhook_preset"));
}

TEST(Presets, AHostBelongsToThePresetThatItEndsIn) {
  const auto presets = built_in_destination_presets();
  const auto name = [&](std::string_view host) {
    const DestinationPreset* const found = preset_of(presets, host);
    return found == nullptr ? std::string() : found->name;
  };
  EXPECT_EQ(name("api.clay.com"), "clay");
  EXPECT_EQ(name("clay.com"), "clay");
  EXPECT_EQ(name("hook.eu2.make.com"), "make");
  EXPECT_EQ(name("hooks.zapier.com"), "zapier");
  EXPECT_EQ(name("me.app.n8n.cloud"), "n8n");
  EXPECT_EQ(name("notclay.com"), "");
  EXPECT_EQ(name("clay.com.evil.example"), "");
}

}  // namespace
}  // namespace csvm::recipe
