// What every implementation of `files::Files` must do; conformance.h says how to take part.
#include "conformance.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

namespace csvm::files {

TEST_P(FilesConformance, AnObjectIsThereWhenItIsCommitted) {
  auto writer = files->create(here);
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->write("one,"));
  ASSERT_TRUE((*writer)->write("two"));
  EXPECT_EQ((*writer)->bytes(), 7u);
  EXPECT_EQ(content(here), "<not_found>");
  ASSERT_TRUE((*writer)->commit());
  EXPECT_EQ(content(here), "one,two");
  reopen();
  EXPECT_EQ(content(here), "one,two");
}

TEST_P(FilesConformance, AWriterThatIsGivenUpLeavesWhatWasThere) {
  put(here, "old");
  {
    auto writer = files->create(here);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write("half of the new"));
  }
  EXPECT_EQ(content(here), "old");
  EXPECT_EQ(files->list("session1")->size(), 1u);
}

// What was asked for before may still be given; what cannot be had any more is `not_found`. Large
// enough not to be read at once.
TEST_P(FilesConformance, AReaderNeverGivesBytesOfAnotherVersion) {
  const std::string old_data(3'000'000, 'o');
  put(here, old_data);
  auto reader = files->open(here);
  ASSERT_TRUE(reader);
  put(here, std::string(3'000'000, 'n'));
  EXPECT_EQ(content(here), std::string(3'000'000, 'n'));
  const auto read = [&] {
    for (const std::uint64_t offset : {0u, 1'000'000u, 2'999'990u}) {
      std::string out(10, '?');
      auto got = (*reader)->read_at(offset, out);
      if (got) {
        EXPECT_EQ(out, std::string(10, 'o'));
      } else {
        EXPECT_EQ(got.error().code, Errc::not_found) << got.error().message;
      }
    }
  };
  read();
  ASSERT_TRUE(files->remove(here));
  read();
}

TEST_P(FilesConformance, AnEmptyObjectIsAnObject) {
  put(here, "");
  EXPECT_EQ(content(here), "");
}

TEST_P(FilesConformance, RangesAreReadExactly) {
  std::string data;
  for (int i = 0; i < 300'000; ++i) data += static_cast<char>(i * 31 % 251);
  put(here, data);
  auto reader = files->open(here);
  ASSERT_TRUE(reader);
  for (const std::size_t offset : {0u, 1u, 4095u, 65'536u, 299'990u, 300'000u, 300'001u}) {
    std::string out(100, '\0');
    auto got = (*reader)->read_at(offset, out);
    ASSERT_TRUE(got);
    const std::string expected = offset < data.size() ? data.substr(offset, 100) : "";
    EXPECT_EQ(out.substr(0, *got), expected) << "offset=" << offset;
  }
}

TEST_P(FilesConformance, AKeptObjectIsInvisibleAndCanBeGoneOnWith) {
  {
    auto writer = files->create(here);
    ASSERT_TRUE((*writer)->write("abc"));
    ASSERT_TRUE((*writer)->keep());
  }
  EXPECT_EQ(content(here), "<not_found>");
  reopen();
  ASSERT_EQ(files->list("session1")->size(), 1u);
  EXPECT_TRUE(files->list("session1")->front().partial);
  EXPECT_EQ(files->list("session1")->front().bytes, 3u);
  {
    auto writer = files->resume(here, 3);
    ASSERT_TRUE(writer) << writer.error().message;
    EXPECT_EQ((*writer)->bytes(), 3u);
    ASSERT_TRUE((*writer)->write("def"));
    ASSERT_TRUE((*writer)->keep());
  }
  auto writer = files->resume(here, 6);
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->write("ghi"));
  ASSERT_TRUE((*writer)->commit());
  EXPECT_EQ(content(here), "abcdefghi");
  EXPECT_EQ(files->list("session1")->size(), 1u);
}

TEST_P(FilesConformance, WhatWasReceivedButNotAcknowledgedIsCutOff) {
  {
    auto writer = files->create(here);
    ASSERT_TRUE((*writer)->write("abcdef"));
    ASSERT_TRUE((*writer)->keep());
  }
  auto writer = files->resume(here, 4);
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->write("XY"));
  ASSERT_TRUE((*writer)->commit());
  EXPECT_EQ(content(here), "abcdXY");
}

TEST_P(FilesConformance, ResumingMoreThanIsKeptIsAConflict) {
  EXPECT_EQ(files->resume(here, 0).error().code, Errc::not_found);
  {
    auto writer = files->create(here);
    ASSERT_TRUE((*writer)->write("abc"));
    ASSERT_TRUE((*writer)->keep());
  }
  EXPECT_EQ(files->resume(here, 4).error().code, Errc::conflict);
}

