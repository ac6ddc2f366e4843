#include <gmock/gmock.h>

#include "csvm/jobs.h"
#include "service_fixture.h"

namespace csvm::jobs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class InspectTest : public ServiceFixture {
 protected:
  Result<FileFacts> facts_of(const std::string& name, std::string_view text) {
    const std::string id = upload(name, text);
    const auto file = store_->find_upload(session_.id, id)->files.front();
    return inspect(environment(), {session_.id, file.id}, name, {});
  }
};

TEST_F(InspectTest, FindsHeadersDialectAndAPreview) {
  const auto facts = facts_of("hubspot.csv", hubspot);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->records, 2U);
  EXPECT_EQ(facts->delimiter, ";");
  EXPECT_EQ(facts->encoding, "utf-8");
  EXPECT_EQ(facts->headers.front(), "first name");
  ASSERT_EQ(facts->preview.size(), 2U);
  EXPECT_THAT(facts->preview[0],
              ElementsAre("Ada", "Lovelace", "Engine Works", "Analyst", "ada@engine.example"));
  EXPECT_EQ(facts->suggested_type, columns::TableType::people);
}

TEST_F(InspectTest, SuggestsACompanyTableWhenNoColumnIsOfAPerson) {
  const auto facts = facts_of("stores.csv", "Company,Domain,Industry\nAcme,acme.example,Tools\n");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->suggested_type, columns::TableType::company);
}

TEST_F(InspectTest, SuggestsPeopleForAListOfAddresses) {
  for (const std::string header : {"Email", "Personal Email", "Work Email"}) {
    const auto facts = facts_of("list.csv", header + "\nada@engine.example\nlin@mill.example\n");
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->suggested_type, columns::TableType::people) << header;
  }
  const auto stores = facts_of("stores.csv", "Company,Email\nAcme,info@acme.example\n");
  ASSERT_TRUE(stores);
  EXPECT_EQ(stores->suggested_type, columns::TableType::company);
}

TEST_F(InspectTest, WarnsOfRaggedRowsByTheirLine) {
  const auto facts = facts_of("a.csv", "First Name,Last Name\nAda,L\nGrace\nLin,K\nSue,P\n");
  ASSERT_TRUE(facts);
  ASSERT_EQ(facts->warnings.size(), 1U);
  EXPECT_THAT(facts->warnings[0], HasSubstr("1 rows have fewer"));
  EXPECT_THAT(facts->warnings[0], HasSubstr("line 3"));
}

TEST_F(InspectTest, RefusesWhatIsNoCsvByTheUsersName) {
  const auto facts = facts_of("page.csv", "<!DOCTYPE html><html><body>Error 500</body></html>");
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, Errc::invalid_input);
  EXPECT_THAT(facts.error().message, HasSubstr("'page.csv'"));
}

TEST_F(InspectTest, TellsFromTheFirstBytesWhatAFileHoldsWithoutTheRecordTheyCutOff) {
  const std::string text =
      "First Name;Last Name;Email\nAda;Lovelace;ada@engine.example\n"
      "Grace;Hopper;grace@navy.example\nLin;\"K\n two lines\";lin@";
  const auto facts = inspect_head(environment(), {session_.id, "head-1"}, "leads.csv", text);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->delimiter, ";");
  EXPECT_THAT(facts->headers, ElementsAre("First Name", "Last Name", "Email"));
  EXPECT_EQ(facts->records, 2U);
  ASSERT_EQ(facts->preview.size(), 2U);
  EXPECT_EQ(facts->preview[1][0], "Grace");
  EXPECT_TRUE(facts->warnings.empty());
  EXPECT_TRUE(files_->list(session_.id)->empty()) << "nothing of it may stay";
}

TEST_F(InspectTest, RefusesFirstBytesThatAreNoText) {
  const std::string_view png("\x89PNG\r\n\x1A\n\0\0\0\rIHDR", 16);
  const auto facts = inspect_head(environment(), {session_.id, "head-1"}, "a.csv", png);
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, Errc::invalid_input);
}

TEST_F(InspectTest, CutsLongCellsOfThePreviewBetweenCharacters) {
  std::string accents = "x";
  for (int i = 0; i < 400; ++i) accents += "\xC3\xA9";
  const auto facts = facts_of("a.csv", "Name,Notes\nAda," + accents + "\nGrace,short\n");
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->preview[0][1].size(), 499U);
  EXPECT_TRUE(accents.starts_with(facts->preview[0][1]));
  EXPECT_EQ(facts->preview[1][1], "short");
}

TEST_F(InspectTest, DoesNotOpenAnUploadThatIsStillBeingReceived) {
  const std::string id = store_->create_upload(session_.id)->id;
  ASSERT_TRUE(store_->add_file(session_.id, id, "late.csv", 100));
  const auto opened = open_upload(environment(), session_.id, id, {}, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::conflict);
}

}  // namespace
}  // namespace csvm::jobs
