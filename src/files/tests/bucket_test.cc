// A bucket: the conformance suite against our own object store, and what only a store far away can
// do to us.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "s3/kept.h"
#include "stub.h"

namespace csvm::files {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Storage> plain_bucket() { return std::make_unique<StubBucket>(); }

// Names in the host, short listings, a session token, no prefix.
std::unique_ptr<Storage> other_bucket() {
  auto bucket = std::make_unique<StubBucket>();
  const std::string& url = stub_url();
  bucket->settings.endpoint = "http://localhost" + url.substr(url.rfind(':'));
  bucket->settings.path_style = false;
  bucket->settings.session_token = "stub-token";
  bucket->settings.prefix = "";
  bucket->set(R"({"page": 2})");
  return bucket;
}

// Every tenth request fails in one of the ways in which requests fail, before or after it was
// carried out.
std::unique_ptr<Storage> failing_bucket() {
  auto bucket = std::make_unique<StubBucket>();
  bucket->set(R"({"faults": [{"kind": "500", "rate": 0.02}, {"kind": "503", "rate": 0.02},
      {"kind": "cut", "rate": 0.02}, {"kind": "reset", "rate": 0.02},
      {"kind": "500", "rate": 0.02, "after": true}, {"kind": "reset", "rate": 0.02, "after": true}]})");
  return bucket;
}

INSTANTIATE_TEST_SUITE_P(Bucket, FilesConformance,
                         testing::Values(Implementation{"path_style", plain_bucket},
                                         Implementation{"host_style", other_bucket},
                                         Implementation{"failing", failing_bucket}),
                         [](const auto& one) { return one.param.name; });

class BucketFiles : public testing::Test {
 protected:
  StubBucket bucket;
  std::unique_ptr<Files> files = bucket.open();

  Result<void> put(const Place& place, std::string_view data) {
    auto writer = files->create(place);
    if (!writer) return writer.error();
    CSVM_CHECK((*writer)->write(data));
    return (*writer)->commit();
  }
};

TEST_F(BucketFiles, AWriterThatIsGivenUpAbortsItsUpload) {
  {
    auto writer = files->create(here);
    ASSERT_TRUE((*writer)->write(many_bytes(9'000'000)));
    EXPECT_THAT(bucket.state(), HasSubstr(R"("uploads": ["some/where/session1/file1"])"));
  }
  EXPECT_THAT(bucket.state(), HasSubstr(R"("uploads": [])"));
}

TEST_F(BucketFiles, AScratchFileThatCannotBeUploadedLeavesNothing) {
  auto scratch = files->scratch(here);
  ASSERT_TRUE(scratch);
  std::ofstream((*scratch)->path()) << many_bytes(20'000'000);
  bucket.set(R"({"quota": 10000000})");
  const auto adopted = files->adopt(here, std::move(*scratch));
  ASSERT_FALSE(adopted);
  EXPECT_THAT(adopted.error().message, HasSubstr("is full"));
  EXPECT_THAT(bucket.state(), HasSubstr(R"("uploads": [])"));
  EXPECT_THAT(bucket.state(), HasSubstr(R"("objects": {})"));
}

TEST_F(BucketFiles, RemovingAnObjectAbortsTheUploadsOfItThatACrashLeft) {
  // A second writer, given up without its destructor: as a process that was killed.
  auto* lost = files->create(here)->release();
  ASSERT_TRUE(lost->write(many_bytes(9'000'000)));
  ASSERT_TRUE(put({"session1", "file2"}, "other"));
  EXPECT_EQ(files->list("session1")->size(), 1u) << "an upload that may still be running";
  bucket.set(R"({"uploads_age": 90000})");
  const auto entries = files->list("session1");
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[1].name, "file1");
  EXPECT_TRUE((*entries)[1].partial);
  ASSERT_TRUE(files->remove(here));
  EXPECT_THAT(bucket.state(), HasSubstr(R"("uploads": [])"));
  EXPECT_FALSE(lost->write(many_bytes(9'000'000))) << "its upload is gone";
  delete lost;
}

