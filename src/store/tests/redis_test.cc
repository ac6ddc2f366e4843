// What only Redis can suffer: its own end, a stall, a wrong password, forgotten scripts.
#include <fstream>
#include <semaphore>
#include <set>
#include <sstream>
#include <thread>

#include "redis_server.h"

namespace csvm::store {
namespace {

const std::vector<std::string> lasting = {"--appendonly", "yes", "--appendfsync", "always"};

class RedisStore : public testing::Test {
 protected:
  Surroundings surroundings;
  Options options = surroundings.options();

  static std::string new_upload(Store& store, const std::string& session) {
    const auto upload = store.create_upload(session);
    EXPECT_TRUE(upload) << upload.error().message;
    const auto file = store.add_file(session, upload->id, "leads.csv", 10);
    EXPECT_TRUE(file) << file.error().message;
    EXPECT_TRUE(store.complete_file(session, file->id, 10, "{}"));
    return upload->id;
  }
  static Job new_job(Store& store, const std::string& session, Mode mode = Mode::download) {
    NewJob wanted;
    wanted.upload_id = new_upload(store, session);
    wanted.mode = mode;
    wanted.webhook.url = "https://receiver.example/hook";
    const auto job = store.create_job(session, wanted);
    EXPECT_TRUE(job) << job.error().message;
    return job ? *job : Job();
  }
};

TEST_F(RedisStore, WhatWasAcknowledgedSurvivesAKillOfTheServer) {
  RedisServer server(lasting);
  auto store = open_on(server.url(), options);
  const auto session = store->create_session()->id;
  std::set<std::string> acknowledged;
  for (int round = 0; round < 5; ++round) {
    // Killed while it works: whatever was acknowledged until then must be there.
    std::binary_semaphore enough(0);
    std::thread writer([&] {
      for (int i = 0;; ++i) {
        if (i == 20) enough.release();
        const auto made = store->create_upload(session);
        if (!made) {
          if (i < 20) enough.release();
          return;
        }
        acknowledged.insert(made->id);
      }
    });
    enough.acquire();
    server.stop(SIGKILL);
    writer.join();
    EXPECT_EQ(code_of(store->find_session(session)), Errc::io) << "it is away";
    server.start();
    const auto uploads = store->list_uploads(session);
    ASSERT_TRUE(uploads) << uploads.error().message;
    std::set<std::string> present;
    for (const auto& one : *uploads) present.insert(one.id);
    for (const auto& id : acknowledged) EXPECT_TRUE(present.contains(id)) << id;
    // At most the one whose acknowledgement was cut off, each round.
    EXPECT_LE(present.size(), acknowledged.size() + static_cast<std::size_t>(round) + 1);
  }
}

TEST_F(RedisStore, AJobGoesOnWithItsWorkerAfterARestartOfTheServer) {
  RedisServer server(lasting);
  auto store = open_on(server.url(), options);
  const auto session = store->create_session()->id;
  const Job job = new_job(*store, session);
  const auto claim = store->claim("w", any_phase);
  ASSERT_TRUE(claim && *claim);
  server.stop(SIGKILL);
  EXPECT_EQ(code_of(store->heartbeat((*claim)->lease, {})), Errc::io);
  EXPECT_EQ(code_of(store->complete((*claim)->lease, {}, {})), Errc::io);
  server.start();
  EXPECT_TRUE(store->heartbeat((*claim)->lease, {}));
  EXPECT_EQ(*store->complete((*claim)->lease, {}, {}), JobState::completed);
  EXPECT_EQ(code_of(store->complete((*claim)->lease, {}, {})), Errc::conflict);
}

// While Redis is away nobody can prolong a lease: that is no crash of those who work.
TEST_F(RedisStore, NobodyTakesOverWhatRanOutWhileTheServerWasAway) {
  RedisServer server(lasting);
  auto busy = open_on(server.url(), options);
  auto idle = open_on(server.url(), options);
  const auto session = busy->create_session()->id;
  const Job kept = new_job(*busy, session);
  const Job lost = new_job(*busy, session);
  const auto claim = busy->claim("busy", any_phase);
  ASSERT_TRUE(claim && *claim);
  ASSERT_EQ((*claim)->job.id, kept.id);
  auto dead = busy->claim("dead", any_phase);
  ASSERT_TRUE(dead && *dead);
  server.stop(SIGKILL);
  surroundings.pass(2 * options.lease);
  EXPECT_EQ(code_of(idle->claim("idle", any_phase)), Errc::io);
  server.start();
  const Job waiting = new_job(*idle, session);
  const auto next = idle->claim("idle", any_phase);
  ASSERT_TRUE(next && *next) << "what waits is begun at once";
  EXPECT_EQ((*next)->job.id, waiting.id);
  EXPECT_FALSE(*idle->claim("idle", any_phase));
  EXPECT_TRUE(busy->heartbeat((*claim)->lease, {})) << "it is still the worker's";
  surroundings.pass(options.lease - Duration(1));
  EXPECT_FALSE(*idle->claim("idle", any_phase));
  EXPECT_TRUE(busy->heartbeat((*claim)->lease, {}));
  surroundings.pass(Duration(1));
  const auto taken = idle->claim("idle", any_phase);
  ASSERT_TRUE(taken && *taken) << "whoever said nothing since is gone";
  EXPECT_EQ((*taken)->job.id, lost.id);
  EXPECT_EQ((*taken)->job.attempts, 2u);
  EXPECT_EQ(*busy->complete((*claim)->lease, {}, {}), JobState::completed);
}

TEST_F(RedisStore, IdleConnectionsThatARestartClosedAreNotNoticed) {
  RedisServer server(lasting);
  auto store = open_on(server.url(), options);
  const auto session = store->create_session()->id;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n) EXPECT_TRUE(store->find_session(session));
    });
  }
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 3; ++i) {
    server.stop(SIGTERM);
    server.start();
    EXPECT_TRUE(store->create_upload(session));
  }
}