TEST_P(FilesConformance, AResumedWriterThatIsGivenUpLeavesWhatWasKept) {
  {
    auto writer = files->create(here);
    ASSERT_TRUE((*writer)->write("abc"));
    ASSERT_TRUE((*writer)->keep());
  }
  {
    auto writer = files->resume(here, 3);
    ASSERT_TRUE((*writer)->write("lost"));
  }
  EXPECT_EQ(files->list("session1")->front().bytes, 3u);
}

TEST_P(FilesConformance, AWriterThatHasEndedRefusesMore) {
  auto writer = files->create(here);
  ASSERT_TRUE((*writer)->commit());
  EXPECT_FALSE((*writer)->write("more"));
  EXPECT_FALSE((*writer)->commit());
  EXPECT_FALSE((*writer)->keep());
}

TEST_P(FilesConformance, NamesThatAreNoIdsOfOursAreRefused) {
  const std::vector<std::string> hostile = {"",
                                            ".",
                                            "..",
                                            "../x",
                                            "a/b",
                                            "/etc/passwd",
                                            "a\\b",
                                            "-",
                                            "A",
                                            "a.part",
                                            "a.tmp",
                                            "a b",
                                            std::string("a\0b", 3),
                                            "\xc3\xa9",
                                            "~",
                                            ".lock",
                                            "con:",
                                            "a\nb",
                                            std::string(101, 'a')};
  for (const auto& name : hostile) {
    for (const Place& place : {Place{"session1", name}, Place{name, "file1"}}) {
      EXPECT_EQ(files->create(place).error().code, Errc::invalid_input) << name;
      EXPECT_EQ(files->resume(place, 0).error().code, Errc::invalid_input) << name;
      EXPECT_EQ(files->open(place).error().code, Errc::invalid_input) << name;
      EXPECT_EQ(files->fetch(place).error().code, Errc::invalid_input) << name;
      EXPECT_EQ(files->scratch(place).error().code, Errc::invalid_input) << name;
      EXPECT_EQ(files->remove(place).error().code, Errc::invalid_input) << name;
    }
    EXPECT_EQ(files->remove_session(name).error().code, Errc::invalid_input) << name;
    EXPECT_EQ(files->list(name).error().code, Errc::invalid_input) << name;
  }
}

TEST_P(FilesConformance, RemovingTakesKeptPartsAlongAndMayBeRepeated) {
  put(here, "abc");
  {
    auto writer = files->create({"session1", "file2"});
    ASSERT_TRUE((*writer)->keep());
  }
  ASSERT_TRUE(files->remove(here));
  ASSERT_TRUE(files->remove(here));
  ASSERT_TRUE(files->remove({"session1", "file2"}));
  ASSERT_TRUE(files->remove({"nowhere", "file2"}));
  EXPECT_EQ(content(here), "<not_found>");
  EXPECT_TRUE(files->list("session1")->empty());
}

TEST_P(FilesConformance, RemovingASessionTakesAllOfItAndNothingElse) {
  put(here, "abc");
  put({"session1", "file2"}, "def");
  put({"session2", "file1"}, "other");
  ASSERT_TRUE(files->remove_session("session1"));
  ASSERT_TRUE(files->remove_session("session1"));
  EXPECT_EQ(content(here), "<not_found>");
  EXPECT_EQ(content({"session2", "file1"}), "other");
  EXPECT_EQ(*files->sessions(), std::vector<std::string>{"session2"});
}

TEST_P(FilesConformance, ListsAndTotalsTellWhatIsThere) {
  put({"session1", "b"}, "12345");
  put({"session1", "a"}, "123");
  put({"session2", "c"}, "1");
  auto entries = files->list("session1");
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2u);
  std::sort(entries->begin(), entries->end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  EXPECT_EQ((*entries)[0].name, "a");
  EXPECT_EQ((*entries)[1].bytes, 5u);
  EXPECT_FALSE((*entries)[1].partial);
  EXPECT_GT((*entries)[1].modified_at.time_since_epoch().count(), 0);
  EXPECT_EQ(*files->total_bytes(), 9u);
  EXPECT_TRUE(files->list("session9")->empty());
}

TEST_P(FilesConformance, AnObjectCanBeHadAsALocalFile) {
  put(here, "a,b\n1,2\n");
  auto local = files->fetch(here);
  ASSERT_TRUE(local);
  std::ifstream in((*local)->path(), std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), "a,b\n1,2\n");
  EXPECT_EQ(files->fetch({"session1", "none"}).error().code, Errc::not_found);
}

