// Conformance: jobs and their states, as the user moves them.
#pragma once

#include <map>

#include "conformance.h"

namespace csvm::store {

TEST_P(StoreConformance, AJobKeepsAllItWasGiven) {
  const auto session = new_session();
  NewJob wanted;
  wanted.upload_id = new_upload(session);
  wanted.suppression_upload_id = new_upload(session);
  wanted.table_type = TableType::company;
  wanted.mode = Mode::webhook;
  wanted.webhook = {"https://a.example/x?y=1", 0.5, "{\"X\":\"1\"}", "secret", "{\"canary\":3}"};
  wanted.recipe = std::string("{\"a\":\"\0\xff\"}", 10);
  auto made = store->create_job(session, wanted);
  ASSERT_TRUE(made) << made.error().message;
  reopen();
  auto job = store->find_job(session, made->id);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->session_id, session);
  EXPECT_EQ(job->upload_id, wanted.upload_id);
  EXPECT_EQ(job->suppression_upload_id, wanted.suppression_upload_id);
  EXPECT_EQ(job->table_type, TableType::company);
  EXPECT_EQ(job->mode, Mode::webhook);
  EXPECT_EQ(job->webhook.url, wanted.webhook.url);
  EXPECT_EQ(job->webhook.rate_per_second, 0.5);
  EXPECT_EQ(job->webhook.headers, wanted.webhook.headers);
  EXPECT_EQ(job->webhook.secret, "secret");
  EXPECT_EQ(job->webhook.options, wanted.webhook.options);
  EXPECT_EQ(job->recipe, wanted.recipe);
  EXPECT_EQ(job->state, JobState::queued);
  EXPECT_EQ(job->phase, Phase::merge);
  EXPECT_EQ(job->created_at, surroundings.now());
  EXPECT_EQ(job->expires_at, surroundings.now() + hours(48));
  EXPECT_FALSE(job->started_at);
  EXPECT_FALSE(job->ended_at);
  EXPECT_EQ(job->attempts, 0u);
}

TEST_P(StoreConformance, ProgressAndResultsAreKept) {
  const auto session = new_session();
  const Job made = new_job(session);
  const Claim claim = claim_one();
  surroundings.pass(seconds(2));
  Progress progress;
  progress.stage = Stage::matching;
  progress.percentage = 75.5;
  progress.total_records = 1000;
  progress.processed = 750;
  progress.successful_webhooks = 1;
  progress.failed_webhooks = 2;
  progress.retrying_webhooks = 3;
  progress.current_rate = 8.5;
  progress.effective_rate_limit = 9.5;
  progress.eta_seconds = 31;
  progress.duplicates_removed = 45;
  progress.possible_duplicates = 4;
  progress.fields_merged = 23;
  progress.domains_cleaned = 12;
  progress.rejected = 5;
  progress.warnings = 6;
  progress.details = "{\"why\":\"receiver\"}";
  ASSERT_TRUE(store->heartbeat(claim.lease, progress));
  auto job = store->find_job(session, made.id);
  EXPECT_EQ(job->state, JobState::processing);
  EXPECT_EQ(job->updated_at, surroundings.now());
  EXPECT_EQ(job->started_at, surroundings.now() - seconds(2));
  const Progress& kept = job->progress;
  EXPECT_EQ(kept.stage, Stage::matching);
  EXPECT_EQ(kept.percentage, 75.5);
  EXPECT_EQ(kept.total_records, 1000u);
  EXPECT_EQ(kept.processed, 750u);
  EXPECT_EQ(kept.successful_webhooks, 1u);
  EXPECT_EQ(kept.failed_webhooks, 2u);
  EXPECT_EQ(kept.retrying_webhooks, 3u);
  EXPECT_EQ(kept.current_rate, 8.5);
  EXPECT_EQ(kept.effective_rate_limit, 9.5);
  EXPECT_EQ(kept.eta_seconds, 31u);
  EXPECT_EQ(kept.duplicates_removed, 45u);
  EXPECT_EQ(kept.possible_duplicates, 4u);
  EXPECT_EQ(kept.fields_merged, 23u);
  EXPECT_EQ(kept.domains_cleaned, 12u);
  EXPECT_EQ(kept.rejected, 5u);
  EXPECT_EQ(kept.warnings, 6u);
  EXPECT_EQ(kept.details, progress.details);

  progress.eta_seconds.reset();
  progress.percentage = 100;
  const std::vector<ResultFile> results = {{"csv", "r1", 10}, {"report", "r2", 20}};
  EXPECT_EQ(*store->complete(claim.lease, progress, results), JobState::completed);
  reopen();
  job = store->find_job(session, made.id);
  EXPECT_EQ(job->state, JobState::completed);
  EXPECT_EQ(job->ended_at, surroundings.now());
  EXPECT_FALSE(job->progress.eta_seconds);
  EXPECT_EQ(job->progress.percentage, 100);
  ASSERT_EQ(job->results.size(), 2u);
  EXPECT_EQ(job->results[0].part, "csv");
  EXPECT_EQ(job->results[1].name, "r2");
  EXPECT_EQ(store->session_usage(session)->bytes, 130u);
  EXPECT_EQ(store->session_usage(session)->active_jobs, 0u);
}

