#include <gmock/gmock.h>

#include <fstream>

#include "lead_reader.h"
#include "service_fixture.h"

namespace csvm::jobs {
namespace {

using testing::ElementsAre;

class LeadFileTest : public ServiceFixture {
 protected:
  std::unique_ptr<LeadFile> open(const std::string& content) {
    const std::string path = (folder_ / "leads.csv").string();
    std::ofstream(path, std::ios::binary) << content;
    auto file = LeadFile::open_result(path);
    EXPECT_TRUE(file) << file.error().message;
    return *std::move(file);
  }
  static std::string numbered(std::uint64_t count) {
    std::string text = "Full Name,Notes\n";
    const std::string filling(200, 'x');  // several blocks
    for (std::uint64_t n = 0; n < count; ++n) {
      text += "name " + std::to_string(n) + "," + filling + "\n";
    }
    return text;
  }
};

TEST_F(LeadFileTest, OfOneColumnIsReadAsItWasWritten) {
  const auto file = open("Work Email\nada@a.example\n\"b;c\"\n");
  EXPECT_THAT(file->headers(), ElementsAre("Work Email"));
  EXPECT_EQ(file->records(), 2U);
}

TEST_F(LeadFileTest, ReadsFromAnyRecordOn) {
  constexpr std::uint64_t count = 20'000;
  const auto file = open(numbered(count));
  ASSERT_EQ(file->records(), count);
  for (const std::uint64_t step : {1U, 7U, 999U, 4999U, 12'345U}) {
    LeadReader reader(*file);
    for (std::uint64_t at = 0; at < count; at += step) {
      reader.skip_to(at);
      ASSERT_EQ(reader.number(), at);
      const auto cells = reader.next();
      ASSERT_TRUE(cells);
      ASSERT_EQ((*cells)[0], "name " + std::to_string(at));
    }
    reader.skip_to(count);
    EXPECT_TRUE(reader.at_end());
  }
}

TEST_F(LeadFileTest, GivesOnlyTheRecordsThatAreNotFinishedAndKnowsTheirAttempts) {
  const auto file = open(numbered(10));
  store::Resumption resumption;
  resumption.finished = {{0, 3}, {5, 6}};
  store::Delivery tried;
  tried.record = 4;
  tried.attempts = 2;
  resumption.pending = {tried};
  const auto configuration = recipe::built_in_configuration();
  const auto records = lead_records(*file, configuration.people, resumption, {8, false});
  std::vector<std::uint64_t> numbers, attempts;
  for (;;) {
    const auto record = records->next();
    ASSERT_TRUE(record);
    if (!*record) break;
    numbers.push_back((*record)->number);
    attempts.push_back((*record)->attempts);
  }
  EXPECT_THAT(numbers, ElementsAre(3, 4, 6, 7));
  EXPECT_THAT(attempts, ElementsAre(0, 2, 0, 0));
}

TEST_F(LeadFileTest, SendsFormulasAsTheyAreMeant) {
  const auto file = open("Full Name,Notes\nAda,\"'=1+1\"\nBob,'tis so\n");
  const auto configuration = recipe::built_in_configuration();
  const auto records = lead_records(*file, configuration.people, {}, {0, true});
  EXPECT_THAT((*records->next())->body, testing::HasSubstr(R"("Notes":"=1+1")"));
  EXPECT_THAT((*records->next())->body, testing::HasSubstr(R"("Notes":"'tis so")"));
}

}  // namespace
}  // namespace csvm::jobs
