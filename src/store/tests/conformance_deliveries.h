// Conformance: the ledger of a job and what is known of destinations.
#pragma once

#include "conformance.h"

namespace csvm::store {

constexpr const char* hook = "https://receiver.example/hook";

inline Webhook to(std::string url) {
  Webhook webhook;
  webhook.url = std::move(url);
  return webhook;
}

inline Delivery delivery(Count record, DeliveryState state, std::uint16_t status = 200,
                         std::string excerpt = "") {
  return {record, state, status, 1, Time(seconds(1'700'000'000)), std::move(excerpt)};
}

TEST_P(StoreConformance, OutcomesAreKeptCountedAndPaged) {
  const auto session = new_session();
  const Claim claim = sending_job(session);
  std::vector<Delivery> batch;
  for (Count i = 0; i < 100; ++i) batch.push_back(delivery(i, DeliveryState::delivered));
  batch[7] = delivery(7, DeliveryState::failed, 503, "busy");
  batch[8] = delivery(8, DeliveryState::rejected, 400, "bad");
  batch[9] = delivery(9, DeliveryState::maybe, 0, "no answer");
  batch[10] = delivery(10, DeliveryState::skipped, 0, "too large");
  batch[11] = delivery(11, DeliveryState::pending, 429, "slow down");
  batch[50] = delivery(50, DeliveryState::failed, 503, "still busy");
  ASSERT_TRUE(store->append_deliveries(claim.lease, batch, std::vector<Taken>{{hook, 95}}));
  reopen();
  EXPECT_EQ(*store->delivery_counts(session, claim.job.id), (DeliveryCounts{1, 94, 1, 2, 1, 1}));
  EXPECT_EQ(store->destination(hook)->lifetime_count, 95u);

  auto failed = store->deliveries(session, claim.job.id, DeliveryState::failed, {}, 1);
  ASSERT_EQ(failed->size(), 1u);
  EXPECT_EQ((*failed)[0].record, 7u);
  EXPECT_EQ((*failed)[0].http_status, 503u);
  EXPECT_EQ((*failed)[0].attempts, 1u);
  EXPECT_EQ((*failed)[0].excerpt, "busy");
  EXPECT_EQ((*failed)[0].at, batch[7].at);
  failed = store->deliveries(session, claim.job.id, DeliveryState::failed, 7, 10);
  ASSERT_EQ(failed->size(), 1u);
  EXPECT_EQ((*failed)[0].record, 50u);
  EXPECT_TRUE(store->deliveries(session, claim.job.id, DeliveryState::failed, 50, 10)->empty());

  std::vector<Count> all;
  std::optional<Count> after;
  for (;;) {
    const auto page = store->deliveries(session, claim.job.id, {}, after, 13);
    if (page->empty()) break;
    for (const auto& one : *page) all.push_back(one.record);
    after = all.back();
  }
  EXPECT_EQ(all.size(), 100u);
  const auto delivered = store->deliveries(session, claim.job.id, DeliveryState::delivered, 6, 1);
  EXPECT_EQ((*delivered)[0].record, 12u);
  EXPECT_EQ((*delivered)[0].excerpt, "");

  const auto groups = store->failure_groups(session, claim.job.id);
  ASSERT_EQ(groups->size(), 3u);
  EXPECT_EQ((*groups)[0].count, 2u);
  EXPECT_EQ((*groups)[0].first.http_status, 503u);
  EXPECT_EQ((*groups)[0].first.excerpt, "busy");
}

TEST_P(StoreConformance, AnOutcomeReplacesTheOneBefore) {
  const auto session = new_session();
  const Claim claim = sending_job(session);
  for (const auto state :
       {DeliveryState::pending, DeliveryState::maybe, DeliveryState::delivered}) {
    const std::vector<Delivery> one = {delivery(3, state, 200, "said")};
    ASSERT_TRUE(store->append_deliveries(claim.lease, one, {}));
  }
  EXPECT_EQ(*store->delivery_counts(session, claim.job.id), (DeliveryCounts{0, 1, 0, 0, 0, 0}));
  const auto page = store->deliveries(session, claim.job.id, {}, {}, 10);
  ASSERT_EQ(page->size(), 1u);
  EXPECT_EQ((*page)[0].excerpt, "") << "an excerpt is kept for failures only";
}

TEST_P(StoreConformance, ALongExcerptIsCutBetweenCharacters) {
  const auto session = new_session();
  const Claim claim = sending_job(session);
  std::string text = "x";
  for (int i = 0; i < 1000; ++i) text += "\xc3\xa9";
  const std::vector<Delivery> one = {delivery(0, DeliveryState::failed, 500, text)};
  ASSERT_TRUE(store->append_deliveries(claim.lease, one, {}));
  const auto page = store->deliveries(session, claim.job.id, {}, {}, 10);
  EXPECT_EQ((*page)[0].excerpt.size(), 499u);
}

TEST_P(StoreConformance, ASenderGoesOnWhereTheLastOneWas) {
  const auto session = new_session();
  const Claim claim = sending_job(session);
  std::vector<Delivery> batch;
  for (const Count i : {0, 1, 2, 4, 5, 9}) batch.push_back(delivery(i, DeliveryState::delivered));
  batch.push_back(delivery(3, DeliveryState::failed, 400, "no"));
  batch.push_back(delivery(7, DeliveryState::pending, 503, "later"));
  ASSERT_TRUE(store->append_deliveries(claim.lease, batch, {}));
  surroundings.pass(options.lease);
  const Claim again = claim_one(deliver_only);
  const auto found = store->resumption(again.lease);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->finished, (std::vector<RecordRange>{{0, 6}, {9, 10}}));
  ASSERT_EQ(found->pending.size(), 1u);
  EXPECT_EQ(found->pending[0].record, 7u);
  EXPECT_EQ(found->pending[0].http_status, 503u);
}

TEST_P(StoreConformance, ASenderThatGetsOnIsNeverSetAside) {
  const auto session = new_session();
  Claim claim = sending_job(session);
  for (Count i = 0; i < 8; ++i) {
    const std::vector<Delivery> one = {delivery(i, DeliveryState::delivered)};
    ASSERT_TRUE(store->append_deliveries(claim.lease, one, {}));
    surroundings.pass(options.lease);
    claim = claim_one(deliver_only);
  }
  EXPECT_EQ(claim.job.attempts, 2u);
}

TEST_P(StoreConformance, WhatFailedIsSentAgainOnRequest) {
  const auto session = new_session();
  const Claim claim = sending_job(session);
  std::vector<Delivery> batch;
  for (Count i = 0; i < 6; ++i) batch.push_back(delivery(i, DeliveryState::delivered));
  batch[1] = delivery(1, DeliveryState::failed, 503);
  batch[2] = delivery(2, DeliveryState::rejected, 400);
  batch[3] = delivery(3, DeliveryState::maybe, 0);
  batch[4] = delivery(4, DeliveryState::skipped, 0);
  ASSERT_TRUE(store->append_deliveries(claim.lease, batch, {}));
  EXPECT_EQ(code_of(store->retry_deliveries(session, claim.job.id, {})), Errc::conflict);
  ASSERT_TRUE(store->complete(claim.lease, {}, {}));

  EXPECT_EQ(*store->retry_deliveries(session, claim.job.id, std::vector<Count>{0, 4, 77}), 0u);
  EXPECT_EQ(state_of(claim.job), JobState::completed);
  EXPECT_EQ(*store->retry_deliveries(session, claim.job.id, std::vector<Count>{2, 2, 0}), 1u);
  EXPECT_EQ(state_of(claim.job), JobState::queued);
  EXPECT_EQ(*store->delivery_counts(session, claim.job.id), (DeliveryCounts{1, 2, 0, 1, 1, 1}));
  const Claim again = claim_one(deliver_only);
  const auto found = store->resumption(again.lease);
  ASSERT_EQ(found->pending.size(), 1u);
  EXPECT_EQ(found->pending[0].record, 2u);
  EXPECT_EQ(found->pending[0].attempts, 0u);
  ASSERT_TRUE(store->append_deliveries(
      again.lease, std::vector<Delivery>{delivery(2, DeliveryState::delivered)}, {}));
  ASSERT_TRUE(store->complete(again.lease, {}, {}));

  EXPECT_EQ(*store->retry_deliveries(session, claim.job.id, {}), 2u);
  EXPECT_EQ(*store->delivery_counts(session, claim.job.id), (DeliveryCounts{2, 3, 0, 0, 0, 1}));
}

TEST_P(StoreConformance, AResultIsSentElsewhereWithALedgerOfItsOwn) {
  const auto session = new_session();
  const Job job = new_job(session);
  EXPECT_EQ(code_of(store->deliver_job(session, job.id, to(hook))), Errc::conflict);
  ASSERT_TRUE(store->complete(claim_one().lease, {}, std::vector<ResultFile>{{"csv", "r", 1}}));
  ASSERT_TRUE(store->deliver_job(session, job.id, to(hook)));
  for (int round = 0; round < 2; ++round) {
    const Claim claim = claim_one(deliver_only);
    EXPECT_EQ(claim.job.mode, Mode::webhook);
    EXPECT_EQ(claim.job.webhook.url, round == 0 ? hook : "https://other.example/");
    EXPECT_TRUE(store->resumption(claim.lease)->finished.empty());
    ASSERT_TRUE(store->append_deliveries(
        claim.lease, std::vector<Delivery>{delivery(0, DeliveryState::delivered)}, {}));
    EXPECT_EQ(store->delivery_counts(session, job.id)->delivered, 1u);
    ASSERT_TRUE(store->complete(claim.lease, {}, {}));
    ASSERT_TRUE(store->deliver_job(session, job.id, to("https://other.example/")));
    EXPECT_EQ(store->delivery_counts(session, job.id)->delivered, 0u);
  }
}

TEST_P(StoreConformance, AJobWithoutAResultCannotBeSent) {
  const auto session = new_session();
  const Job job = new_job(session);
  const Claim claim = claim_one();
  const std::vector<Delivery> one = {delivery(0, DeliveryState::delivered)};
  EXPECT_EQ(code_of(store->append_deliveries(claim.lease, one, {})), Errc::conflict);
  ASSERT_TRUE(store->fail(claim.lease, {}, "x"));
  EXPECT_EQ(code_of(store->deliver_job(session, job.id, to(hook))), Errc::conflict);
  EXPECT_EQ(code_of(store->retry_deliveries(session, job.id, {})), Errc::conflict);
  EXPECT_EQ(*store->delivery_counts(session, job.id), DeliveryCounts{});
  EXPECT_TRUE(store->deliveries(session, job.id, {}, {}, 10)->empty());
}

TEST_P(StoreConformance, WhatIsKnownOfADestinationOutlivesItsJobs) {
  const auto session = new_session();
  const Claim claim = sending_job(session);
  const std::vector<Taken> taken = {{hook, 2}, {"https://other.example/", 1}};
  ASSERT_TRUE(store->append_deliveries(claim.lease, {}, taken));
  ASSERT_TRUE(store->append_deliveries(claim.lease, {}, taken));
  ASSERT_TRUE(store->learn_rate(hook, 4.5));
  ASSERT_TRUE(store->forget_session(session));
  reopen();
  EXPECT_EQ(store->destination(hook)->lifetime_count, 4u);
  EXPECT_EQ(store->destination(hook)->learnt_rate, 4.5);
  EXPECT_EQ(store->destination("https://other.example/")->lifetime_count, 2u);
  EXPECT_EQ(store->destination("https://unknown.example/")->lifetime_count, 0u);
  ASSERT_TRUE(store->learn_rate(hook, std::nullopt));
  EXPECT_FALSE(store->destination(hook)->learnt_rate);
  EXPECT_EQ(store->destination(hook)->lifetime_count, 4u);
}

}  // namespace csvm::store
