// The one look at a value that decides whether it needs work: a few vector operations a value.
//
// It may cry wolf (the rules then find nothing to do), it never overlooks.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace csvm::clean {

/// What was seen.
struct Look {
  bool blanks = false;  // a blank at an end, two in a row, or a control character
  bool high = false;    // a byte that is not ASCII
};

namespace look_detail {

// GCC and clang turn these into the vector instructions of the machine.
using Bytes16 [[gnu::vector_size(16)]] = unsigned char;
using Words2 [[gnu::vector_size(16)]] = std::uint64_t;

inline Bytes16 load16(const char* from) {
  Bytes16 bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}
inline std::uint64_t load8(const char* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}
inline std::uint64_t load4(const char* from) {
  std::uint32_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

inline std::uint64_t any_bits(Bytes16 bytes) {
  Words2 words;
  std::memcpy(&words, &bytes, sizeof words);
  return words[0] | words[1];
}

inline Bytes16 is_control(Bytes16 bytes) {
  return reinterpret_cast<Bytes16>(bytes < 0x20) | reinterpret_cast<Bytes16>(bytes == 0x7F);
}
inline Bytes16 is_blank(Bytes16 bytes) { return reinterpret_cast<Bytes16>(bytes == ' '); }

constexpr std::uint64_t every(std::uint64_t byte) { return byte * 0x0101010101010101U; }

/// A byte of `word` below 0x20 or 0x7F, or two neighbours both blank. Exact unless a byte is high.
inline std::uint64_t is_odd(std::uint64_t word) {
  const std::uint64_t below_blank = (word - every(0x20)) & ~word;
  const std::uint64_t not_del = word ^ every(0x7F);
  const std::uint64_t del = (not_del - every(1)) & ~not_del;
  const std::uint64_t not_blank = word ^ every(' ');
  const std::uint64_t blank =
      ~(((not_blank & every(0x7F)) + every(0x7F)) | not_blank) & every(0x80);
  return ((below_blank | del) & every(0x80)) | (blank & (blank >> 8U));
}

inline Look look_at_long(std::string_view text) {
  const char* at = text.data();
  const char* last = at + text.size() - 17;
  Bytes16 odd{};
  Bytes16 high{};
  for (; at < last; at += 16) {
    const Bytes16 here = load16(at);
    odd |= is_control(here) | (is_blank(here) & is_blank(load16(at + 1)));
    high |= here;
  }
  const Bytes16 here = load16(last);
  const Bytes16 next = load16(last + 1);
  odd |= is_control(here) | is_control(next) | (is_blank(here) & is_blank(next));
  high |= here | next;
  return {any_bits(odd) != 0, (any_bits(high) & every(0x80)) != 0};
}

inline Look look_at_short(std::string_view text) {
  const char* at = text.data();
  const std::size_t size = text.size();
  if (size >= 8) {
    const std::uint64_t head = load8(at);
    const std::uint64_t tail = load8(at + size - 8);
    const bool seam = at[7] == ' ' && at[size - 8] == ' ';
    return {seam || (is_odd(head) | is_odd(tail)) != 0, ((head | tail) & every(0x80)) != 0};
  }
  std::uint64_t word = every('a');
  if (size >= 4) {
    word = load4(at) | load4(at + size - 4) << 32U;
  } else {
    // First, middle and last byte are all there are; what is between them is no blank.
    const auto byte = [at](std::size_t i) {
      return std::uint64_t{static_cast<unsigned char>(at[i])};
    };
    word = every('a') << 24U | byte(0) | byte(size / 2) << 8U | byte(size - 1) << 16U;
  }
  return {is_odd(word) != 0, (word & every(0x80)) != 0};
}

}  // namespace look_detail

/// Looks at `text`, which is not empty.
inline Look look_at(std::string_view text) {
  Look look = text.size() > 16 ? look_detail::look_at_long(text) : look_detail::look_at_short(text);
  look.blanks |= text.front() == ' ' || text.back() == ' ';
  return look;
}

}  // namespace csvm::clean