TEST_P(StoreConformance, AJobNeedsAWholeUpload) {
  const auto session = new_session();
  auto upload = store->create_upload(session);
  NewJob wanted;
  wanted.upload_id = upload->id;
  EXPECT_EQ(code_of(store->create_job(session, wanted)), Errc::invalid_input);
  auto file = store->add_file(session, upload->id, "a", 10);
  EXPECT_EQ(code_of(store->create_job(session, wanted)), Errc::invalid_input);
  ASSERT_TRUE(store->complete_file(session, file->id, 10, ""));
  wanted.suppression_upload_id = "none";
  EXPECT_EQ(code_of(store->create_job(session, wanted)), Errc::not_found);
  wanted.suppression_upload_id.clear();
  EXPECT_TRUE(store->create_job(session, wanted));
}

TEST_P(StoreConformance, JobsAreListedNewestFirst) {
  const auto session = new_session();
  const Job first = new_job(session);
  const Job second = new_job(session);
  const auto jobs = store->list_jobs(session);
  ASSERT_EQ(jobs->size(), 2u);
  EXPECT_EQ((*jobs)[0].id, second.id);
  EXPECT_EQ((*jobs)[1].id, first.id);
}

TEST_P(StoreConformance, AQueuedJobIsCancelledAtOnce) {
  const auto session = new_session();
  const Job job = new_job(session);
  EXPECT_EQ(*store->cancel_job(session, job.id), JobState::cancelled);
  EXPECT_EQ(code_of(store->cancel_job(session, job.id)), Errc::conflict);
  EXPECT_TRUE(nothing_to_claim());
}

TEST_P(StoreConformance, ARunningJobIsCancelledThroughItsWorker) {
  const auto session = new_session();
  const Job job = new_job(session);
  const Claim claim = claim_one();
  EXPECT_EQ(code_of(store->cancelled(claim.lease, {})), Errc::conflict);
  EXPECT_FALSE(store->signals(claim.lease)->cancel);
  EXPECT_EQ(*store->cancel_job(session, job.id), JobState::processing);
  EXPECT_TRUE(store->find_job(session, job.id)->cancel_requested);
  EXPECT_TRUE(store->signals(claim.lease)->cancel);
  EXPECT_TRUE(store->heartbeat(claim.lease, {})->cancel);
  ASSERT_TRUE(store->cancelled(claim.lease, {}));
  EXPECT_EQ(state_of(job), JobState::cancelled);
  EXPECT_EQ(code_of(store->heartbeat(claim.lease, {})), Errc::conflict);
}

TEST_P(StoreConformance, ACancelledJobWhoseWorkerDiedEndsWithTheNextClaim) {
  const auto session = new_session();
  const Job job = new_job(session);
  claim_one();
  ASSERT_TRUE(store->cancel_job(session, job.id));
  surroundings.pass(options.lease);
  EXPECT_TRUE(nothing_to_claim());
  EXPECT_EQ(state_of(job), JobState::cancelled);
}

