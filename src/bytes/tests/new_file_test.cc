// A new file is there when it is whole, and not before.
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "tests/files.h"

namespace csvm::bytes {
namespace {

NewFile created(const std::string& path) {
  auto file = NewFile::create(path);
  EXPECT_TRUE(file) << file.error().message;
  return std::move(*file);
}

TEST(NewFile, AppearsWhenItIsCommitted) {
  Folder folder;
  NewFile file = created(folder.path("out.csv"));
  ASSERT_TRUE(file.write_at(0, "a,b\n"));
  EXPECT_FALSE(std::filesystem::exists(folder.path("out.csv")));
  ASSERT_TRUE(file.commit());
  EXPECT_EQ(folder.content("out.csv"), "a,b\n");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"out.csv"});
}

TEST(NewFile, LeavesNothingBehindWithoutACommit) {
  Folder folder;
  {
    NewFile file = created(folder.path("out.csv"));
    ASSERT_TRUE(file.write_at(0, "a,b\n"));
    EXPECT_EQ(folder.names().size(), 1U);
  }
  EXPECT_TRUE(folder.names().empty());
}

TEST(NewFile, LeavesTheOldOneAsItWasWithoutACommit) {
  Folder folder;
  folder.file("out.csv", "old");
  {
    NewFile file = created(folder.path("out.csv"));
    ASSERT_TRUE(file.write_at(0, "new and longer"));
    EXPECT_EQ(folder.content("out.csv"), "old");
  }
  EXPECT_EQ(folder.content("out.csv"), "old");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"out.csv"});
}

TEST(NewFile, ReplacesTheOldOneAndKeepsItsMode) {
  Folder folder;
  const std::string path = folder.file("out.csv", "old and much longer");
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  NewFile file = created(path);
  ASSERT_TRUE(file.write_at(0, "new"));
  ASSERT_TRUE(file.commit());
  EXPECT_EQ(folder.content("out.csv"), "new");
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640U);
}

TEST(NewFile, HasTheModeThatTheProcessGivesFiles) {
  Folder folder;
  const std::string path = folder.path("out.csv");
  NewFile file = created(path);
  ASSERT_TRUE(file.commit());
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  const std::string other = folder.file("other", "");
  struct stat usual{};
  ASSERT_EQ(stat(other.c_str(), &usual), 0);
  EXPECT_EQ(status.st_mode & 07777, usual.st_mode & 07777);
}

TEST(NewFile, IsWrittenAtAnyPlaceByAnyThread) {
  Folder folder;
  NewFile file = created(folder.path("out.csv"));
  constexpr std::size_t part = 100'000;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 4; ++i) {
      threads.emplace_back([&file, i] {
        EXPECT_TRUE(file.write_at((3 - i) * part, std::string(part, static_cast<char>('a' + i))));
      });
    }
  }
  ASSERT_TRUE(file.commit());
  std::string expected;
  for (const char c : {'d', 'c', 'b', 'a'}) expected += std::string(part, c);
  EXPECT_TRUE(folder.content("out.csv") == expected);
}

TEST(NewFile, CanBeMoved) {
  Folder folder;
  NewFile first = created(folder.path("first.csv"));
  NewFile second = created(folder.path("second.csv"));
  second = std::move(first);
  ASSERT_TRUE(second.write_at(0, "x"));
  ASSERT_TRUE(second.commit());
  EXPECT_EQ(folder.content("first.csv"), "x");
  EXPECT_FALSE(std::filesystem::exists(folder.path("second.csv")));
}

TEST(NewFile, InAFolderThatIsNotThereIsNamed) {
  Folder folder;
  const std::string path = folder.path("none/out.csv");
  const auto file = NewFile::create(path);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Errc::not_found);
  EXPECT_NE(file.error().message.find(path), std::string::npos) << file.error().message;
}

TEST(NewFile, InAFolderThatMayNotBeWrittenIsNamed) {
  if (geteuid() == 0) GTEST_SKIP() << "root writes everywhere";
  Folder folder;
  ASSERT_EQ(chmod(folder.path("").c_str(), 0500), 0);
  const auto file = NewFile::create(folder.path("out.csv"));
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("out.csv"), std::string::npos);
}

TEST(NewFile, DoesNotReplaceAFolder) {
  Folder folder;
  std::filesystem::create_directory(folder.path("out"));
  const auto file = NewFile::create(folder.path("out"));
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("out"), std::string::npos);
}

TEST(NewFile, WhoseFolderGoesAwaySaysSoOnCommit) {
  Folder folder;
  std::filesystem::create_directory(folder.path("in"));
  NewFile file = created(folder.path("in/out.csv"));
  std::filesystem::remove_all(folder.path("in"));
  const auto done = file.commit();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("out.csv"), std::string::npos);
}

TEST(Device, IsWrittenDirectly) {
  NewFile file = created("/dev/null");
  EXPECT_TRUE(file.write_at(0, "x"));
  EXPECT_TRUE(file.commit());
}

TEST(Device, ThatIsFullIsAnError) {
  NewFile file = created("/dev/full");
  const auto done = file.write_at(0, "x");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::io);
  EXPECT_NE(done.error().message.find("/dev/full"), std::string::npos) << done.error().message;
}

}  // namespace
}  // namespace csvm::bytes
