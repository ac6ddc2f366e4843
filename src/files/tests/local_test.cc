// The local folder: the conformance suite, and what only a folder can suffer.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "conformance.h"

namespace csvm::files {
namespace {

namespace fs = std::filesystem;

class Folder final : public Storage {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "csvm-files-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() override { fs::remove_all(path_); }
  std::unique_ptr<Files> open() override {
    auto opened = open_local(path_);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

INSTANTIATE_TEST_SUITE_P(Local, FilesConformance,
                         testing::Values(Implementation{"folder",
                                                        [] { return std::make_unique<Folder>(); }}),
                         [](const auto& one) { return one.param.name; });

TEST(LocalFiles, AReaderKeepsTheObjectThatIsReplacedOrRemoved) {
  Folder folder;
  auto files = folder.open();
  const auto put = [&](std::string_view data) {
    auto writer = files->create(here);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write(data));
    ASSERT_TRUE((*writer)->commit());
  };
  put("old content");
  auto reader = files->open(here);
  ASSERT_TRUE(reader);
  put("new");
  std::string old(11, '\0');
  EXPECT_EQ(*(*reader)->read_at(0, old), 11u);
  EXPECT_EQ(old, "old content");
  ASSERT_TRUE(files->remove(here));
  EXPECT_EQ(*(*reader)->read_at(4, old), 7u);
}

TEST(LocalFiles, ASecondProcessOnTheSameFolderIsRefused) {
  Folder folder;
  auto first = folder.open();
  EXPECT_EQ(open_local(folder.path()).error().code, Errc::conflict);
  first.reset();
  EXPECT_TRUE(open_local(folder.path()));
}

// Kills a process between writes: what it had committed is whole, what it had kept is kept, and
// nothing else is left after the next start.
TEST(LocalFiles, LeftoversOfAKilledProcessAreRemovedAtTheNextStart) {
  Folder folder;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto files = open_local(folder.path());
    if (!files) ::_exit(1);
    auto whole = (*files)->create({"s", "whole"});
    auto kept = (*files)->create({"s", "kept"});
    auto half = (*files)->create({"s", "half"});
    auto scratch = (*files)->scratch({"s", "scratch"});
    std::ofstream((*scratch)->path()) << "x" << std::flush;
    // As another writer of files might call its temporary beside ours.
    std::ofstream((*scratch)->path() + ".tmp.1234") << "x" << std::flush;
    if (!(*whole)->write("all") || !(*whole)->commit()) ::_exit(1);
    if (!(*kept)->write("part") || !(*kept)->keep()) ::_exit(1);
    if (!(*half)->write("half")) ::_exit(1);
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path() + "/s"), fs::directory_iterator()),
            5);

  auto files = folder.open();
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path() + "/s"), fs::directory_iterator()),
            2);
  auto entries = files->list("s");
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].name, "kept");
  EXPECT_EQ((*entries)[0].bytes, 4u);
  EXPECT_EQ((*entries)[1].name, "whole");
  EXPECT_EQ((*entries)[1].bytes, 3u);
}

// A limit on the size of files fails as a full disk does, and needs no mount.
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

TEST(LocalFiles, AFullDiskIsNamedLeavesNothingHalfAndRecovers) {
  Folder folder;
  auto files = folder.open();
  {
    const SmallDisk full(10'000);
    auto writer = files->create(here);
    ASSERT_TRUE(writer);
    auto written = (*writer)->write(std::string(20'000, 'x'));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::io);
    EXPECT_NE(written.error().message.find("disk is full"), std::string::npos);
    EXPECT_FALSE((*writer)->commit());
  }
  EXPECT_TRUE(files->list("session1")->empty());
  EXPECT_TRUE(fs::is_empty(folder.path() + "/session1"));
  auto writer = files->create(here);
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->write(std::string(20'000, 'x')));
  ASSERT_TRUE((*writer)->commit());
  EXPECT_EQ(*files->total_bytes(), 20'000u);
}

// Root writes everywhere, so a child without rights tries it; its exit code tells what was wrong.
TEST(LocalFiles, AReadOnlyFolderIsNamedAndRecovers) {
  Folder folder;
  constexpr uid_t nobody = 65534;
  const bool is_root = ::geteuid() == 0;
  ASSERT_TRUE(!is_root || ::chown(folder.path().c_str(), nobody, nobody) == 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (is_root && ::setuid(nobody) != 0) ::_exit(1);
    auto files = open_local(folder.path());
    if (!files) ::_exit(2);
    ::chmod(folder.path().c_str(), 0500);
    auto writer = (*files)->create(here);
    if (writer || writer.error().code != Errc::io) ::_exit(3);
    if (writer.error().message.find("read-only") == std::string::npos) ::_exit(4);
    if ((*files)->check()) ::_exit(5);
    ::chmod(folder.path().c_str(), 0700);
    ::_exit((*files)->check() && (*files)->create(here) ? 0 : 6);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(LocalFiles, AFolderThatCannotBeMadeIsNamed) {
  auto opened = open_local("/dev/null/data");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::io);
  EXPECT_NE(opened.error().message.find("/dev/null/data"), std::string::npos);
}

TEST(LocalFiles, ALinkInTheFolderIsNotFollowed) {
  Folder folder;
  Folder outside;
  auto files = folder.open();
  std::ofstream(outside.path() + "/secret") << "secret";
  fs::create_directory(folder.path() + "/session1");
  fs::create_symlink(outside.path() + "/secret", folder.path() + "/session1/file1");
  EXPECT_FALSE(files->open(here));
  ASSERT_TRUE(files->remove_session("session1"));
  EXPECT_TRUE(fs::exists(outside.path() + "/secret"));
}

}  // namespace
}  // namespace csvm::files
