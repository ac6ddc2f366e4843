// Conformance: sessions, uploads, limits, retention.
#pragma once

#include <algorithm>
#include <set>

#include "conformance.h"

namespace csvm::store {

TEST_P(StoreConformance, ASessionIsFoundByItsTokenAndById) {
  auto made = store->create_session();
  ASSERT_TRUE(made);
  EXPECT_EQ(made->id.size(), 26u);
  EXPECT_EQ(made->token.size(), 26u);
  EXPECT_NE(made->id, made->token);
  EXPECT_EQ(made->expires_at, surroundings.now() + hours(48));
  reopen();
  EXPECT_EQ(store->use_session(made->token)->id, made->id);
  EXPECT_EQ(store->find_session(made->id)->expires_at, made->expires_at);
  EXPECT_EQ(code_of(store->use_session(made->id)), Errc::not_found);
  EXPECT_EQ(code_of(store->use_session("")), Errc::not_found);
  EXPECT_EQ(code_of(store->find_session(made->token)), Errc::not_found);
}

TEST_P(StoreConformance, UseProlongsASessionOnceAMinute) {
  auto made = store->create_session();
  surroundings.pass(seconds(59));
  EXPECT_EQ(store->use_session(made->token)->expires_at, made->expires_at);
  surroundings.pass(seconds(1));
  EXPECT_EQ(store->use_session(made->token)->expires_at, surroundings.now() + hours(48));
  surroundings.pass(hours(48) - seconds(1));
  EXPECT_TRUE(store->find_session(made->id));
  EXPECT_TRUE(store->use_session(made->token));
  surroundings.pass(hours(47));
  EXPECT_TRUE(store->use_session(made->token));
  surroundings.pass(hours(48));
  EXPECT_EQ(code_of(store->use_session(made->token)), Errc::not_found);
  EXPECT_EQ(code_of(store->find_session(made->id)), Errc::not_found);
  EXPECT_EQ(code_of(store->create_upload(made->id)), Errc::not_found);
}

TEST_P(StoreConformance, ForgettingASessionRemovesAllOfItEvenARunningJob) {
  const auto session = new_session();
  const auto other = new_session();
  const Job job = new_job(session);
  const Claim claim = claim_one();
  ASSERT_TRUE(store->note_headers(session, TableType::people, "Email,Name"));
  new_job(other);
  ASSERT_TRUE(store->forget_session(session));
  EXPECT_EQ(code_of(store->find_session(session)), Errc::not_found);
  EXPECT_EQ(code_of(store->find_job(session, job.id)), Errc::not_found);
  EXPECT_EQ(code_of(store->heartbeat(claim.lease, {})), Errc::not_found);
  EXPECT_EQ(code_of(store->complete(claim.lease, {}, {})), Errc::not_found);
  EXPECT_EQ(code_of(store->forget_session(session)), Errc::not_found);
  EXPECT_TRUE(store->recent_headers(TableType::people, 10)->empty());
  const auto totals = store->totals();
  EXPECT_EQ(totals->sessions, 1u);
  EXPECT_EQ(totals->uploads, 1u);
  EXPECT_EQ(totals->files, 1u);
  EXPECT_EQ(totals->bytes, 100u);
  EXPECT_EQ(totals->jobs, 1u);
  EXPECT_EQ(store->list_jobs(other)->size(), 1u);
}

TEST_P(StoreConformance, AnUploadGoesFromReceivingToComplete) {
  const auto session = new_session();
  auto upload = store->create_upload(session);
  const std::string hostile = "../../etc/passwd\n\"<b>\xc3\xa9";
  auto file = store->add_file(session, upload->id, hostile, 0);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->state, FileState::receiving);
  ASSERT_TRUE(store->reserve_bytes(session, file->id, 500));
  ASSERT_TRUE(store->set_offset(session, file->id, 300));
  reopen();
  auto found = store->find_file(session, file->id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, hostile);
  EXPECT_EQ(found->bytes, 500u);
  EXPECT_EQ(found->offset, 300u);
  EXPECT_EQ(store->session_usage(session)->bytes, 500u);
  ASSERT_TRUE(store->complete_file(session, file->id, 400, "facts"));
  found = store->find_file(session, file->id);
  EXPECT_EQ(found->state, FileState::complete);
  EXPECT_EQ(found->bytes, 400u);
  EXPECT_EQ(found->facts, "facts");
  EXPECT_EQ(store->session_usage(session)->bytes, 400u);
  EXPECT_EQ(code_of(store->complete_file(session, file->id, 400, "")), Errc::not_found);
  ASSERT_TRUE(store->add_file(session, upload->id, "second", 7));
  auto uploads = store->list_uploads(session);
  ASSERT_EQ(uploads->size(), 1u);
  ASSERT_EQ((*uploads)[0].files.size(), 2u);
  EXPECT_EQ((*uploads)[0].files[0].id, file->id);
  EXPECT_EQ((*uploads)[0].files[1].name, "second");
}

