#include "frequency.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <new>
#include <utility>

namespace csvm::cluster {
namespace {

constexpr float imagined_rows = 2000;

// Two values that fall on one place look commoner than they are, which errs towards keeping apart.
std::size_t places_for(std::size_t rows) {
  return std::bit_ceil(
      std::clamp<std::size_t>(rows * 2, std::size_t{1} << 14, std::size_t{1} << 25));
}

bytes::ScratchArray<std::uint32_t> zeros(bytes::Scratch& memory, std::size_t count) {
  auto array = memory.array<std::uint32_t>(count);
  if (!array) throw std::bad_alloc();
  return std::move(*array);
}

// log2 by table: to 1/200 of a bit, and the same on every machine.
constexpr unsigned mantissa_bits = 8;
std::array<float, std::size_t{1} << mantissa_bits> make_logs() {
  std::array<float, std::size_t{1} << mantissa_bits> logs{};
  for (std::size_t i = 0; i < logs.size(); ++i) {
    logs[i] = std::log2(1.0F + (static_cast<float>(i) + 0.5F) / static_cast<float>(logs.size()));
  }
  return logs;
}
const auto logs = make_logs();

float log2_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const int exponent = static_cast<int>(bits >> 23U) - 127;
  return static_cast<float>(exponent) +
         logs[bits >> (23U - mantissa_bits) & ((1U << mantissa_bits) - 1)];
}

}  // namespace

Frequencies::Frequencies(std::size_t rows)
    : counts_(zeros(memory_, places_for(rows))),
      shift_(64 - static_cast<unsigned>(std::countr_zero(counts_.size()))),
      rows_bits_(log2_of(static_cast<float>(rows) + imagined_rows)),
      prior_(rows_bits_) {}

float Frequencies::bits(Kind kind, std::uint64_t hash, float background) const {
  const float seen = static_cast<float>(count(kind, hash)) + imagined_rows * background;
  return std::max(0.0F, rows_bits_ - log2_of(std::max(seen, 1.0F)));
}

}  // namespace csvm::cluster
