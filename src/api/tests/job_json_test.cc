#include "job_json.h"

#include <gtest/gtest.h>

namespace csvm::api {
namespace {

store::Job sample_job() {
  store::Job job;
  job.id = "j1";
  job.upload_id = "u1";
  job.session_id = "private-session";
  job.mode = store::Mode::webhook;
  job.webhook.url = "https://hooks.example/private";
  job.webhook.secret = "private-secret";
  job.webhook.headers = R"({"Authorization": "private-header"})";
  job.created_at = store::Time(std::chrono::milliseconds(1'705'314'600'123));
  return job;
}

TEST(JobJson, SaysWhatWeNeedAndNothingPrivate) {
  const std::string text = boost::json::serialize(job_json(sample_job()));
  EXPECT_EQ(text.find("private"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("created_at":"2024-01-15T10:30:00.123Z")"), std::string::npos) << text;
}

TEST(JobJson, OffersADownloadWhenThereIsAResult) {
  store::Job job = sample_job();
  const auto progress = [&] { return job_json(job).at("progress").as_object(); };
  EXPECT_FALSE(progress().at("download_available").as_bool());
  EXPECT_TRUE(progress().at("download_url").is_null());
  EXPECT_TRUE(progress().at("eta_seconds").is_null());
  job.results.push_back({std::string(jobs::part_records), "name-on-disk", 10});
  EXPECT_TRUE(progress().at("download_available").as_bool());
  EXPECT_EQ(progress().at("download_url").as_string(), "/api/jobs/j1/download");
}

TEST(JobJson, HasAnErrorOnlyWhenItFailed) {
  store::Job job = sample_job();
  EXPECT_TRUE(job_json(job).at("error").is_null());
  job.error = "leads.csv is empty";
  EXPECT_EQ(job_json(job).at("error").as_string(), "leads.csv is empty");
}

TEST(FileJson, ShowsTheFactsWhenTheFileIsWholeAndTheOffsetBefore) {
  store::SourceFile file;
  file.id = "f1";
  file.name = "leads.csv";
  file.offset = 7;
  EXPECT_EQ(file_json(file).at("offset").to_number<int>(), 7);
  EXPECT_EQ(file_json(file).at("status").as_string(), "receiving");
  jobs::FileFacts facts;
  facts.records = 3;
  facts.headers = {"Name", "Mail"};
  facts.delimiter = ";";
  facts.encoding = "utf-8";
  facts.preview = {{"Ada", "ada@one.example"}};
  file.facts = facts_document(facts);
  file.state = store::FileState::complete;
  const boost::json::object whole = file_json(file);
  EXPECT_FALSE(whole.contains("offset"));
  EXPECT_EQ(whole.at("records").to_number<int>(), 3);
  EXPECT_EQ(whole.at("headers").as_array().size(), 2U);
  EXPECT_EQ(whole.at("dialect").at("delimiter").as_string(), ";");
  EXPECT_EQ(whole.at("preview").at(0).at(1).as_string(), "ada@one.example");
}

}  // namespace
}  // namespace csvm::api