TEST_F(BucketFiles, ASessionOfAbandonedUploadsOnlyIsFound) {
  auto* lost = files->create({"session7", "file1"})->release();
  ASSERT_TRUE(lost->write(many_bytes(9'000'000)));
  EXPECT_TRUE(files->sessions()->empty());
  bucket.set(R"({"uploads_age": 90000})");
  EXPECT_EQ(*files->sessions(), std::vector<std::string>{"session7"});
  ASSERT_TRUE(files->remove_session("session7"));
  EXPECT_TRUE(files->sessions()->empty());
  delete lost;
}

TEST_F(BucketFiles, WhatIsKeptOfAnUploadStaysSmallHoweverOftenItIsInterrupted) {
  std::uint64_t bytes = 0;
  for (int i = 0; i < 8; ++i) {
    auto writer = bytes == 0 ? files->create(here) : files->resume(here, bytes);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE((*writer)->write("12345"));
    ASSERT_TRUE((*writer)->keep());
    bytes += 5;
  }
  // The last state and the one before it.
  EXPECT_EQ(bucket.state().find(".part/"), bucket.state().find("file1.part/") + 5);
  int states = 0;
  for (std::size_t at = 0; (at = bucket.state().find(".part/", at)) != std::string::npos; ++at) {
    ++states;
  }
  EXPECT_EQ(states, 2);
}

TEST_F(BucketFiles, AnUploadThatTheStoreHasForgottenIsAConflict) {
  {
    auto writer = files->create(here);
    ASSERT_TRUE((*writer)->write(many_bytes(9'000'000)));
    ASSERT_TRUE((*writer)->keep());
  }
  // As a rule of the bucket may do that aborts old uploads.
  auto writer = files->resume(here, 9'000'000);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(files->remove(here));
  ASSERT_TRUE((*writer)->write("more"));
  const auto done = (*writer)->commit();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::conflict);
}

TEST_F(BucketFiles, ReadingOnAsksForMoreAtOnceAndReadingAboutForLittle) {
  ASSERT_TRUE(put(here, many_bytes(8'000'000)));
  auto reader = files->open(here);
  const std::uint64_t before = bucket.number("requests");
  std::string out(65'536, '\0');
  for (std::uint64_t at = 0; at < 8'000'000; at += out.size()) {
    ASSERT_TRUE((*reader)->read_at(at, out));
  }
  const std::uint64_t onward = bucket.number("requests") - before;
  EXPECT_LE(onward, 7u);
  EXPECT_GE(onward, 4u);
}

TEST_F(BucketFiles, TheSameTriesAreMadeAgainUntilTheyHelp) {
  ASSERT_TRUE(put(here, "content"));
  int waits = 0;
  std::chrono::milliseconds longest{0};
  bucket.settings.wait = [&](std::chrono::milliseconds wait) {
    ++waits;
    longest = std::max(longest, wait);
  };
  files = bucket.open();
  bucket.set(R"({"faults": [{"kind": "503", "count": 4}, {"kind": "cut", "count": 2}]})");
  std::string out(7, '\0');
  auto reader = files->open(here);
  ASSERT_TRUE(reader) << reader.error().message;
  ASSERT_TRUE((*reader)->read_at(0, out));
  EXPECT_EQ(out, "content");
  EXPECT_EQ(waits, 6);
  EXPECT_GE(longest.count(), 100);
  EXPECT_LE(longest.count(), 3000);
}

TEST_F(BucketFiles, AStoreThatStaysIllIsNamedAfterSomeTries) {
  int waits = 0;
  bucket.settings.wait = [&](std::chrono::milliseconds) { ++waits; };
  files = bucket.open();
  bucket.set(R"({"faults": [{"kind": "503"}]})");
  const auto opened = files->open(here);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::io);
  EXPECT_THAT(opened.error().message, HasSubstr("answers 503 SlowDown"));
  EXPECT_EQ(waits, 8);
  waits = 0;
  EXPECT_FALSE(files->check()) << "whoever asks for health does not want to wait";
  EXPECT_EQ(waits, 1);
  bucket.set(R"({"faults": []})");
  EXPECT_TRUE(files->check());
}