TEST_P(StoreConformance, WhatBelongsToAnotherSessionIsNotFound) {
  const auto mine = new_session();
  const auto other = new_session();
  const Job job = new_job(mine, Mode::webhook);
  const auto file = store->find_upload(mine, job.upload_id)->files[0].id;
  EXPECT_EQ(code_of(store->find_upload(other, job.upload_id)), Errc::not_found);
  EXPECT_EQ(code_of(store->add_file(other, job.upload_id, "x", 1)), Errc::not_found);
  EXPECT_EQ(code_of(store->remove_upload(other, job.upload_id)), Errc::not_found);
  EXPECT_EQ(code_of(store->find_file(other, file)), Errc::not_found);
  EXPECT_EQ(code_of(store->remove_file(other, file)), Errc::not_found);
  EXPECT_EQ(code_of(store->reserve_bytes(other, file, 1)), Errc::not_found);
  EXPECT_EQ(code_of(store->set_offset(other, file, 1)), Errc::not_found);
  EXPECT_EQ(code_of(store->complete_file(other, file, 1, "")), Errc::not_found);
  NewJob theirs;
  theirs.upload_id = job.upload_id;
  EXPECT_EQ(code_of(store->create_job(other, theirs)), Errc::not_found);
  EXPECT_EQ(code_of(store->find_job(other, job.id)), Errc::not_found);
  EXPECT_EQ(code_of(store->cancel_job(other, job.id)), Errc::not_found);
  EXPECT_EQ(code_of(store->pause_job(other, job.id)), Errc::not_found);
  EXPECT_EQ(code_of(store->resume_job(other, job.id)), Errc::not_found);
  EXPECT_EQ(code_of(store->set_rate(other, job.id, 1)), Errc::not_found);
  EXPECT_EQ(code_of(store->deliver_job(other, job.id, {})), Errc::not_found);
  EXPECT_EQ(code_of(store->retry_deliveries(other, job.id, {})), Errc::not_found);
  EXPECT_EQ(code_of(store->count_download(other, job.id)), Errc::not_found);
  EXPECT_EQ(code_of(store->remove_job(other, job.id)), Errc::not_found);
  EXPECT_EQ(code_of(store->delivery_counts(other, job.id)), Errc::not_found);
  EXPECT_EQ(code_of(store->deliveries(other, job.id, {}, {}, 9)), Errc::not_found);
  EXPECT_EQ(code_of(store->failure_groups(other, job.id)), Errc::not_found);
  EXPECT_TRUE(store->list_jobs(other)->empty());
  EXPECT_TRUE(store->list_uploads(other)->empty());
}

TEST_P(StoreConformance, LimitsAreHeldAndNamed) {
  options.limits.files_per_session = 2;
  options.limits.bytes_per_file = 600;
  options.limits.bytes_per_session = 1000;
  options.limits.bytes_in_all = 1500;
  reopen();
  const auto session = new_session();
  auto upload = store->create_upload(session);
  EXPECT_NE(store->add_file(session, upload->id, "a", 601).error().message.find("600 bytes"),
            std::string::npos);
  auto first = store->add_file(session, upload->id, "a", 600);
  ASSERT_TRUE(first);
  EXPECT_EQ(code_of(store->add_file(session, upload->id, "b", 401)), Errc::limit_exceeded);
  auto second = store->add_file(session, upload->id, "b", 0);
  ASSERT_TRUE(second) << "what was refused was counted";
  EXPECT_NE(store->add_file(session, upload->id, "c", 0).error().message.find("2 files"),
            std::string::npos);
  ASSERT_TRUE(store->reserve_bytes(session, second->id, 400));
  EXPECT_EQ(code_of(store->reserve_bytes(session, second->id, 401)), Errc::limit_exceeded);
  EXPECT_EQ(code_of(store->set_offset(session, second->id, 401)), Errc::limit_exceeded);
  EXPECT_EQ(code_of(store->complete_file(session, second->id, 401, "")), Errc::limit_exceeded);
  EXPECT_EQ(code_of(store->reserve_bytes(session, second->id, ~Count{0} >> 1)),
            Errc::limit_exceeded);
  // Another session has room of its own, but not more than the service.
  const auto other = new_session();
  auto elsewhere = store->create_upload(other);
  auto third = store->add_file(other, elsewhere->id, "d", 500);
  ASSERT_TRUE(third);
  EXPECT_NE(store->reserve_bytes(other, third->id, 501).error().message.find("storage"),
            std::string::npos);
  ASSERT_TRUE(store->remove_file(session, first->id));
  EXPECT_TRUE(store->reserve_bytes(other, third->id, 501));
  EXPECT_EQ(store->session_usage(session)->files, 1u);
  EXPECT_EQ(store->session_usage(session)->bytes, 400u);
  ASSERT_TRUE(store->remove_upload(session, upload->id));
  EXPECT_EQ(store->session_usage(session)->files, 0u);
  EXPECT_EQ(store->session_usage(session)->bytes, 0u);
}

