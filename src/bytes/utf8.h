// Well-formedness of UTF-8, with its two implementations, and counts of evidence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace csvm::bytes {

/// Length of the well-formed sequence at the start of `text` (1 to 4), or 0.
/// Source: The Unicode Standard, table 3-7.
std::size_t utf8_sequence(std::string_view text);

/// As first_invalid_utf8 (bytes.h), one sequence at a time: the plain twin.
std::size_t first_invalid_utf8_scalar(std::string_view text);

/// Whether [data, data + bytes) is well-formed, 64 bytes at a time (Highway, best target of the
/// machine). Source: Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte".
bool is_valid_utf8_simd(const char* data, std::size_t bytes);

/// What speaks for and against UTF-8.
struct Utf8Evidence {
  std::uint64_t multibyte = 0;  // well-formed sequences of two bytes or more
  std::uint64_t invalid = 0;    // bytes that are part of none
};
void add_utf8_evidence(std::string_view text, Utf8Evidence& evidence);

}  // namespace csvm::bytes
