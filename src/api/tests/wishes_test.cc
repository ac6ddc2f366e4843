#include "wishes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace csvm::api {
namespace {

using testing::Contains;
using testing::IsEmpty;

Wishes read(std::string_view body, const Settings& settings = {}) {
  return read_wishes(boost::json::parse(body).as_object(), settings, "s1");
}

recipe::DeliveryWishes delivery_of(const Wishes& wishes) {
  return *recipe::parse_delivery_wishes(wishes.job.webhook.options, {});
}

std::vector<std::string> fields(const Wishes& wishes) {
  std::vector<std::string> names;
  for (const auto& mistake : wishes.mistakes) names.push_back(mistake.field);
  return names;
}

TEST(Wishes, NeedAnUploadAndATableOnly) {
  const Wishes wishes = read(R"({"upload_id": "u1", "table_type": "company"})");
  EXPECT_THAT(fields(wishes), IsEmpty());
  EXPECT_EQ(wishes.job.upload_id, "u1");
  EXPECT_EQ(wishes.job.table_type, store::TableType::company);
  EXPECT_EQ(wishes.job.mode, store::Mode::download);
  EXPECT_EQ(wishes.recipe.type, columns::TableType::company);
  EXPECT_THAT(fields(read("{}")), testing::UnorderedElementsAre("upload_id", "table_type"));
}

TEST(Wishes, TakeTheServicesThresholdUnlessTheySayOne) {
  const auto body = boost::json::parse(R"({"upload_id": "u", "table_type": "people"})");
  Settings settings;
  settings.default_threshold = 91;
  EXPECT_EQ(read_wishes(body.as_object(), settings).recipe.threshold, 91);
  EXPECT_EQ(read(R"({"upload_id": "u", "table_type": "people", "threshold": 70})").recipe.threshold,
            70);
}

TEST(Wishes, KeepTheRecipeForTheJobAsItIsRead) {
  const Wishes wishes = read(R"({"upload_id": "u", "table_type": "people", "match": "exact",
      "survivor": "longest", "mapping": {"f1": {"Mail": "Work Email", "Notes": null}},
      "excel_safe": true})");
  EXPECT_THAT(fields(wishes), IsEmpty());
  const auto kept = recipe::parse_recipe(wishes.job.recipe, "the job");
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(recipe::to_json(*kept), recipe::to_json(wishes.recipe));
  EXPECT_EQ(kept->match, cluster::Mode::exact);
  EXPECT_TRUE(kept->excel_safe);
  ASSERT_EQ(kept->mapping.size(), 1U);
  EXPECT_EQ(kept->mapping[0].file, "f1");
}

TEST(Wishes, TakeFromTheDestinationOfARecipeWhatTheyDoNotSay) {
  const Wishes wishes = read(R"({"upload_id": "u", "table_type": "people", "mode": "webhook",
      "webhook_url": "https://other.example/x", "webhook_retries": 1,
      "destination": {"host": "hooks.example", "rate": 2, "headers": ["X-List"], "signed": true,
                      "webhook_retries": 7, "webhook_canary": 5}})");
  EXPECT_THAT(fields(wishes), IsEmpty());
  EXPECT_EQ(wishes.job.webhook.url, "https://other.example/x");
  EXPECT_EQ(wishes.job.webhook.rate_per_second, 2);
  EXPECT_EQ(delivery_of(wishes).retries, 1U);
  EXPECT_EQ(delivery_of(wishes).canary, 5U);
  EXPECT_EQ(wishes.job.recipe.find("destination"), std::string::npos);
}

TEST(Wishes, ForAWebhookSayWhereAndHow) {
  const Wishes wishes = read(R"({"upload_id": "u", "table_type": "people", "mode": "webhook",
      "webhook_url": "https://hooks.example/x", "webhook_rate_limit": 0.5, "webhook_secret": "s",
      "webhook_headers": {"X-Team": "sales"}, "record_limit": 10})");
  EXPECT_THAT(fields(wishes), IsEmpty());
  EXPECT_EQ(wishes.job.mode, store::Mode::webhook);
  EXPECT_EQ(wishes.job.webhook.url, "https://hooks.example/x");
  EXPECT_EQ(wishes.job.webhook.rate_per_second, 0.5);
  EXPECT_EQ(wishes.job.webhook.headers, "X-Team: sales");
  EXPECT_EQ(delivery_of(wishes).record_limit, 10U);
  EXPECT_EQ(delivery_of(wishes).series, "s1");
  EXPECT_THAT(fields(read(R"({"upload_id": "u", "table_type": "people", "mode": "webhook"})")),
              Contains("webhook_url"));
}

TEST(Wishes, ForAWebhookAreAsThePresetOfItsHostSaysUnlessTheySayOtherwise) {
  const Wishes wishes = read(R"({"upload_id": "u", "table_type": "people", "mode": "webhook",
      "webhook_url": "https://api.clay.com/v3/hook", "webhook_quota": 7})");
  EXPECT_THAT(fields(wishes), IsEmpty());
  EXPECT_EQ(wishes.job.webhook.rate_per_second, 10);
  EXPECT_EQ(delivery_of(wishes).preset, "clay");
  EXPECT_EQ(delivery_of(wishes).burst, 20);
  EXPECT_EQ(delivery_of(wishes).max_record_bytes, 100'000U);
  EXPECT_EQ(delivery_of(wishes).quota, 7U);
  EXPECT_EQ(wishes.webhook.host, "api.clay.com");
}

TEST(Wishes, OfADeliveryAreCheckedOneByOne) {
  const Wishes wishes = read(R"({"upload_id": "u", "table_type": "people", "mode": "webhook",
      "webhook_url": "ftp://hooks.example/x", "webhook_secret": "whsec_%%%",
      "webhook_headers": {"Host": "a", "X-Fine": "b", "X-Split": "a\nb"}, "webhook_canary": -1,
      "webhook_preset": "fax", "webhook_roll_over_urls": ["https://a.example/", "nonsense"]})");
  EXPECT_THAT(fields(wishes), testing::UnorderedElementsAre(
                                  "webhook_url", "webhook_secret", "webhook_headers.Host",
                                  "webhook_headers.X-Split", "webhook_canary", "webhook_preset"));
}

TEST(Wishes, OfTheWrongKindAreNamedAllAtOnce) {
  const Wishes wishes = read(R"({"upload_id": 5, "table_type": "leads", "mode": "email",
      "threshold": "high", "webhook_rate_limit": -1, "webhook_headers": [], "record_limit": 0,
      "mapping": [], "no_such": true})");
  EXPECT_THAT(fields(wishes),
              testing::UnorderedElementsAre("upload_id", "table_type", "mode", "threshold",
                                            "webhook_rate_limit", "webhook_headers", "record_limit",
                                            "mapping", "no_such"));
}

}  // namespace
}  // namespace csvm::api