TEST_P(StoreConformance, AnUploadThatAJobNeedsStays) {
  const auto session = new_session();
  NewJob wanted;
  wanted.upload_id = new_upload(session);
  wanted.suppression_upload_id = new_upload(session);
  auto job = store->create_job(session, wanted);
  ASSERT_TRUE(job);
  const auto file = store->find_upload(session, wanted.upload_id)->files[0].id;
  EXPECT_EQ(code_of(store->remove_file(session, file)), Errc::conflict);
  EXPECT_EQ(code_of(store->remove_upload(session, wanted.upload_id)), Errc::conflict);
  EXPECT_EQ(code_of(store->remove_upload(session, wanted.suppression_upload_id)), Errc::conflict);
  ASSERT_TRUE(store->cancel_job(session, job->id));
  EXPECT_TRUE(store->remove_file(session, file));
  EXPECT_TRUE(store->remove_upload(session, wanted.suppression_upload_id));
}

TEST_P(StoreConformance, WhatIsPastItsTimeIsRemovedAndNamed) {
  auto kept = store->create_session();
  const auto lost = new_session();
  const auto lost_job = new_job(lost);
  ASSERT_TRUE(store->cancel_job(lost, lost_job.id));
  const Job job = new_job(kept->id);
  const Claim claim = claim_one();
  EXPECT_EQ(claim.job.id, job.id);
  ASSERT_TRUE(store->complete(claim.lease, {}, std::vector<ResultFile>{{"csv", "result", 10}}));
  const auto file = store->find_upload(kept->id, job.upload_id)->files[0].id;

  surroundings.pass(hours(24));
  ASSERT_TRUE(store->use_session(kept->token));
  surroundings.pass(hours(24) - seconds(1));
  auto removed = store->remove_expired();
  ASSERT_TRUE(removed);
  EXPECT_TRUE(removed->sessions.empty());
  EXPECT_TRUE(removed->files.empty());

  surroundings.pass(seconds(1));
  removed = store->remove_expired();
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->sessions, std::vector<std::string>{lost});
  EXPECT_EQ(removed->jobs, 1u);
  EXPECT_EQ(removed->uploads, 1u);
  std::set<std::string> names;
  for (const auto& one : removed->files) {
    EXPECT_EQ(one.session_id, kept->id);
    names.insert(one.name);
  }
  EXPECT_EQ(names, (std::set<std::string>{"result", file}));
  EXPECT_EQ(store->session_usage(kept->id)->bytes, 0u);
  EXPECT_EQ(store->session_usage(kept->id)->files, 0u);
  EXPECT_EQ(store->totals()->sessions, 1u);
  EXPECT_EQ(store->totals()->files, 0u);
}

TEST_P(StoreConformance, NothingGoesFromUnderAJobThatHasNotEnded) {
  const auto session = new_session();
  const Job job = new_job(session);
  const Claim claim = claim_one();
  surroundings.pass(hours(100));
  auto removed = store->remove_expired();
  ASSERT_TRUE(removed);
  EXPECT_TRUE(removed->sessions.empty());
  EXPECT_EQ(removed->uploads, 0u);
  EXPECT_EQ(store->files_of(session)->size(), 1u);
  EXPECT_TRUE(store->complete(claim.lease, {}, {}));
  removed = store->remove_expired();
  EXPECT_EQ(removed->sessions, std::vector<std::string>{session});
}