TEST_F(RedisStore, AStalledServerIsATimeoutAndNotAHang) {
  RedisServer server;
  auto store = open_on(server.url(), options);
  ::kill(server.process(), SIGSTOP);
  EXPECT_EQ(code_of(store->create_session()), Errc::timeout);
  ::kill(server.process(), SIGCONT);
  EXPECT_TRUE(store->create_session());
}

TEST_F(RedisStore, ScriptsThatTheServerForgotAreSentAgain) {
  RedisServer server;
  auto store = open_on(server.url(), options);
  const auto session = store->create_session()->id;
  server.ask({"SCRIPT", "FLUSH"});
  const Job job = new_job(*store, session);
  server.ask({"SCRIPT", "FLUSH"});
  const auto claim = store->claim("w", any_phase);
  ASSERT_TRUE(claim && *claim);
  EXPECT_EQ((*claim)->job.id, job.id);
}

TEST_F(RedisStore, AWrongPasswordIsNamedWithWhatToDo) {
  RedisServer server({"--requirepass", "right"});
  std::vector<std::string> warnings;
  const std::string at = "@" + server.socket();
  for (const std::string& url : {"unix://:wrong" + at, server.url(), "unix://nobody:right" + at}) {
    const auto opened = open_redis(url, options, warnings);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::io);
    EXPECT_NE(opened.error().message.find("REDIS_URL"), std::string::npos)
        << opened.error().message;
    EXPECT_EQ(opened.error().message.find("right"), std::string::npos);
  }
  EXPECT_TRUE(open_redis("unix://:right" + at, options, warnings));
  EXPECT_TRUE(open_redis("unix://default:right" + at, options, warnings));
}

TEST_F(RedisStore, ThatNobodyAnswersIsNamedWithWhatToDo) {
  RedisServer server;
  std::vector<std::string> warnings;
  for (const std::string& url : {server.url() + ".not", std::string("redis://127.0.0.1:1")}) {
    const auto opened = open_redis(url, options, warnings);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::io);
    EXPECT_NE(opened.error().message.find("cannot reach Redis at"), std::string::npos);
    EXPECT_NE(opened.error().message.find("REDIS_URL"), std::string::npos);
  }
  const auto elsewhere = open_redis(server.url() + "?db=99", options, warnings);
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().code, Errc::io);
  EXPECT_NE(elsewhere.error().message.find("has no database 99: check REDIS_URL"),
            std::string::npos);
}

