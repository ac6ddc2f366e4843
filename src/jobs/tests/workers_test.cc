#include <gmock/gmock.h>

#include "csvm/jobs.h"
#include "service_fixture.h"

namespace csvm::jobs {
namespace {

using testing::HasSubstr;

class WorkersTest : public ServiceFixture {
 protected:
  std::unique_ptr<Workers> start(WorkerSettings settings = {}) {
    settings.name = "worker";
    return Workers::start(environment(), settings);
  }
};

TEST_F(WorkersTest, MergeTheFilesOfAJobAndOfferAllPartsOfTheResult) {
  const std::string id = upload("apollo.csv", apollo);
  upload("hubspot.csv", hubspot, id);
  const store::Job job = begin(id, R"({"match": "exact"})");
  const auto workers = start();
  const store::Job done = wait_for_end(job.id);
  ASSERT_EQ(done.state, store::JobState::completed) << done.error;
  EXPECT_EQ(done.progress.total_records, 4U);
  EXPECT_EQ(done.progress.duplicates_removed, 1U);
  EXPECT_EQ(done.progress.percentage, 100);
  const std::string records = content(done, part_records);
  EXPECT_THAT(records, HasSubstr("Ada,Lovelace"));
  EXPECT_THAT(records, HasSubstr("Analyst"));
  EXPECT_THAT(records, HasSubstr("met in May"));
  EXPECT_THAT(content(done, part_duplicates), HasSubstr("hubspot.csv,2,1,"));
  EXPECT_THAT(content(done, part_report), HasSubstr("\"total_records\": 4"));
  EXPECT_EQ(content(done, part_rejected), "File,Line,Byte,Reason,Text\n");
}

TEST_F(WorkersTest, TakeWishesByTheIdOfAFile) {
  const std::string id = upload("a.csv", "Wer,Company\nAda,Engine Works\n");
  const std::string file = store_->find_upload(session_.id, id)->files.front().id;
  const store::Job job =
      begin(id, R"({"match": "none", "mapping": {")" + file + R"(": {"Wer": "Full Name"}}})");
  const auto workers = start();
  const store::Job done = wait_for_end(job.id);
  ASSERT_EQ(done.state, store::JobState::completed) << done.error;
  EXPECT_THAT(content(done, part_records), HasSubstr("Ada"));
  EXPECT_THAT(content(done, part_report), HasSubstr("\"why\": \"user\""));
}

TEST_F(WorkersTest, TellTheOriginOfValuesWhenTheRecipeWantsIt) {
  const std::string id = upload("apollo.csv", apollo);
  const store::Job job = begin(id, R"({"match": "exact", "provenance": true})");
  const store::Job other = begin(id, R"({"match": "exact"})");
  const auto workers = start();
  const store::Job done = wait_for_end(job.id);
  ASSERT_EQ(done.state, store::JobState::completed) << done.error;
  EXPECT_THAT(content(done, part_provenance),
              testing::AllOf(testing::StartsWith("Record,Column,Value,File,Line,Header,"),
                             HasSubstr("1,First Name,Ada,apollo.csv,2,")));
  const store::Job without = wait_for_end(other.id);
  EXPECT_EQ(std::ranges::count(without.results, part_provenance, &store::ResultFile::part), 0);
}

TEST_F(WorkersTest, LeaveOutWhoIsOnASuppressionList) {
  const std::string id = upload("apollo.csv", apollo);
  store::NewJob wishes;
  wishes.upload_id = id;
  wishes.suppression_upload_id = upload("customers.csv", "Email\ngrace@compiler.example\n");
  wishes.recipe = R"({"match": "exact"})";
  const store::Job job = *store_->create_job(session_.id, wishes);
  const auto workers = start();
  const store::Job done = wait_for_end(job.id);
  ASSERT_EQ(done.state, store::JobState::completed) << done.error;
  EXPECT_THAT(content(done, part_records), testing::Not(HasSubstr("Grace")));
  EXPECT_THAT(content(done, part_duplicates), HasSubstr("Grace"));
}

TEST_F(WorkersTest, SayWithTheUsersNameOfTheFileWhyAJobFailed) {
  const store::Job job = begin(upload("leads.csv", "PK\x03\x04 this is a ZIP archive, no CSV"));
  const auto workers = start();
  const store::Job done = wait_for_end(job.id);
  EXPECT_EQ(done.state, store::JobState::failed);
  EXPECT_THAT(done.error, HasSubstr("'leads.csv' is no CSV file"));
  EXPECT_THAT(done.error, testing::Not(HasSubstr(folder_.string())));
}

TEST_F(WorkersTest, CancelAJobThatRuns) {
  std::string large = "First Name,Last Name,Company\n";
  for (int row = 0; row < 200'000; ++row) {
    large += "Name" + std::to_string(row) + ",Family,Company " + std::to_string(row) + "\n";
  }
  const store::Job job = begin(upload("large.csv", large), R"({"match": "exact"})");
  WorkerSettings settings;
  settings.heartbeat = std::chrono::milliseconds(1);
  const auto workers = start(settings);
  wait_until([&] { return job_now(job.id).state != store::JobState::queued; });
  ASSERT_TRUE(store_->cancel_job(session_.id, job.id));
  const store::Job done = wait_for_end(job.id);
  EXPECT_EQ(done.state, store::JobState::cancelled);
  EXPECT_TRUE(done.results.empty());
}

TEST_F(WorkersTest, TakeUpAJobWhoseWorkerWasLost) {
  const store::Job job = begin(upload("apollo.csv", apollo));
  constexpr store::Phase phases[] = {store::Phase::merge};
  const auto lost = store_->claim("a worker that was killed", phases);
  ASSERT_TRUE(lost && *lost);
  turn_clock(std::chrono::minutes(1));  // its lease runs out
  const auto workers = start();
  const store::Job done = wait_for_end(job.id);
  EXPECT_EQ(done.state, store::JobState::completed) << done.error;
  const auto late = store_->complete((*lost)->lease, {}, {});
  ASSERT_FALSE(late);  // fenced off
  EXPECT_EQ(late.error().code, Errc::conflict);
}

TEST_F(WorkersTest, GiveTheSameResultWhenAJobIsRunAgain) {
  const std::string id = upload("apollo.csv", apollo);
  upload("hubspot.csv", hubspot, id);
  const store::Job one = begin(id);
  const store::Job other = begin(id);
  WorkerSettings two;
  two.concurrency = 2;
  const auto workers = start(two);
  EXPECT_EQ(content(wait_for_end(one.id), part_records),
            content(wait_for_end(other.id), part_records));
}

TEST_F(WorkersTest, HandAJobBackWhenTheyAreStopped) {
  std::string large = "First Name,Last Name,Company\n";
  for (int row = 0; row < 200'000; ++row) {
    large += "Name" + std::to_string(row) + ",Family,Company " + std::to_string(row) + "\n";
  }
  const store::Job job = begin(upload("large.csv", large), R"({"match": "exact"})");
  const auto workers = start();
  wait_until([&] { return job_now(job.id).state != store::JobState::queued; });
  workers->stop(std::chrono::milliseconds(0));
  const store::Job back = job_now(job.id);
  // It had ended by then, or it waits for the next worker; it never failed.
  EXPECT_TRUE(back.state == store::JobState::queued || back.state == store::JobState::completed)
      << store::to_string(back.state) << " " << back.error;
}

TEST_F(WorkersTest, PageTheClustersOfAResult) {
  std::string rows = "First Name,Last Name,Company,Email\n";
  for (const char* name : {"Ada", "Grace", "Linus"}) {
    for (int copy = 0; copy < 3; ++copy) {
      rows += std::string(name) + ",Person,\"Works, " + name + "\"," + name + "@works.example\n";
    }
  }
  rows += "Solo,Person,Alone Inc,solo@alone.example\n";
  const store::Job job = begin(upload("leads.csv", rows), R"({"match": "exact"})");
  const auto workers = start();
  const store::Job done = wait_for_end(job.id);
  ASSERT_EQ(done.state, store::JobState::completed) << done.error;

  const auto first = clusters(environment(), session_.id, job.id, 0, 2);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_EQ(first->clusters.size(), 2U);
  EXPECT_EQ(first->clusters[0].row, 1U);
  ASSERT_EQ(first->clusters[0].members.size(), 3U);
  EXPECT_EQ(first->clusters[0].first_file, "leads.csv");
  EXPECT_EQ(first->clusters[0].first_line, 2U);
  EXPECT_EQ(first->clusters[0].members[0].line, 0U);
  EXPECT_EQ(first->clusters[0].members[1].line, 3U);
  EXPECT_EQ(first->clusters[0].members[1].file, "leads.csv");
  EXPECT_FALSE(first->clusters[0].members[1].reason.empty());
  EXPECT_EQ(first->clusters[0].members[1].values.size(), first->columns.size());
  ASSERT_TRUE(first->next);
  const auto second = clusters(environment(), session_.id, job.id, *first->next, 2);
  ASSERT_TRUE(second);
  ASSERT_EQ(second->clusters.size(), 1U);
  EXPECT_THAT(second->clusters[0].members[2].values, testing::Contains("Works, Linus"));
  EXPECT_EQ(second->clusters[0].first_line, 8U);
  EXPECT_FALSE(second->next);
}

TEST_F(WorkersTest, PageThePossibleDuplicatesWithTheirRecords) {
  std::string rows = "Full Name,Company,Website\nCleo Park,Corex,corex.example\n";
  for (const char* name : {"Jon Weber", "Joan Weber", "Jona Weber"}) {
    rows += std::string(name) + ",Novak Glass,novak.example\n";
  }
  const store::Job job = begin(upload("leads.csv", rows), R"({"threshold": 100, "possible": 0})");
  const auto workers = start();
  const store::Job done = wait_for_end(job.id);
  ASSERT_EQ(done.state, store::JobState::completed) << done.error;

  const auto all = possible_duplicates(environment(), session_.id, job.id, 0, 10);
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_GE(all->pairs.size(), 2U);
  EXPECT_FALSE(all->next);
  for (const PossiblePair& pair : all->pairs) {
    EXPECT_EQ(pair.line_a, pair.row_a + 1) << "nothing was merged";
    EXPECT_EQ(pair.line_b, pair.row_b + 1);
    EXPECT_THAT(pair.values_a, testing::Contains("Novak Glass"));
    EXPECT_EQ(pair.values_b.size(), all->columns.size());
  }
  const auto first = possible_duplicates(environment(), session_.id, job.id, 0, 1);
  ASSERT_TRUE(first && first->next);
  const auto second = possible_duplicates(environment(), session_.id, job.id, *first->next, 1);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->pairs[0].line_b, all->pairs[1].line_b);
}

TEST_F(WorkersTest, DoWhatWasDecidedAboutRows) {
  const std::string upload_id = upload("leads.csv",
                                       "Full Name,Company\nAnn Lee,Acme\nAnn Lee,Acme\n"
                                       "Bob Ellison,Bolt\nCleo Park,Corex\n");
  const store::Job job = begin(upload_id, R"({"decisions": [
      {"a": {"file": "leads.csv", "line": 2}, "b": {"file": "leads.csv", "line": 3},
       "together": false},
      {"a": {"file": "leads.csv", "line": 5}, "b": {"file": "leads.csv", "line": 4},
       "together": true}]})");
  const auto workers = start();
  const store::Job done = wait_for_end(job.id);
  ASSERT_EQ(done.state, store::JobState::completed) << done.error;
  const auto page = clusters(environment(), session_.id, job.id, 0, 10);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->clusters.size(), 1U);
  EXPECT_EQ(page->clusters[0].row, 3U);
  EXPECT_EQ(page->clusters[0].members[1].line, 5U);
  EXPECT_EQ(page->clusters[0].members[1].reason, "decided by you");
}

TEST_F(WorkersTest, ShowNothingOfAnotherSession) {
  const store::Job job = begin(upload("apollo.csv", apollo));
  const auto workers = start();
  wait_for_end(job.id);
  const auto stranger = *store_->create_session();
  const auto page = clusters(environment(), stranger.id, job.id, 0, 10);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Errc::not_found);
}

}  // namespace
}  // namespace csvm::jobs