TEST_P(StoreConformance, ACancelBeforeTheEndWins) {
  const auto session = new_session();
  const Job job = new_job(session, Mode::webhook);
  const Claim claim = claim_one();
  ASSERT_TRUE(store->cancel_job(session, job.id));
  EXPECT_EQ(*store->complete(claim.lease, {}, {}), JobState::cancelled);
  EXPECT_TRUE(nothing_to_claim());
}

TEST_P(StoreConformance, AWebhookJobMergesThenSends) {
  const auto session = new_session();
  const Job job = new_job(session, Mode::webhook);
  EXPECT_FALSE(*store->claim("sender", deliver_only));
  const Claim merge = claim_one(merge_only);
  EXPECT_EQ(merge.job.phase, Phase::merge);
  EXPECT_EQ(*store->complete(merge.lease, {}, std::vector<ResultFile>{{"csv", "r", 1}}),
            JobState::sending);
  EXPECT_EQ(state_of(job), JobState::sending);
  EXPECT_EQ(code_of(store->complete(merge.lease, {}, {})), Errc::conflict);
  EXPECT_FALSE(*store->claim("merger", merge_only));
  const Claim deliver = claim_one(deliver_only);
  EXPECT_EQ(deliver.job.id, job.id);
  EXPECT_EQ(deliver.job.phase, Phase::deliver);
  EXPECT_EQ(deliver.job.results.size(), 1u);
  EXPECT_EQ(*store->complete(deliver.lease, {}, std::vector<ResultFile>{{"failed", "f", 2}}),
            JobState::completed);
  EXPECT_EQ(store->find_job(session, job.id)->results.size(), 2u);
}

TEST_P(StoreConformance, SendingIsPausedAndGoesOnWithTheSameWorker) {
  const auto session = new_session();
  const Claim claim = sending_job(session);
  ASSERT_TRUE(store->pause_job(session, claim.job.id));
  EXPECT_EQ(state_of(claim.job), JobState::paused);
  EXPECT_TRUE(store->signals(claim.lease)->pause);
  EXPECT_EQ(code_of(store->pause_job(session, claim.job.id)), Errc::conflict);
  ASSERT_TRUE(store->resume_job(session, claim.job.id));
  EXPECT_FALSE(store->signals(claim.lease)->pause);
  EXPECT_EQ(state_of(claim.job), JobState::sending);
  EXPECT_EQ(code_of(store->resume_job(session, claim.job.id)), Errc::conflict);
  EXPECT_EQ(*store->complete(claim.lease, {}, {}), JobState::completed);
}

TEST_P(StoreConformance, APausedJobIsNobodysUntilItGoesOn) {
  const auto session = new_session();
  const Claim claim = sending_job(session);
  ASSERT_TRUE(store->pause_job(session, claim.job.id));
  surroundings.pass(options.lease);
  EXPECT_TRUE(nothing_to_claim());
  EXPECT_EQ(code_of(store->heartbeat(claim.lease, {})), Errc::conflict);
  EXPECT_EQ(state_of(claim.job), JobState::paused);
  ASSERT_TRUE(store->resume_job(session, claim.job.id));
  EXPECT_EQ(state_of(claim.job), JobState::sending);
  EXPECT_EQ(claim_one(deliver_only).job.id, claim.job.id);
}

TEST_P(StoreConformance, APausedJobCanBeCancelledOrHandedBack) {
  const auto session = new_session();
  const Claim claim = sending_job(session);
  ASSERT_TRUE(store->pause_job(session, claim.job.id));
  ASSERT_TRUE(store->release(claim.lease));
  EXPECT_EQ(state_of(claim.job), JobState::paused);
  EXPECT_TRUE(nothing_to_claim());
  EXPECT_EQ(*store->cancel_job(session, claim.job.id), JobState::cancelled);
}

TEST_P(StoreConformance, OnlyWhatSendsCanBePaused) {
  const auto session = new_session();
  const Job job = new_job(session, Mode::webhook);
  EXPECT_EQ(code_of(store->pause_job(session, job.id)), Errc::conflict);
  const Claim claim = claim_one();
  EXPECT_EQ(code_of(store->pause_job(session, job.id)), Errc::conflict);
  ASSERT_TRUE(store->fail(claim.lease, {}, "no"));
  EXPECT_EQ(code_of(store->pause_job(session, job.id)), Errc::conflict);
}