TEST_P(FilesConformance, AScratchFileBecomesAnObjectWhenItIsAdopted) {
  auto scratch = files->scratch(here);
  ASSERT_TRUE(scratch);
  {
    std::ofstream((*scratch)->path(), std::ios::binary) << "merged";
  }
  EXPECT_EQ(content(here), "<not_found>");
  auto adopted = files->adopt(here, std::move(*scratch));
  ASSERT_TRUE(adopted) << adopted.error().message;
  EXPECT_EQ(*adopted, 6u);
  EXPECT_EQ(content(here), "merged");
}

TEST_P(FilesConformance, AScratchFileThatIsNotAdoptedIsRemoved) {
  std::string path;
  {
    auto scratch = files->scratch(here);
    ASSERT_TRUE(scratch);
    path = (*scratch)->path();
    std::ofstream(path) << "never finished";
    ASSERT_TRUE(std::ifstream(path).good());
    EXPECT_TRUE(files->list("session1")->empty());
  }
  EXPECT_FALSE(std::ifstream(path).good());
}

TEST_P(FilesConformance, SpaceIsToldAndItIsWell) {
  const auto space = files->space();
  ASSERT_TRUE(space);
  EXPECT_GT(space->all_bytes, 0u);
  EXPECT_LE(space->free_bytes, space->all_bytes);
  EXPECT_TRUE(files->check());
  EXPECT_TRUE(files->sessions()->empty());
}

TEST_P(FilesConformance, ALargeObjectIsTheSameHoweverItIsWrittenAndRead) {
  const std::string data = many_bytes(20'000'001);
  auto writer = files->create(here);
  ASSERT_TRUE(writer);
  for (std::size_t at = 0; at < data.size(); at += 1'234'567) {
    ASSERT_TRUE((*writer)->write(std::string_view(data).substr(at, 1'234'567)));
  }
  auto done = (*writer)->commit();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(content(here) == data);

  auto local = files->fetch(here);
  ASSERT_TRUE(local) << local.error().message;
  std::ifstream in((*local)->path(), std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_TRUE(text.str() == data);

  const Place there{"session1", "copy"};
  auto scratch = files->scratch(there);
  ASSERT_TRUE(scratch);
  std::ofstream((*scratch)->path(), std::ios::binary) << data;
  auto adopted = files->adopt(there, std::move(*scratch));
  ASSERT_TRUE(adopted) << adopted.error().message;
  EXPECT_EQ(*adopted, data.size());
  EXPECT_TRUE(content(there) == data);
}

TEST_P(FilesConformance, ALargeObjectIsGoneOnWithFromWhatWasAcknowledgedLast) {
  const std::string data = many_bytes(30'000'000);
  const auto piece = [&](std::size_t from, std::size_t to) {
    return std::string_view(data).substr(from, to - from);
  };
  {
    auto writer = files->create(here);
    ASSERT_TRUE((*writer)->write(piece(0, 10'000'000)));
    ASSERT_TRUE((*writer)->keep());
  }
  {
    auto writer = files->resume(here, 10'000'000);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE((*writer)->write(piece(10'000'000, 20'000'000)));
    ASSERT_TRUE((*writer)->keep());
  }
  reopen();
  // As when the program died between keeping the bytes and noting it.
  {
    auto writer = files->resume(here, 10'000'000);
    ASSERT_TRUE(writer) << writer.error().message;
    EXPECT_EQ((*writer)->bytes(), 10'000'000u);
    ASSERT_TRUE((*writer)->write(piece(10'000'000, 21'000'000)));
    ASSERT_TRUE((*writer)->keep());
  }
  // This one breaks off, and its bytes are as if they had never come.
  {
    auto writer = files->resume(here, 21'000'000);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE((*writer)->write(std::string(9'000'000, 'x')));
  }
  auto writer = files->resume(here, 21'000'000);
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_TRUE((*writer)->write(piece(21'000'000, 30'000'000)));
  auto done = (*writer)->commit();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(content(here) == data);
  EXPECT_EQ(files->list("session1")->size(), 1u);
}

TEST_P(FilesConformance, SeveralThreadsWriteAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string data(1000, static_cast<char>('a' + t));
        auto own = files->create({"session1", "file" + std::to_string(t)});
        auto same = files->create({"session1", "same"});
        ASSERT_TRUE(own && same);
        ASSERT_TRUE((*own)->write(data) && (*same)->write(data));
        ASSERT_TRUE((*own)->commit() && (*same)->commit());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(files->list("session1")->size(), 5u);
  const std::string same = content({"session1", "same"});
  EXPECT_EQ(same, std::string(1000, same[0]));
}

}  // namespace csvm::files
