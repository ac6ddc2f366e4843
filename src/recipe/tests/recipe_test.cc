#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "csvm/recipe.h"

namespace csvm::recipe {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view everything = R"({
  // what the agency settled on in March
  "table_type": "company", "match": "exact", "threshold": 92.5, "possible": 70,
  "survivor": "newest_file", "header_threshold": 80, "further_contacts": 3,
  "excel_safe": true, "drop_empty": true, "provenance": true, "no_clean": ["names", "emails"],
  "rank": ["crm.csv"],
  "reading": {"crm.csv": {"delimiter": ";", "encoding": "windows-1252"}, "t.txt": {"delimiter": "tab"}},
  "mapping": {"apollo.csv": {"Firma": "Company Name", "Owner": null}},
  "decisions": [{"a": {"file": "apollo.csv", "line": 7}, "b": {"file": "crm.csv", "line": 9},
                 "together": true}],
  "destination": {"host": "hooks.example", "rate": 2.5, "headers": ["X-List"], "signed": true,
                  "webhook_retries": 5, "webhook_backoff": [1, 2], "webhook_canary": 5},
})";

std::string mistake_of(std::string_view json) {
  const auto recipe = parse_recipe(json, "r.json");
  if (recipe) return "(no mistake)";
  EXPECT_EQ(recipe.error().code, Errc::invalid_input);
  return recipe.error().message;
}

TEST(Recipe, ReadsEveryWish) {
  const auto recipe = parse_recipe(everything, "r.json");
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->type, columns::TableType::company);
  EXPECT_EQ(recipe->match, cluster::Mode::exact);
  EXPECT_EQ(recipe->threshold, 92.5);
  EXPECT_EQ(recipe->possible, 70);
  EXPECT_EQ(recipe->survivor, merge::Survivor::newest_file);
  EXPECT_EQ(recipe->header_threshold, 80);
  EXPECT_EQ(recipe->further_contacts, 3U);
  EXPECT_TRUE(recipe->excel_safe);
  EXPECT_TRUE(recipe->drop_empty);
  EXPECT_TRUE(recipe->provenance);
  EXPECT_THAT(recipe->not_clean, ElementsAre(clean::Rule::names, clean::Rule::emails));
  EXPECT_THAT(recipe->rank, ElementsAre("crm.csv"));
  ASSERT_EQ(recipe->reading.size(), 2U);
  EXPECT_EQ(recipe->reading[0].delimiter, ';');
  EXPECT_EQ(recipe->reading[0].encoding, "windows-1252");
  EXPECT_EQ(recipe->reading[1].delimiter, '\t');
  ASSERT_EQ(recipe->mapping.size(), 1U);
  ASSERT_EQ(recipe->mapping[0].mapping.size(), 2U);
  EXPECT_EQ(recipe->mapping[0].mapping[0].field, "Company Name");
  EXPECT_EQ(recipe->mapping[0].mapping[1].field, std::nullopt);
}

TEST(Recipe, NamesWhatIsWrongWithADecision) {
  EXPECT_THAT(mistake_of(R"({"decisions": [{"a": {"file": "x.csv"}, "b": 5, "together": true}]})"),
              testing::AllOf(HasSubstr("decisions[0].a: must be a row"),
                             HasSubstr("decisions[0].b: must be a row")));
  EXPECT_THAT(mistake_of(R"({"decisions": [{}]})"), HasSubstr("decisions[0]: must be a decision"));
  EXPECT_THAT(mistake_of(R"({"match": "none", "decisions": [{"a": {"file": "x", "line": 2},
                             "b": {"file": "x", "line": 3}, "together": false}]})"),
              HasSubstr("decisions: need match fuzzy or exact"));
}