TEST_P(StoreConformance, ADownloadProlongsTheLifeOfAResult) {
  auto made = store->create_session();
  const Job job = new_job(made->id);
  ASSERT_TRUE(store->complete(claim_one().lease, {}, {}));
  surroundings.pass(hours(40));
  ASSERT_TRUE(store->use_session(made->token));
  ASSERT_TRUE(store->count_download(made->id, job.id));
  surroundings.pass(hours(40));
  ASSERT_TRUE(store->use_session(made->token));
  EXPECT_EQ(store->remove_expired()->jobs, 0u);
  EXPECT_EQ(store->find_job(made->id, job.id)->downloads, 1u);
}

TEST_P(StoreConformance, AllNamesInUseAreToldForTheSearchOfOrphans) {
  const auto session = new_session();
  const Job job = new_job(session);
  ASSERT_TRUE(
      store->complete(claim_one().lease, {}, std::vector<ResultFile>{{"csv", "result", 10}}));
  EXPECT_EQ(*store->session_ids(), std::vector<std::string>{session});
  std::set<std::string> names;
  const auto files = store->files_of(session);
  for (const auto& one : *files) names.insert(one.name);
  EXPECT_EQ(names, (std::set<std::string>{
                       "result", store->find_upload(session, job.upload_id)->files[0].id}));
  EXPECT_EQ(code_of(store->files_of("nobody")), Errc::not_found);
}

TEST_P(StoreConformance, AConfigurationIsReplacedOnlyByWhoSawTheLastOne) {
  EXPECT_EQ(store->configuration(0)->revision, 0u);
  EXPECT_EQ(*store->set_configuration(0, "one"), 1u);
  EXPECT_EQ(code_of(store->set_configuration(0, "two")), Errc::conflict);
  EXPECT_EQ(*store->set_configuration(1, "two"), 2u);
  reopen();
  EXPECT_EQ(store->configuration(0)->revision, 2u);
  EXPECT_EQ(store->configuration(1)->document, "two");
  EXPECT_EQ(store->configuration(2)->revision, 2u);
  EXPECT_EQ(store->configuration(2)->document, "") << "that is known";
}

TEST_P(StoreConformance, BackupsAreKeptByNameAndTheFirstNamesGoWhenThereAreTooMany) {
  EXPECT_TRUE(store->backups()->empty());
  EXPECT_EQ(code_of(store->backup("a")), Errc::not_found);
  ASSERT_TRUE(store->add_backup("b", "\xc3\xa9"));
  ASSERT_TRUE(store->add_backup("a", "one"));
  EXPECT_EQ(code_of(store->add_backup("a", "two")), Errc::conflict);
  reopen();
  EXPECT_EQ(*store->backup("a"), "one");
  EXPECT_EQ(*store->backups(), (std::vector<std::pair<std::string, Count>>{{"b", 2}, {"a", 3}}));
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(store->add_backup("c" + std::to_string(1000 + i), "x"));
  }
  const auto left = store->backups();
  ASSERT_EQ(left->size(), 100u);
  EXPECT_EQ(left->front().first, "c1099");
  EXPECT_EQ(left->back().first, "c1000");
}

TEST_P(StoreConformance, RecentHeadersAreNewestFirstWithoutRepeats) {
  const auto session = new_session();
  const auto other = new_session();
  for (const char* text : {"a", "b", "a"}) {
    surroundings.pass(seconds(1));
    ASSERT_TRUE(store->note_headers(session, TableType::people, text));
  }
  ASSERT_TRUE(store->note_headers(other, TableType::people, "a"));
  ASSERT_TRUE(store->note_headers(session, TableType::company, "c"));
  EXPECT_EQ(*store->recent_headers(TableType::people, 10), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*store->recent_headers(TableType::people, 1), std::vector<std::string>{"a"});
  EXPECT_EQ(*store->recent_headers(TableType::company, 10), std::vector<std::string>{"c"});
  for (int i = 0; i < 600; ++i) {
    surroundings.pass(seconds(1));
    ASSERT_TRUE(store->note_headers(session, TableType::people, std::to_string(i)));
  }
  EXPECT_EQ(store->recent_headers(TableType::people, 10'000)->size(), 500u);
}

TEST_P(StoreConformance, AProcessThatAnnouncesItselfIsListed) {
  const auto listed = store->announce("web-1", "1.2.3");
  ASSERT_TRUE(listed);
  EXPECT_EQ(*listed, (std::vector{std::pair<std::string, std::string>("web-1", "1.2.3")}));
}

TEST_P(StoreConformance, ItIsWell) { EXPECT_TRUE(store->check()); }

}  // namespace csvm::store
