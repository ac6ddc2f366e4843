#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <utility>

#include "csvm/bytes.h"

namespace csvm::bytes {
namespace {

std::uint64_t resident_pages() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0, resident = 0;
  file >> all >> resident;
  return resident;
}

class ScratchArrays : public testing::TestWithParam<std::uint64_t> {};

TEST_P(ScratchArrays, AreZeroAndKeepWhatIsWrittenWhateverIsTrimmed) {
  Scratch scratch(GetParam());
  auto array = scratch.array<std::uint32_t>(100'000);
  ASSERT_TRUE(array) << array.error().message;
  EXPECT_EQ(std::ranges::count(*array, 0u), 100'000);
  for (std::uint32_t i = 0; i < array->size(); ++i) (*array)[i] = i * 7;
  scratch.trim();
  const ScratchArray<std::uint32_t> moved = std::move(*array);
  ASSERT_EQ(moved.size(), 100'000u);
  for (std::uint32_t i = 0; i < moved.size(); ++i) ASSERT_EQ(moved[i], i * 7);
}

TEST_P(ScratchArrays, MayBeEmpty) {
  Scratch scratch(GetParam());
  const auto array = scratch.array<std::uint64_t>(0);
  ASSERT_TRUE(array);
  EXPECT_TRUE(array->empty());
}

INSTANTIATE_TEST_SUITE_P(Bounds, ScratchArrays, testing::Values(0, 1, std::uint64_t{1} << 40));

TEST(Scratch, GivesMemoryBackWhenItIsAboveItsBound) {
  constexpr std::size_t bytes = std::size_t{64} << 20;
  Scratch scratch(1);
  auto array = scratch.array<std::uint8_t>(bytes);
  ASSERT_TRUE(array) << array.error().message;
  std::ranges::fill(*array, std::uint8_t{1});
  const std::uint64_t before = resident_pages();
  scratch.trim();
  EXPECT_LT(resident_pages() + bytes / 2 / 4096, before);
  EXPECT_EQ(std::ranges::count(*array, std::uint8_t{1}), static_cast<std::ptrdiff_t>(bytes));
}

TEST(Scratch, SaysWhatTheDiskCannotHold) {
  Scratch scratch(1);
  const auto array = scratch.array<std::uint8_t>(std::size_t{1} << 50);
  ASSERT_FALSE(array);
  EXPECT_EQ(array.error().code, Errc::io);
}

}  // namespace
}  // namespace csvm::bytes