TEST(Recipe, GivesDecisionsToTheFilesTheyName) {
  Recipe recipe;
  recipe.decisions = {{{"crm.csv", 9}, {"a/apollo.csv", 7}, true}};
  pipeline::Settings settings;
  std::vector<pipeline::SourceFile> files(3);
  files[0].path = "a/apollo.csv";
  files[0].name = "apollo.csv";
  files[1].path = "b/apollo.csv";
  files[1].name = "apollo.csv";
  files[2].name = "crm.csv";
  ASSERT_TRUE(apply(recipe, settings, files));
  ASSERT_EQ(settings.decisions.size(), 1U);
  EXPECT_EQ(settings.decisions[0].a.source, 2U);
  EXPECT_EQ(settings.decisions[0].a.line, 9U);
  EXPECT_EQ(settings.decisions[0].b.source, 0U);
  EXPECT_TRUE(settings.decisions[0].together);
  recipe.decisions[0].b.file = "apollo.csv";
  const auto ambiguous = apply(recipe, settings, files);
  ASSERT_FALSE(ambiguous);
  EXPECT_THAT(ambiguous.error().message, HasSubstr("2 files are named 'apollo.csv'"));
}

TEST(Recipe, WrittenAndReadBackIsTheSame) {
  const auto recipe = parse_recipe(everything, "r.json");
  ASSERT_TRUE(recipe);
  const std::string written = to_json(*recipe);
  const auto again = parse_recipe(written, "again.json");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), written);
}

TEST(Recipe, WritesOnlyWhatIsNotAsByDefault) {
  EXPECT_EQ(to_json(Recipe()), "{\n  \"table_type\": \"people\"\n}\n");
}

TEST(Recipe, NamesEveryMistakeByItsPath) {
  const std::string said = mistake_of(R"({"match": "soft", "threshold": 120, "survivor": 3,
      "no_clean": ["tidy"], "rank": [1], "mapping": {"a.csv": {"Firma": 7}}, "treshold": 90,
      "excel_safe": "yes", "further_contacts": 1.5})");
  EXPECT_THAT(said, HasSubstr("r.json: 9 mistakes"));
  EXPECT_THAT(said, HasSubstr("match: must be fuzzy, exact or none, not 'soft'"));
  EXPECT_THAT(said, HasSubstr("threshold: must be from 0 to 100, not 120"));
  EXPECT_THAT(said, HasSubstr("survivor: must be a text, not a number"));
  EXPECT_THAT(said, HasSubstr("no_clean[0]: there is no rule 'tidy'"));
  EXPECT_THAT(said, HasSubstr("rank[0]: must be a text, not a number"));
  EXPECT_THAT(said, HasSubstr("mapping.\"a.csv\".Firma: must be a text, not a number"));
  EXPECT_THAT(said, HasSubstr("treshold: is not known"));
  EXPECT_THAT(said, HasSubstr("excel_safe: must be true or false, not a text"));
  EXPECT_THAT(said, HasSubstr("further_contacts: must be a whole number, not 1.5"));
}

TEST(Recipe, RefusesAPossibleLineAboveTheThreshold) {
  EXPECT_THAT(mistake_of(R"({"threshold": 50})"), HasSubstr("60 is above the threshold (50)"));
}

TEST(Recipe, RefusesAKeyGivenTwice) {
  EXPECT_THAT(mistake_of(R"({"match": "exact", "match": "none"})"),
              HasSubstr("match: stands there twice"));
}

TEST(Recipe, SaysWhereTheJsonBreaks) {
  EXPECT_THAT(mistake_of("{\n  \"match\": ,"), HasSubstr("r.json, line 2, column"));
}

TEST(Recipe, BecomesACommandThatAShellReadsTheSame) {
  Recipe recipe;
  recipe.match = cluster::Mode::exact;
  recipe.not_clean = {clean::Rule::names};
  recipe.mapping = {{"it's.csv", {{"E-mail ($)", "Work Email"}, {"Owner", std::nullopt}}}};
  EXPECT_EQ(to_command(recipe, {"it's.csv", "-x.csv"}),
            "csv-merger merge 'it'\\''s.csv' ./-x.csv --type people --match exact "
            "--no-clean=names --map 'it'\\''s.csv:E-mail ($)=Work Email' "
            "--map 'it'\\''s.csv:Owner='");
}

TEST(Recipe, SaysInACommandHowFilesAreRead) {
  Recipe recipe;
  recipe.reading = {{"a.csv", ';', std::nullopt}, {"b.txt", '\t', "utf-16le"}};
  EXPECT_EQ(to_command(recipe, {"a.csv", "b.txt"}),
            "csv-merger merge a.csv b.txt --type people --delimiter 'a.csv=;' "
            "--delimiter b.txt=tab --encoding b.txt=utf-16le");
}