TEST_F(RedisStore, SettingsThatCouldLoseWorkAreWarnedOf) {
  const auto warned = [&](std::vector<std::string> settings, Duration off = Duration(0)) {
    const RedisServer server(std::move(settings));
    const Time now(Duration(std::stoll(server.ask({"TIME"})) * 1000) + off);
    options.now = [now] { return now; };
    std::vector<std::string> warnings;
    open_on(server.url(), options, &warnings);
    std::string all;
    for (const auto& one : warnings) all += one + "\n";
    return all;
  };
  // Half a second: TIME was cut to whole ones.
  EXPECT_EQ(warned(lasting, Duration(500)), "");
  EXPECT_NE(warned({}).find("appendonly no"), std::string::npos);
  EXPECT_NE(warned({"--appendonly", "yes"}).find("appendfsync everysec"), std::string::npos);
  auto small = lasting;
  small.insert(small.end(), {"--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru"});
  EXPECT_NE(warned(small).find("allkeys-lru"), std::string::npos);
  EXPECT_NE(warned(lasting, minutes(1)).find("NTP"), std::string::npos);
}

TEST_F(RedisStore, FullMemoryIsNamedAndTheStoreGoesOnWhenThereIsSpace) {
  RedisServer server;
  auto store = open_on(server.url(), options);
  auto session = store->create_session();
  const auto upload = store->create_upload(session->id);
  const auto file = store->add_file(session->id, upload->id, "x", 1);
  ASSERT_EQ(server.ask({"CONFIG", "SET", "maxmemory", "1"}), "OK");
  const auto refused = store->complete_file(session->id, file->id, 1, "facts");
  EXPECT_EQ(code_of(refused), Errc::io);
  EXPECT_NE(refused.error().message.find("maxmemory"), std::string::npos);
  surroundings.pass(minutes(2));
  EXPECT_TRUE(store->use_session(session->token)) << "it can still be read";
  ASSERT_EQ(server.ask({"CONFIG", "SET", "maxmemory", "0"}), "OK");
  EXPECT_TRUE(store->complete_file(session->id, file->id, 1, "facts"));
}

TEST_F(RedisStore, DataOfAnotherVersionAreRefused) {
  RedisServer server;
  open_on(server.url(), options);
  server.ask({"SET", "csvm:format", "99"});
  std::vector<std::string> warnings;
  EXPECT_EQ(code_of(open_redis(server.url(), options, warnings)), Errc::conflict);
}

// What a user sees on one machine happens on another.
TEST_F(RedisStore, ChangesAndWorkAreToldToEveryProcess) {
  RedisServer server;
  std::counting_semaphore<1000> changes(0), work(0);
  std::string told;
  auto theirs = options;
  theirs.job_changed = [&](Id session, Id job) {
    told = std::string(session) + "/" + std::string(job);
    changes.release();
  };
  theirs.work_waiting = [&] { work.release(); };
  auto first = open_on(server.url(), options);
  auto second = open_on(server.url(), theirs);
  const auto session = first->create_session()->id;
  const Job job = new_job(*first, session);
  changes.acquire();
  work.acquire();
  EXPECT_EQ(told, session + "/" + job.id);

  // After a lost connection, what went unheard is told.
  server.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
  work.acquire();
  changes.acquire();
  EXPECT_EQ(told, session + "/" + job.id);
}

TEST_F(RedisStore, AConfigurationIsToldToTheOthersAndAfterALostConnection) {
  RedisServer server;
  std::counting_semaphore<1000> told(0), own(0);
  auto theirs = options;
  theirs.configuration_changed = [&] { told.release(); };
  auto ours = options;
  ours.configuration_changed = [&] { own.release(); };
  auto first = open_on(server.url(), ours);
  auto second = open_on(server.url(), theirs);
  ASSERT_TRUE(first->set_configuration(0, "one"));
  told.acquire();
  EXPECT_EQ(second->configuration(0)->document, "one");
  EXPECT_FALSE(own.try_acquire()) << "who set it knows";
  server.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
  told.acquire();
  own.acquire();
}

