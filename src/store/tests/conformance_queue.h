// Conformance: claims, leases, fencing, turns.
#pragma once

#include <map>
#include <set>
#include <thread>

#include "conformance.h"

namespace csvm::store {

TEST_P(StoreConformance, JobsOfASessionAreClaimedInTheirOrder) {
  const auto session = new_session();
  std::vector<std::string> made;
  for (int i = 0; i < 3; ++i) made.push_back(new_job(session).id);
  for (const auto& id : made) EXPECT_EQ(claim_one().job.id, id);
  EXPECT_TRUE(nothing_to_claim());
}

TEST_P(StoreConformance, ASessionRunsNoMoreJobsAtOnceThanItMay) {
  options.limits.jobs_at_once_per_session = 2;
  reopen();
  const auto session = new_session();
  for (int i = 0; i < 4; ++i) new_job(session);
  const Claim first = claim_one();
  const Claim second = claim_one();
  EXPECT_TRUE(nothing_to_claim());
  EXPECT_EQ(store->session_usage(session)->active_jobs, 4u);
  EXPECT_EQ(store->totals()->running_jobs, 2u);
  EXPECT_EQ(store->totals()->queued_jobs, 2u);
  ASSERT_TRUE(store->complete(first.lease, {}, {}));
  claim_one();
  EXPECT_TRUE(nothing_to_claim());
  ASSERT_TRUE(store->fail(second.lease, {}, "x"));
  claim_one();
  EXPECT_TRUE(nothing_to_claim());
}

TEST_P(StoreConformance, ALimitThatWasRaisedCountsFromTheNextStart) {
  options.limits.jobs_at_once_per_session = 1;
  reopen();
  const auto session = new_session();
  for (int i = 0; i < 3; ++i) new_job(session);
  claim_one();
  EXPECT_TRUE(nothing_to_claim());
  options.limits.jobs_at_once_per_session = 0;
  reopen();
  claim_one();
  claim_one();
}

TEST_P(StoreConformance, APausedJobTakesNoPlaceFromOthers) {
  options.limits.jobs_at_once_per_session = 1;
  reopen();
  const auto session = new_session();
  const Claim sending = sending_job(session);
  const Job next = merged_job(session);
  EXPECT_TRUE(nothing_to_claim());
  ASSERT_TRUE(store->pause_job(session, sending.job.id));
  EXPECT_EQ(claim_one().job.id, next.id);
}

TEST_P(StoreConformance, AJobThatSendsHoldsUpNoMergeOfItsSessionAndNoneHoldsUpASending) {
  options.limits.jobs_at_once_per_session = 1;
  reopen();
  const auto session = new_session();
  sending_job(session);
  const Job second = merged_job(session);
  const Job third = new_job(session);
  EXPECT_EQ(claim_one().job.id, third.id);
  EXPECT_TRUE(nothing_to_claim()) << "the second waits until the first has sent";
  new_job(session);
  EXPECT_TRUE(nothing_to_claim()) << "the fourth waits until the third is merged";
  const auto elsewhere = new_session();
  EXPECT_EQ(sending_job(elsewhere).job.phase, Phase::deliver);
  EXPECT_EQ(store->find_job(session, second.id)->state, JobState::sending);
}

TEST_P(StoreConformance, ASessionWithManyJobsDelaysANewcomerByItsShareOnly) {
  options.limits.jobs_at_once_per_session = 2;
  reopen();
  const auto greedy = new_session();
  for (int i = 0; i < 20; ++i) new_job(greedy);
  const auto newcomer = new_session();
  const Job job = new_job(newcomer);
  int before = 0;
  for (;; ++before) {
    const Claim claim = claim_one();
    ASSERT_TRUE(store->complete(claim.lease, {}, {}));
    if (claim.job.id == job.id) break;
    ASSERT_LT(before, 20);
  }
  EXPECT_LE(before, 2);
}

TEST_P(StoreConformance, AHeartbeatKeepsALease) {
  const auto session = new_session();
  new_job(session);
  const Claim claim = claim_one();
  EXPECT_EQ(claim.lease.expires_at, surroundings.now() + options.lease);
  EXPECT_EQ(claim.job.attempts, 1u);
  for (int i = 0; i < 5; ++i) {
    surroundings.pass(options.lease - Duration(1));
    ASSERT_TRUE(store->heartbeat(claim.lease, {}));
    EXPECT_TRUE(nothing_to_claim());
  }
  surroundings.pass(options.lease);
  EXPECT_EQ(claim_one().job.id, claim.job.id);
}

TEST_P(StoreConformance, AWorkerWhoseLeaseWasTakenOverCanChangeNothing) {
  const auto session = new_session();
  new_job(session, Mode::webhook);
  const Claim merge = claim_one();
  ASSERT_TRUE(store->complete(merge.lease, {}, {}));
  const Claim stale = claim_one();
  surroundings.pass(options.lease);
  const Claim current = claim_one();
  EXPECT_EQ(current.job.id, stale.job.id);
  EXPECT_GT(current.lease.token, stale.lease.token);
  EXPECT_EQ(current.job.attempts, 2u);
  const std::vector<Delivery> one = {{0, DeliveryState::delivered, 200, 1, surroundings.now(), ""}};
  EXPECT_EQ(code_of(store->heartbeat(stale.lease, {})), Errc::conflict);
  EXPECT_EQ(code_of(store->signals(stale.lease)), Errc::conflict);
  EXPECT_EQ(code_of(store->append_deliveries(stale.lease, one, {})), Errc::conflict);
  EXPECT_EQ(code_of(store->resumption(stale.lease)), Errc::conflict);
  EXPECT_EQ(code_of(store->complete(stale.lease, {}, {})), Errc::conflict);
  EXPECT_EQ(code_of(store->fail(stale.lease, {}, "late")), Errc::conflict);
  EXPECT_EQ(code_of(store->cancelled(stale.lease, {})), Errc::conflict);
  EXPECT_EQ(code_of(store->release(stale.lease)), Errc::conflict);
  EXPECT_EQ(store->delivery_counts(session, current.job.id)->delivered, 0u);
  EXPECT_EQ(*store->complete(current.lease, {}, {}), JobState::completed);
}

TEST_P(StoreConformance, ALeaseThatRanOutButWasNotTakenStillCounts) {
  const auto session = new_session();
  new_job(session);
  const Claim claim = claim_one();
  surroundings.pass(hours(1));
  EXPECT_TRUE(store->heartbeat(claim.lease, {}));
  EXPECT_TRUE(nothing_to_claim());
  EXPECT_EQ(*store->complete(claim.lease, {}, {}), JobState::completed);
}

TEST_P(StoreConformance, AJobThatCostsThreeWorkersIsSetAside) {
  const auto session = new_session();
  const Job poison = new_job(session);
  for (int crash = 0; crash < 3; ++crash) {
    EXPECT_EQ(claim_one().job.id, poison.id);
    surroundings.pass(options.lease);
  }
  const Job good = new_job(session);
  EXPECT_EQ(claim_one().job.id, good.id);
  const auto parked = store->find_job(session, poison.id);
  EXPECT_EQ(parked->state, JobState::failed);
  EXPECT_NE(parked->error.find("3 times"), std::string::npos);
}

TEST_P(StoreConformance, HandingBackIsNoCrash) {
  const auto session = new_session();
  const Job job = new_job(session);
  for (int i = 0; i < 10; ++i) {
    const Claim claim = claim_one();
    EXPECT_EQ(claim.job.attempts, 1u);
    ASSERT_TRUE(store->release(claim.lease));
    EXPECT_EQ(state_of(job), JobState::queued);
    EXPECT_EQ(code_of(store->heartbeat(claim.lease, {})), Errc::conflict);
  }
}

TEST_P(StoreConformance, LeasesOfProcessesThatAreGoneAreFreeAtOnce) {
  const auto session = new_session();
  new_job(session);
  new_job(session);
  auto first = store->claim("a", any_phase);
  auto second = store->claim("b", any_phase);
  ASSERT_TRUE(first && *first && second && *second);
  reopen();
  EXPECT_TRUE(nothing_to_claim());
  EXPECT_EQ(*store->expire_leases("a"), 1u);
  EXPECT_EQ(claim_one().job.id, (*first)->job.id);
  EXPECT_TRUE(nothing_to_claim());
  EXPECT_EQ(*store->expire_leases(""), 2u);
  claim_one();
  claim_one();
}

TEST_P(StoreConformance, OneJobIsNeverClaimedTwice) {
  options.limits.jobs_at_once_per_session = 0;
  options.limits.files_per_session = 0;
  reopen();
  const auto session = new_session();
  constexpr int jobs = 60;
  for (int i = 0; i < jobs; ++i) new_job(session);
  Guarded<std::multiset<std::string>> claimed;
  std::vector<std::thread> workers;
  for (int w = 0; w < 4; ++w) {
    workers.emplace_back([&] {
      for (;;) {
        auto claim = store->claim("w", any_phase);
        ASSERT_TRUE(claim) << claim.error().message;
        if (!*claim) return;
        claimed.with([&](auto& all) { all.insert((*claim)->job.id); });
        ASSERT_TRUE(store->heartbeat((*claim)->lease, {}));
        ASSERT_TRUE(store->list_jobs(session));
        ASSERT_TRUE(store->complete((*claim)->lease, {}, {}));
      }
    });
  }
  for (auto& worker : workers) worker.join();
  claimed.with([&](auto& all) {
    EXPECT_EQ(all.size(), static_cast<std::size_t>(jobs));
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
  });
}

}  // namespace csvm::store