// The store completes the upload, but its answer is lost: asked again it knows no such upload.
TEST_F(BucketFiles, ACompletionWhoseAnswerWasLostIsOneNevertheless) {
  bucket.set(R"({"faults": [{"kind": "reset", "count": 1, "after": true, "method": "POST",
                             "query": "uploadId"}]})");
  const std::string data = many_bytes(9'000'000);
  const auto done = put(here, data);
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(bucket.number("faults_met"), 1u);
  EXPECT_EQ((*files->open(here))->bytes(), data.size());
}

TEST_F(BucketFiles, AFullBucketIsNamedLeavesNothingHalfAndRecovers) {
  bucket.set(R"({"quota": 12000000})");
  const auto small = put(here, many_bytes(6'000'000));
  EXPECT_TRUE(small);
  const auto large = put({"session1", "large"}, many_bytes(9'000'000));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Errc::io);
  EXPECT_THAT(large.error().message, HasSubstr("is full: free some space"));
  EXPECT_THAT(bucket.state(), HasSubstr(R"("uploads": [])"));
  EXPECT_EQ(files->list("session1")->size(), 1u);
  bucket.set(R"({"quota": null})");
  EXPECT_TRUE(put({"session1", "large"}, many_bytes(9'000'000)));
}

TEST_F(BucketFiles, ATransferEndsWhenItIsToldToStop) {
  const std::string large = many_bytes(20'000'000);
  ASSERT_TRUE(put(here, large));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(files->fetch(here, stop.get_token()).error().code, Errc::cancelled);
  auto scratch = *files->scratch(here);
  std::ofstream(scratch->path()) << large;
  const files::Place there{"session1", "other"};
  EXPECT_EQ(files->adopt(there, std::move(scratch), stop.get_token()).error().code,
            Errc::cancelled);
  EXPECT_EQ(files->open(there).error().code, Errc::not_found);
  std::stop_source unused;
  EXPECT_TRUE(files->fetch(here, unused.get_token()));
}

TEST_F(BucketFiles, ScratchFilesOfAProcessThatDiedAreRemovedByTheNextOne) {
  namespace fs = std::filesystem;
  const fs::path folder = bucket.settings.scratch_folder;
  fs::create_directories(folder / "scratch-dead");
  std::ofstream(folder / "scratch-dead" / "1") << "input";
  ASSERT_TRUE(put(here, "content"));
  auto copy = files->fetch(here);
  ASSERT_TRUE(copy);
  auto other = bucket.open();
  EXPECT_FALSE(fs::exists(folder / "scratch-dead"));
  EXPECT_TRUE(fs::exists((*copy)->path())) << "of a process that lives";
  copy->reset();
  files.reset();
  other.reset();
  EXPECT_TRUE(fs::is_empty(folder));
}

// What an operator can do wrong, and the words that help.
struct Mistake {
  std::string name;
  std::function<void(StubBucket&)> make;
  Errc code;
  std::string words;
  friend void PrintTo(const Mistake& one, std::ostream* out) { *out << one.name; }
};

class BucketMistake : public testing::TestWithParam<Mistake> {};

TEST_P(BucketMistake, IsNamedWithWhatToDo) {
  StubBucket bucket;
  GetParam().make(bucket);
  const auto opened = open_bucket(bucket.settings);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, GetParam().code) << opened.error().message;
  EXPECT_THAT(opened.error().message, HasSubstr(GetParam().words));
}