TEST(Recipe, SaysInACommandHowItIsDelivered) {
  const auto recipe = parse_recipe(
      R"({"table_type": "people", "destination": {"host": "hooks.example", "rate": 2.5, "headers": ["X-List"],
          "signed": true, "webhook_retries": 5, "webhook_backoff": [1, 2.5], "webhook_canary": 5}})",
      "r.json");
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(to_command(*recipe, {"a.csv"}),
            "csv-merger merge a.csv --type people -o leads.csv && csv-merger send leads.csv "
            "--type people --to https://hooks.example/... --rate 2.5 --header 'X-List: ...' "
            "--secret ... --first 5 --retries 5 --backoff 1,2.5");
}

TEST(Recipe, NeverWritesWhatMayBeSecret) {
  Recipe recipe;
  recipe.destination = Destination{};
  recipe.destination->host = "hooks.example";
  recipe.destination->wishes.roll_over_urls = {"https://hooks.example/s3cret"};
  recipe.destination->wishes.series = "d7";
  EXPECT_EQ(to_json(recipe),
            "{\n  \"table_type\": \"people\",\n"
            "  \"destination\": {\"host\":\"hooks.example\",\"rate\":10}\n}\n");
}

TEST(Recipe, NamesWhatIsWrongWithADestination) {
  EXPECT_THAT(
      mistake_of(R"({"destination": {"rate": -1, "webhook_retries": "x", "url": "https://x"}})"),
      testing::AllOf(HasSubstr("destination.rate: must be a number of records"),
                     HasSubstr("destination.webhook_retries: must be a number"),
                     HasSubstr("destination.url: is no text")));
}

TEST(Recipe, TakesOneSignForADelimiter) {
  EXPECT_EQ(delimiter_named("tab"), '\t');
  EXPECT_EQ(delimiter_named("|"), '|');
  for (const std::string_view wrong : {"", "x", "7", "\"", "\n", ";;", "comma", "\xC3\xA9"}) {
    EXPECT_EQ(delimiter_named(wrong), std::nullopt) << wrong;
  }
  EXPECT_THAT(mistake_of(R"({"reading": {"a.csv": {"delimiter": "and"}}})"),
              HasSubstr("one sign such as"));
  EXPECT_THAT(mistake_of(R"({"reading": {"a.csv": {"quote": "'"}}})"), HasSubstr("not known"));
}

TEST(Recipe, IsTakenIntoTheSettingsOfARun) {
  const auto recipe = parse_recipe(everything, "r.json");
  ASSERT_TRUE(recipe);
  pipeline::Settings settings;
  std::vector<pipeline::SourceFile> files(3);
  files[2].path = files[2].name = "t.txt";
  files[0].path = "in/apollo.csv";
  files[0].name = "apollo.csv";
  files[1].path = files[1].name = "crm.csv";
  ASSERT_TRUE(apply(*recipe, settings, files));
  EXPECT_EQ(settings.matching.mode, cluster::Mode::exact);
  EXPECT_EQ(settings.survivor, merge::Survivor::newest_file);
  EXPECT_FALSE(settings.rules.on(clean::Rule::names));
  EXPECT_TRUE(settings.rules.on(clean::Rule::domains));
  EXPECT_EQ(files[1].rank, 0U);
  EXPECT_EQ(files[0].rank, 1U);
  ASSERT_EQ(files[0].overrides.size(), 2U);
  EXPECT_EQ(files[0].overrides[0].header, "Firma");
  EXPECT_TRUE(files[1].overrides.empty());
  EXPECT_EQ(files[1].known.delimiter, ';');
  EXPECT_EQ(files[1].encoding, "windows-1252");
  EXPECT_EQ(files[2].known.delimiter, '\t');
  EXPECT_EQ(files[2].encoding, std::nullopt);
}

TEST(Recipe, NamesAFileThatIsNotAmongThoseGiven) {
  Recipe recipe;
  recipe.rank = {"old.csv"};
  pipeline::Settings settings;
  std::vector<pipeline::SourceFile> files(1);
  files[0].path = files[0].name = "new.csv";
  const auto applied = apply(recipe, settings, files);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message, "rank: there is no file 'old.csv' among those given");
}

}  // namespace
}  // namespace csvm::recipe
