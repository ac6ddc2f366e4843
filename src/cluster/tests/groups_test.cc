// Groups of rows that share a hash are those that a plain map finds.
#include "../groups.h"

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <random>

namespace csvm::cluster {
namespace {

using Groups = std::map<std::uint64_t, std::vector<std::uint32_t>>;

std::vector<std::uint64_t> hashes_of_many_kinds(std::size_t count) {
  std::mt19937_64 random(11);
  std::vector<std::uint64_t> hashes(count);
  for (std::uint64_t& hash : hashes) {
    hash = random() % 4 == 0 ? 0 : (random() % (count / 2)) * 0x9E3779B97F4A7C15ULL;
  }
  return hashes;
}

Groups plain_groups(const std::vector<std::uint64_t>& hashes) {
  Groups groups;
  for (std::uint32_t row = 0; row < hashes.size(); ++row) {
    if (hashes[row] != 0) groups[hashes[row]].push_back(row);
  }
  std::erase_if(groups, [](const auto& group) { return group.second.size() < 2; });
  return groups;
}

// Collects what is handed out, from any thread.
struct Collector {
  const std::vector<std::uint64_t>& hashes;
  std::mutex mutex = {};
  Groups groups = {};

  Spread::Use use() {
    return [this](unsigned, std::size_t, std::span<const std::uint32_t> group) {
      const std::scoped_lock lock(mutex);
      auto& rows = groups[hashes[group.front()]];
      EXPECT_TRUE(rows.empty()) << "a group comes whole";
      rows.assign(group.begin(), group.end());
    };
  }
};

TEST(EachGroup, FindsWhatAPlainMapFindsWithAnyThreadsAndMemory) {
  const std::vector<std::uint64_t> hashes = hashes_of_many_kinds(20'000);
  for (const unsigned threads : {1U, 3U}) {
    for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{1000}}) {
      bytes::Scratch scratch(memory);
      GroupingOptions options;
      options.threads = threads;
      options.memory_bytes = memory;
      options.scratch = &scratch;
      Collector found{hashes};
      const auto done = each_group(
          hashes.size(), options, [&](std::uint32_t row) { return hashes[row]; },
          [](std::size_t) {}, found.use());
      ASSERT_TRUE(done);
      EXPECT_EQ(found.groups, plain_groups(hashes)) << threads << " threads, " << memory;
    }
  }
}

TEST(EachGroup, TellsHashesApartThatDifferInTheMiddleOnly) {
  std::vector<std::uint64_t> hashes(3'000);
  for (std::size_t row = 0; row < hashes.size(); ++row) {
    hashes[row] = row % 3 == 0 ? 7 : row % 3 << 32U | 9;
  }
  GroupingOptions options;
  Collector found{hashes};
  ASSERT_TRUE(each_group(
      hashes.size(), options, [&](std::uint32_t row) { return hashes[row]; }, [](std::size_t) {},
      found.use()));
  EXPECT_EQ(found.groups, plain_groups(hashes));
}

TEST(Spread, KeepsTablesApartAndForgetsWhenItStartsAgain) {
  const std::vector<std::uint64_t> hashes = hashes_of_many_kinds(5'000);
  std::vector<std::uint64_t> others(hashes.rbegin(), hashes.rend());
  GroupingOptions options;
  options.threads = 2;
  Spread spread(hashes.size(), options);
  for (int round = 0; round < 2; ++round) {
    spread.start(2);
    for (std::uint32_t row = 0; row < hashes.size(); ++row) {
      if (hashes[row] != 0) spread.add(row % 2, 0, hashes[row], row);
      if (others[row] != 0) spread.add(row % 2, 1, others[row], row);
    }
    Collector first{hashes};
    Collector second{others};
    ASSERT_TRUE(spread.each_group(0, first.use()));
    ASSERT_TRUE(spread.each_group(1, second.use()));
    EXPECT_EQ(first.groups, plain_groups(hashes));
    EXPECT_EQ(second.groups, plain_groups(others));
  }
}

}  // namespace
}  // namespace csvm::cluster