const Mistake mistakes[] = {
    {"no_server",
     // The stub listens at 127.0.0.1 only.
     [](StubBucket& b) { b.settings.endpoint.replace(0, 16, "http://127.0.0.2"); }, Errc::io,
     "cannot be reached: no connection: Connection refused; check S3_ENDPOINT"},
    {"no_tls", [](StubBucket& b) { b.settings.endpoint.replace(0, 4, "https"); }, Errc::io,
     "is not trusted"},
    {"no_url", [](StubBucket& b) { b.settings.endpoint = "s3.example"; }, Errc::invalid_input,
     "S3_ENDPOINT: 's3.example' is not usable"},
    {"bucket_in_url", [](StubBucket& b) { b.settings.endpoint += "/bucket"; }, Errc::invalid_input,
     "must end after the host"},
    {"no_bucket", [](StubBucket& b) { b.settings.bucket = "nowhere"; }, Errc::io,
     "there is no bucket 'nowhere' at http://127.0.0.1:"},
    {"bucket_name", [](StubBucket& b) { b.settings.bucket = "My Bucket"; }, Errc::invalid_input,
     "S3_BUCKET: 'My Bucket' is no name of a bucket"},
    {"prefix", [](StubBucket& b) { b.settings.prefix = "/a b"; }, Errc::invalid_input,
     "S3_PREFIX: '/a b' must be"},
    {"key", [](StubBucket& b) { b.settings.access_key_id = "other"; }, Errc::io,
     "does not know our S3_ACCESS_KEY_ID"},
    {"no_key", [](StubBucket& b) { b.settings.access_key_id = ""; }, Errc::invalid_input,
     "S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are needed"},
    {"secret", [](StubBucket& b) { b.settings.secret_access_key = "other"; }, Errc::io,
     "S3_SECRET_ACCESS_KEY is not that of S3_ACCESS_KEY_ID"},
    {"token", [](StubBucket& b) { b.settings.session_token = "other"; }, Errc::io,
     "does not know S3_SESSION_TOKEN"},
    {"expired", [](StubBucket& b) { b.settings.session_token = "expired"; }, Errc::io,
     "credentials have expired: set fresh"},
    {"region", [](StubBucket& b) { b.settings.region = "stub-2"; }, Errc::io,
     "is not in S3_REGION stub-2: set S3_REGION to stub-1"},
    {"rights", [](StubBucket& b) { b.set(R"({"forbidden": ["PUT"]})"); }, Errc::io,
     "(AccessDenied): S3_ACCESS_KEY_ID needs GetObject, PutObject"},
    {"full", [](StubBucket& b) { b.set(R"({"quota": 0})"); }, Errc::io, "is full"},
    {"clock",
     [](StubBucket& b) {
       b.settings.now = [now = b.settings.now] { return now() + std::chrono::hours(2); };
     },
     Errc::io, "the clock of this machine differs from the object store's by 7"},
    {"scratch", [](StubBucket& b) { b.settings.scratch_folder = "/dev/null/scratch"; }, Errc::io,
     "/dev/null/scratch"}};

INSTANTIATE_TEST_SUITE_P(Settings, BucketMistake, testing::ValuesIn(mistakes),
                         [](const auto& one) { return one.param.name; });

TEST(KeptUploads, AreReadAsTheyWereWritten) {
  s3::Kept kept;
  kept.upload_id = "id with / and =";
  kept.writer = "abc";
  kept.etags = {"\"1\"", "\"2\""};
  kept.tail = std::string("a\n\0b\n", 5);
  const auto read = s3::parse_kept(s3::kept_document(kept));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->upload_id, kept.upload_id);
  EXPECT_EQ(read->writer, kept.writer);
  EXPECT_EQ(read->etags, kept.etags);
  EXPECT_EQ(read->tail, kept.tail);
  EXPECT_EQ(read->bytes(), 2 * s3::part_bytes + 5);
}

TEST(KeptUploads, WhatIsCutOrForeignIsRefused) {
  s3::Kept kept;
  kept.etags = {"\"1\"", "\"2\""};
  const std::string document = s3::kept_document(kept);
  for (std::size_t size = 0; size < document.size() - 1; ++size) {
    EXPECT_FALSE(s3::parse_kept(document.substr(0, size))) << size;
  }
  EXPECT_FALSE(s3::parse_kept("csv-merger kept upload 1\n\n\n99999999999999999999\n"));
  EXPECT_EQ(s3::kept_bytes(s3::kept_key("s/n", 123)), 123u);
  EXPECT_FALSE(s3::kept_bytes("s/n"));
  EXPECT_FALSE(s3::kept_bytes("s/n.part/0000000000000000012x"));
}

}  // namespace
}  // namespace csvm::files