TEST_F(RedisStore, OfWhatIsForgottenNothingIsLeft) {
  RedisServer server;
  auto store = open_on(server.url(), options);
  const auto session = store->create_session();
  ASSERT_TRUE(store->note_headers(session->id, TableType::people, "marker"));
  new_job(*store, session->id);  // waits
  const Job sent = new_job(*store, session->id, Mode::webhook);
  auto claim = store->claim("w", merge_only);
  claim = store->claim("w", merge_only);
  ASSERT_EQ((*claim)->job.id, sent.id);
  ASSERT_TRUE(store->complete((*claim)->lease, {}, std::vector<ResultFile>{{"csv", "r", 1}}));
  claim = store->claim("w", deliver_only);
  const std::vector<Delivery> failed = {{5000, DeliveryState::failed, 500, 1, Time(), "marker"}};
  ASSERT_TRUE(store->append_deliveries((*claim)->lease, failed, {}));
  ASSERT_TRUE(store->forget_session(session->id));
  const auto left = server.ask({"KEYS", "*"});
  EXPECT_EQ(left.find(session->id), std::string::npos) << left;
  EXPECT_EQ(left.find(sent.id), std::string::npos) << left;
  EXPECT_EQ(store->totals()->bytes, 0u);
  EXPECT_EQ(store->totals()->queued_jobs, 0u);
  EXPECT_EQ(store->totals()->running_jobs, 0u);
  EXPECT_EQ(server.ask({"XLEN", "csvm:line:merge"}), "0");
  EXPECT_EQ(server.ask({"XLEN", "csvm:line:deliver"}), "0");
}

TEST_F(RedisStore, RedisForgetsByItselfWhatNobodyCleansUpButNotWhatAJobNeeds) {
  RedisServer server;
  auto store = open_on(server.url(), options);
  const auto session = store->create_session()->id;
  const auto remaining = [&](const std::string& key) {
    return std::stoll(server.ask({"TTL", "csvm:" + key}));
  };
  EXPECT_GT(remaining("session:" + session), 48 * 3600);
  const Job job = new_job(*store, session, Mode::webhook);
  for (const std::string& key : {"session:" + session, "uploads:" + session, "files:" + session,
                                 "job:" + job.id, "ledger:" + job.id}) {
    EXPECT_EQ(remaining(key), -1) << key;
  }
  ASSERT_TRUE(store->cancel_job(session, job.id));
  for (const std::string& key : {"session:" + session, "uploads:" + session, "files:" + session,
                                 "jobs:" + session, "job:" + job.id, "ledger:" + job.id}) {
    EXPECT_GT(remaining(key), 48 * 3600) << key;
    EXPECT_LE(remaining(key), 54 * 3600) << key;
  }
}

// Of what belongs to a session, Redis itself keeps nothing for longer, of whatever kind it is.
TEST_F(RedisStore, EveryKeyOfASessionHasATimeToGoWhenItsJobsHaveEnded) {
  RedisServer server;
  auto store = open_on(server.url(), options);
  const auto session = store->create_session();
  const Job job = new_job(*store, session->id, Mode::webhook);
  auto claim = store->claim("w", merge_only);
  ASSERT_TRUE(claim && *claim);
  ASSERT_TRUE(store->complete((*claim)->lease, {}, std::vector<ResultFile>{{"csv", "r", 1}}));
  claim = store->claim("w", deliver_only);
  ASSERT_TRUE(claim && *claim);
  const std::vector<Delivery> failed = {{5000, DeliveryState::failed, 500, 1, Time(), "excerpt"}};
  ASSERT_TRUE(store->append_deliveries((*claim)->lease, failed, {}));
  ASSERT_TRUE(store->complete((*claim)->lease, {}, {}));
  ASSERT_TRUE(store->find_job(session->id, job.id));

  std::set<std::string> kinds;
  std::istringstream keys(server.ask({"KEYS", "csvm:*"}));
  for (std::string key; keys >> key;) {
    const bool is_of_session = key.find(session->id) != std::string::npos ||
                               key.find(job.id) != std::string::npos ||
                               key.starts_with("csvm:token:");
    if (!is_of_session) continue;
    const auto remaining = std::stoll(server.ask({"TTL", key}));
    EXPECT_GT(remaining, 48 * 3600) << key;
    EXPECT_LE(remaining, 54 * 3600) << key;
    const auto after_name = key.find(':', 5);
    kinds.insert(key.substr(5, after_name - 5) + (key.ends_with(":text") ? ":text" : ""));
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"session", "token", "uploads", "files", "jobs", "results",
                                          "job", "ledger", "ledger:text"}));
}

