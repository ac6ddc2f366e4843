#include <cstddef>
#include <cstdint>
#include <cstring>

#include "utf8.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "utf8_simd.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace csvm::bytes::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Classes of errors that two neighbouring bytes can show, one bit each. A bit that is set in all
// three tables for a pair of bytes is that error.
enum : std::uint8_t {
  too_short = 1 << 0,   // a lead byte where a continuation must follow
  too_long = 1 << 1,    // a continuation after ASCII
  overlong_3 = 1 << 2,  // E0 80..9F
  too_large = 1 << 3,   // F4 90.. and above
  surrogate = 1 << 4,   // ED A0..BF
  overlong_2 = 1 << 5,  // C0, C1
  too_large_1000 = 1 << 6,
  overlong_4 = 1 << 6,  // F0 80..8F
  two_continuations = 1 << 7,
  carry = too_short | too_long | two_continuations,
};

alignas(16) constexpr std::uint8_t first_high[16] = {
    too_long,
    too_long,
    too_long,
    too_long,
    too_long,
    too_long,
    too_long,
    too_long,
    two_continuations,
    two_continuations,
    two_continuations,
    two_continuations,
    too_short | overlong_2,
    too_short,
    too_short | overlong_3 | surrogate,
    too_short | too_large | too_large_1000 | overlong_4};
alignas(16) constexpr std::uint8_t first_low[16] = {carry | overlong_3 | overlong_2 | overlong_4,
                                                    carry | overlong_2,
                                                    carry,
                                                    carry,
                                                    carry | too_large,
                                                    carry | too_large | too_large_1000,
                                                    carry | too_large | too_large_1000,
                                                    carry | too_large | too_large_1000,
                                                    carry | too_large | too_large_1000,
                                                    carry | too_large | too_large_1000,
                                                    carry | too_large | too_large_1000,
                                                    carry | too_large | too_large_1000,
                                                    carry | too_large | too_large_1000,
                                                    carry | too_large | too_large_1000 | surrogate,
                                                    carry | too_large | too_large_1000,
                                                    carry | too_large | too_large_1000};
constexpr std::uint8_t second_80 =
    too_long | overlong_2 | two_continuations | overlong_3 | too_large_1000 | overlong_4;
constexpr std::uint8_t second_90 =
    too_long | overlong_2 | two_continuations | overlong_3 | too_large;
constexpr std::uint8_t second_a0 =
    too_long | overlong_2 | two_continuations | surrogate | too_large;
alignas(16) constexpr std::uint8_t second_high[16] = {
    too_short, too_short, too_short, too_short, too_short, too_short, too_short, too_short,
    second_80, second_90, second_a0, second_a0, too_short, too_short, too_short, too_short};

template <class D, class V>
HWY_INLINE V errors_at(D d, const std::uint8_t* at, V current) {
  const V before1 = hn::LoadU(d, at - 1);
  const V before2 = hn::LoadU(d, at - 2);
  const V before3 = hn::LoadU(d, at - 3);
  const V low_nibble = hn::Set(d, 0x0f);
  const V special = hn::And(
      hn::And(hn::TableLookupBytes(hn::LoadDup128(d, first_high), hn::ShiftRight<4>(before1)),
              hn::TableLookupBytes(hn::LoadDup128(d, first_low), hn::And(before1, low_nibble))),
      hn::TableLookupBytes(hn::LoadDup128(d, second_high), hn::ShiftRight<4>(current)));
  // The third byte of a sequence of three or four, and the fourth of one of four, must be
  // continuations after a continuation, which `special` shows as two_continuations (0x80).
  const V third = hn::SaturatedSub(before2, hn::Set(d, 0xe0 - 0x80));
  const V fourth = hn::SaturatedSub(before3, hn::Set(d, 0xf0 - 0x80));
  const V must = hn::And(hn::Or(third, fourth), hn::Set(d, 0x80));
  return hn::Xor(must, special);
}

bool IsValid(const char* data, std::size_t bytes) {
  const hn::CappedTag<std::uint8_t, 64> d;
  using V = hn::Vec<decltype(d)>;
  const std::size_t lanes = hn::Lanes(d);
  const auto* text = reinterpret_cast<const std::uint8_t*>(data);

  // The first bytes have no three bytes before them, and the last ones no full vector: both are
  // looked at in a copy with ASCII around.
  alignas(64) std::uint8_t edge[4 * 64 + 64] = {};
  const std::size_t edge_bytes = 2 * lanes;
  if (bytes < 2 * edge_bytes) {
    V errors = hn::Zero(d);
    std::size_t at = 0;
    alignas(64) std::uint8_t copy[64 + 4 * 64 + 64] = {};
    std::memcpy(copy + 64, text, bytes);
    while (at < bytes + 3) {  // a sequence cut off at the end shows up in the bytes after it
      errors = hn::Or(errors, errors_at(d, copy + 64 + at, hn::LoadU(d, copy + 64 + at)));
      at += lanes;
    }
    return hn::AllTrue(d, hn::Eq(errors, hn::Zero(d)));
  }

  V errors = hn::Zero(d);
  std::memcpy(edge + 64, text, lanes);
  errors = hn::Or(errors, errors_at(d, edge + 64, hn::LoadU(d, edge + 64)));
  std::size_t at = lanes;
  const V high_bit = hn::Set(d, 0x80);
  while (at + 4 * lanes <= bytes) {
    const V a = hn::LoadU(d, text + at);
    const V b = hn::LoadU(d, text + at + lanes);
    const V c = hn::LoadU(d, text + at + 2 * lanes);
    const V e = hn::LoadU(d, text + at + 3 * lanes);
    const V any = hn::Or(hn::Or(a, b), hn::Or(c, e));
    // The last three bytes before may have promised continuations.
    std::uint32_t before = 0;
    std::memcpy(&before, text + at - 4, 4);
    if (hn::AllTrue(d, hn::Eq(hn::And(any, high_bit), hn::Zero(d))) &&
        (before & 0x80808080U) == 0) {
      at += 4 * lanes;
      continue;
    }
    errors = hn::Or(errors, errors_at(d, text + at, a));
    errors = hn::Or(errors, errors_at(d, text + at + lanes, b));
    errors = hn::Or(errors, errors_at(d, text + at + 2 * lanes, c));
    errors = hn::Or(errors, errors_at(d, text + at + 3 * lanes, e));
    at += 4 * lanes;
  }
  while (at + lanes <= bytes) {
    errors = hn::Or(errors, errors_at(d, text + at, hn::LoadU(d, text + at)));
    at += lanes;
  }
  const std::size_t left = bytes - at;  // fewer than `lanes`
  std::memset(edge, 0, sizeof edge);
  std::memcpy(edge + 64 - 3, text + at - 3, left + 3);
  errors = hn::Or(errors, errors_at(d, edge + 64, hn::LoadU(d, edge + 64)));
  errors = hn::Or(errors, errors_at(d, edge + 64 + lanes, hn::LoadU(d, edge + 64 + lanes)));
  return hn::AllTrue(d, hn::Eq(errors, hn::Zero(d)));
}

}  // namespace csvm::bytes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace csvm::bytes {

HWY_EXPORT(IsValid);

bool is_valid_utf8_simd(const char* data, std::size_t bytes) {
  return HWY_DYNAMIC_DISPATCH(IsValid)(data, bytes);
}

}  // namespace csvm::bytes
#endif