TEST_P(StoreConformance, TheRateChangesWhileAJobSends) {
  const auto session = new_session();
  const Claim claim = sending_job(session);
  EXPECT_EQ(*store->set_rate(session, claim.job.id, 15), 10);
  EXPECT_EQ(*store->set_rate(session, claim.job.id, 0), 15);
  EXPECT_EQ(store->signals(claim.lease)->rate_per_second, 0);
  EXPECT_EQ(code_of(store->set_rate(session, claim.job.id, -1)), Errc::invalid_input);
  EXPECT_EQ(code_of(store->set_rate(session, claim.job.id, std::stod("nan"))), Errc::invalid_input);
  ASSERT_TRUE(store->complete(claim.lease, {}, {}));
  EXPECT_EQ(code_of(store->set_rate(session, claim.job.id, 5)), Errc::conflict);
  EXPECT_EQ(code_of(store->set_rate(session, new_job(session).id, 5)), Errc::conflict);
}

TEST_P(StoreConformance, AFailedJobSaysWhy) {
  const auto session = new_session();
  const Job job = new_job(session);
  ASSERT_TRUE(store->fail(claim_one().lease, {}, "leads.csv: line 3 is too long"));
  reopen();
  EXPECT_EQ(store->find_job(session, job.id)->error, "leads.csv: line 3 is too long");
  EXPECT_EQ(state_of(job), JobState::failed);
}

TEST_P(StoreConformance, ARemovedJobNamesItsFiles) {
  const auto session = new_session();
  const Job job = new_job(session);
  EXPECT_EQ(code_of(store->remove_job(session, job.id)), Errc::conflict);
  ASSERT_TRUE(
      store->complete(claim_one().lease, {}, std::vector<ResultFile>{{"csv", "result", 10}}));
  const auto files = store->remove_job(session, job.id);
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 1u);
  EXPECT_EQ((*files)[0].name, "result");
  EXPECT_EQ(code_of(store->find_job(session, job.id)), Errc::not_found);
  EXPECT_EQ(store->session_usage(session)->bytes, 100u);
}

TEST_P(StoreConformance, EveryChangeOfAJobIsTold) {
  Guarded<std::map<std::string, int>> told;
  options.job_changed = [&](Id session, Id job) {
    told.with([&](auto& all) { ++all[std::string(session) + "/" + std::string(job)]; });
  };
  reopen();
  const auto session = new_session();
  const Job job = new_job(session);
  const std::string key = session + "/" + job.id;
  const auto times = [&] { return told.with([&](auto& all) { return all[key]; }); };
  EXPECT_EQ(times(), 1);
  const Claim claim = claim_one();
  EXPECT_EQ(times(), 2);
  ASSERT_TRUE(store->heartbeat(claim.lease, {}));
  EXPECT_EQ(times(), 3);
  ASSERT_TRUE(store->cancel_job(session, job.id));
  EXPECT_EQ(times(), 4);
  ASSERT_TRUE(store->cancelled(claim.lease, {}));
  EXPECT_EQ(times(), 5);
  EXPECT_FALSE(store->heartbeat(claim.lease, {}));
  EXPECT_EQ(times(), 5) << "a change that did not happen was told";
  store.reset();
}

TEST_P(StoreConformance, WorkThatWaitsIsTold) {
  std::atomic<int> told = 0;
  options.work_waiting = [&] { ++told; };
  options.limits.jobs_at_once_per_session = 1;
  reopen();
  const auto session = new_session();
  new_job(session);
  EXPECT_EQ(told, 1);
  new_job(session);
  EXPECT_EQ(told, 1) << "it has to wait for the first";
  const Claim claim = claim_one();
  ASSERT_TRUE(store->heartbeat(claim.lease, {}));
  EXPECT_EQ(told, 1);
  ASSERT_TRUE(store->complete(claim.lease, {}, {}));
  EXPECT_EQ(told, 2);
  store.reset();
}

}  // namespace csvm::store