// The queue as Redis shows it: an entry is pending as long as its worker has it.
TEST_F(RedisStore, TheLineIsAStreamWithAConsumerGroup) {
  RedisServer server;
  auto store = open_on(server.url(), options);
  const auto session = store->create_session()->id;
  new_job(*store, session);
  EXPECT_EQ(server.ask({"XLEN", "csvm:line:merge"}), "1");
  auto claim = store->claim("first", any_phase);
  ASSERT_TRUE(claim && *claim);
  const auto pending = [&] { return server.ask({"XPENDING", "csvm:line:merge", "workers"}); };
  EXPECT_NE(pending().find("first"), std::string::npos) << pending();
  surroundings.pass(options.lease);
  claim = store->claim("second", any_phase);
  ASSERT_TRUE(claim && *claim);
  EXPECT_EQ(pending().find("first"), std::string::npos) << pending();
  EXPECT_NE(pending().find("second"), std::string::npos) << pending();
  ASSERT_TRUE(store->complete((*claim)->lease, {}, {}));
  EXPECT_EQ(server.ask({"XLEN", "csvm:line:merge"}), "0");
  EXPECT_EQ(pending().substr(0, 1), "0");
}

TEST_F(RedisStore, AMillionDeliveriesAreKeptInLittleRoom) {
  RedisServer server;
  auto store = open_on(server.url(), options);
  const auto session = store->create_session()->id;
  const Job job = new_job(*store, session, Mode::webhook);
  auto claim = store->claim("w", merge_only);
  ASSERT_TRUE(store->complete((*claim)->lease, {}, {}));
  claim = store->claim("w", deliver_only);
  const auto memory = [&] {
    const auto info = server.ask({"INFO", "memory"});
    return std::stoull(info.substr(info.find("used_memory:") + 12));
  };
  const auto before = memory();
  constexpr Count records = 1'000'000;
  std::vector<Delivery> batch;
  for (Count record = 0; record < records;) {
    batch.clear();
    for (Count i = 0; i < 2'500; ++i, ++record) {
      const bool is_failed = record % 1000 == 999;
      batch.push_back({record, is_failed ? DeliveryState::failed : DeliveryState::delivered,
                       static_cast<std::uint16_t>(is_failed ? 500 : 200), 1, surroundings.now(),
                       is_failed ? "busy" : ""});
    }
    ASSERT_TRUE(store->append_deliveries((*claim)->lease, batch, {}));
  }
  EXPECT_LT(memory() - before, 16u << 20);
  EXPECT_EQ(*store->delivery_counts(session, job.id),
            (DeliveryCounts{0, records - 1000, 0, 1000, 0, 0}));
  const auto page = store->deliveries(session, job.id, DeliveryState::failed, 998'000, 10);
  ASSERT_EQ(page->size(), 2u);
  EXPECT_EQ((*page)[1].record, 999'999u);
  EXPECT_EQ((*page)[1].excerpt, "busy");
  EXPECT_EQ(store->failure_groups(session, job.id)->at(0).count, 1000u);
  EXPECT_EQ(store->resumption((*claim)->lease)->finished, (std::vector<RecordRange>{{0, records}}));
  ASSERT_TRUE(store->complete((*claim)->lease, {}, {}));
  EXPECT_EQ(*store->retry_deliveries(session, job.id, {}), 1000u);
  EXPECT_EQ(store->delivery_counts(session, job.id)->pending, 1000u);
}

}  // namespace
}  // namespace csvm::store
