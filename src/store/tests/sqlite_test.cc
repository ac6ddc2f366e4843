// What only the database file can suffer: kills, a full disk, damage, other versions.
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "sqlite/schema.h"
#include "temporary.h"

namespace csvm::store {
namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The child writes to the pipe what was acknowledged to it; whatever arrived must be in the store.
TEST(SqliteStore, WhatWasAcknowledgedSurvivesAKill) {
  SqliteFile file;
  std::set<std::string> acknowledged;
  for (unsigned round = 0; round < 8; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      Surroundings surroundings;
      surroundings.pass(seconds(round));
      auto options = surroundings.options();
      Guarded<std::mt19937_64> engine(std::mt19937_64(round + 1));
      options.random = [&](std::span<std::byte> out) {
        engine.with([&](auto& e) {
          for (auto& byte : out) byte = static_cast<std::byte>(e());
        });
      };
      auto store = open_sqlite(file.path(), options);
      if (!store) ::_exit(1);
      for (;;) {
        const auto session = (*store)->create_session();
        if (!session || ::write(ends[1], session->id.data(), 26) != 26) ::_exit(1);
      }
    }
    ::close(ends[1]);
    char id[26];
    for (unsigned i = 0; i < 20 + round * 7; ++i) {
      ASSERT_EQ(::read(ends[0], id, sizeof id), static_cast<ssize_t>(sizeof id));
      acknowledged.emplace(id, sizeof id);
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    while (::read(ends[0], id, sizeof id) == static_cast<ssize_t>(sizeof id)) {
      acknowledged.emplace(id, sizeof id);
    }
    ::close(ends[0]);

    Surroundings surroundings;
    auto store = file.open(surroundings.options());
    const auto ids = store->session_ids();
    ASSERT_TRUE(ids);
    const std::set<std::string> present(ids->begin(), ids->end());
    for (const auto& one : acknowledged) EXPECT_TRUE(present.contains(one)) << one;
    // At most the one whose acknowledgement was cut off, each round.
    EXPECT_LE(present.size(), acknowledged.size() + round + 1);
  }
}

class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST(SqliteStore, AFullDiskIsNamedAndTheStoreGoesOnWhenThereIsSpace) {
  SqliteFile file;
  Surroundings surroundings;
  auto store = file.open(surroundings.options());
  auto session = store->create_session();
  ASSERT_TRUE(session);
  Count made = 0;
  {
    const SmallDisk full(300'000);
    Result<Upload> upload = store->create_upload(session->id);
    for (; upload; upload = store->create_upload(session->id)) ++made;
    EXPECT_EQ(upload.error().code, Errc::io);
    EXPECT_NE(upload.error().message.find("disk is full"), std::string::npos)
        << upload.error().message;
    while (store->check()) {  // it needs less room
    }
    EXPECT_EQ(store->find_session(session->id)->id, session->id) << "it can still be read";
    surroundings.pass(minutes(2));
    EXPECT_EQ(store->use_session(session->token)->id, session->id);
  }
  EXPECT_EQ(store->totals()->uploads, made) << "a refused one was kept";
  EXPECT_TRUE(store->check());
  ASSERT_TRUE(store->create_upload(session->id));
  store.reset();
  store = file.open(surroundings.options());
  EXPECT_EQ(store->totals()->uploads, made + 1);
}

TEST(SqliteStore, AFolderThatIsNotThereIsNamed) {
  Surroundings surroundings;
  const auto opened = open_sqlite("/nowhere/at/all/store.db", surroundings.options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::io);
  EXPECT_NE(opened.error().message.find("/nowhere/at/all/store.db"), std::string::npos);
}

TEST(SqliteStore, AFileThatIsNoDatabaseIsRefusedAndLeftAlone) {
  SqliteFile file;
  const std::string text = "Email,Name\n" + std::string(5000, 'x');
  std::ofstream(file.path()) << text;
  Surroundings surroundings;
  EXPECT_EQ(code_of(open_sqlite(file.path(), surroundings.options())), Errc::invalid_input);
  EXPECT_EQ(bytes_of(file.path()), text);
}

TEST(SqliteStore, TheDatabaseOfAnotherProgramIsRefused) {
  SqliteFile file;
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.path().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "CREATE TABLE theirs(a)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  Surroundings surroundings;
  const auto opened = open_sqlite(file.path(), surroundings.options());
  EXPECT_EQ(code_of(opened), Errc::invalid_input);
  EXPECT_NE(opened.error().message.find("another program"), std::string::npos);
}

TEST(SqliteStore, DamageIsNoticedAtTheStart) {
  SqliteFile file;
  Surroundings surroundings;
  {
    auto store = file.open(surroundings.options());
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(store->create_session());
  }
  std::string bytes = bytes_of(file.path());
  ASSERT_GT(bytes.size(), 20'000u);
  // All but the first page.
  for (std::size_t i = 4096; i < bytes.size(); i += 97) bytes[i] = static_cast<char>(bytes[i] ^ 85);
  std::ofstream(file.path(), std::ios::binary) << bytes;
  const auto opened = open_sqlite(file.path(), surroundings.options());
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("damaged"), std::string::npos) << opened.error().message;
}

TEST(SqliteStore, ADatabaseOfANewerVersionIsRefused) {
  SqliteFile file;
  Surroundings surroundings;
  file.open(surroundings.options());
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.path().c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, "PRAGMA user_version=99", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
  const auto opened = open_sqlite(file.path(), surroundings.options());
  EXPECT_EQ(code_of(opened), Errc::conflict);
  EXPECT_NE(opened.error().message.find("newer version"), std::string::npos);
}

TEST(SqliteStore, AnOlderDatabaseIsBroughtUpToDateWholeOrNotAtAll) {
  using sqlite::Connection;
  SqliteFile file;
  auto db = Connection::open(file.path(), Connection::Access::write);
  ASSERT_TRUE(db);
  constexpr std::array first = {"CREATE TABLE a(x); INSERT INTO a VALUES(1)"};
  ASSERT_TRUE(sqlite::bring_up_to_date(**db, file.path(), first));
  constexpr std::array broken = {first[0], "ALTER TABLE a ADD y DEFAULT 2", "ALTER TABLE b ADD z"};
  EXPECT_FALSE(sqlite::bring_up_to_date(**db, file.path(), broken));
  EXPECT_EQ(*(*db)->integer("PRAGMA user_version"), 1);
  constexpr std::array second = {first[0], "ALTER TABLE a ADD y DEFAULT 2", "CREATE TABLE b(z)"};
  ASSERT_TRUE(sqlite::bring_up_to_date(**db, file.path(), second));
  EXPECT_EQ(*(*db)->integer("PRAGMA user_version"), 3);
  EXPECT_EQ(*(*db)->integer("SELECT x*10+y FROM a"), 12);
  ASSERT_TRUE(sqlite::bring_up_to_date(**db, file.path(), second));
  EXPECT_EQ(code_of(sqlite::bring_up_to_date(**db, file.path(), first)), Errc::conflict);
}

TEST(SqliteStore, ForgottenDataIsGoneFromTheFilesToo) {
  SqliteFile file;
  Surroundings surroundings;
  auto store = file.open(surroundings.options());
  const std::string marker = "marker-cell-of-a-lead";
  auto session = store->create_session();
  auto upload = store->create_upload(session->id);
  auto lead = store->add_file(session->id, upload->id, "x", 1);
  ASSERT_TRUE(store->complete_file(session->id, lead->id, 1, marker));
  const auto everything = [&] { return bytes_of(file.path()) + bytes_of(file.path() + "-wal"); };
  ASSERT_NE(everything().find(marker), std::string::npos);
  EXPECT_EQ(everything().find(session->token), std::string::npos) << "a token was stored";
  ASSERT_TRUE(store->forget_session(session->id));
  EXPECT_EQ(everything().find(marker), std::string::npos);

  session = store->create_session();
  upload = store->create_upload(session->id);
  lead = store->add_file(session->id, upload->id, "x", 1);
  ASSERT_TRUE(store->complete_file(session->id, lead->id, 1, marker));
  surroundings.pass(hours(48));
  ASSERT_EQ(store->remove_expired()->sessions.size(), 1u);
  EXPECT_EQ(everything().find(marker), std::string::npos);
}

TEST(SqliteStore, TwoProcessesShareTheQueue) {
  SqliteFile file;
  Surroundings surroundings;
  auto first = file.open(surroundings.options());
  auto second = file.open(surroundings.options());
  auto session = first->create_session();
  auto upload = first->create_upload(session->id);
  auto lead = first->add_file(session->id, upload->id, "x", 1);
  ASSERT_TRUE(first->complete_file(session->id, lead->id, 1, ""));
  NewJob wanted;
  wanted.upload_id = upload->id;
  ASSERT_TRUE(first->create_job(session->id, wanted));
  const auto claim = second->claim("b", any_phase);
  ASSERT_TRUE(claim && *claim);
  EXPECT_FALSE(*first->claim("a", any_phase));
  EXPECT_EQ(*first->complete((*claim)->lease, {}, {}), JobState::completed);
}

TEST(SqliteStore, ReadersSeeWholeChangesWhileOthersWrite) {
  SqliteFile file;
  Surroundings surroundings;
  auto options = surroundings.options();
  options.limits.files_per_session = 0;
  auto store = file.open(options);
  const auto session = store->create_session();
  const auto upload = store->create_upload(session->id);
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 60; ++i) {
      auto file_made = store->add_file(session->id, upload->id, "x", 10);
      ASSERT_TRUE(file_made);
      if (i % 3 == 0) {
        ASSERT_TRUE(store->remove_file(session->id, file_made->id));
      }
    }
    done = true;
  });
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      while (!done) {
        const auto usage = store->session_usage(session->id);
        ASSERT_TRUE(usage);
        ASSERT_EQ(usage->bytes, usage->files * 10);
      }
    });
  }
  writer.join();
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(store->session_usage(session->id)->files, 40u);
}

}  // namespace
}  // namespace csvm::store
