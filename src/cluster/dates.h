// dates.h - dates of birth in the spellings files have.
#pragma once

#include <cstdint>
#include <string_view>

namespace csvm::cluster {

/// yyyymmdd of "1951-02-24", "19510224", "24.02.1951", "2/24/1951"; 0 when `text` is no such date.
/// Where day and month cannot be told apart the day is taken to come first before dots, else the
/// month.
std::uint32_t date_of(std::string_view text);

/// How two dates relate: `close` is one wrong digit, two swapped ones, day and month swapped, or a
/// month apart at most.
enum class DateLevel : std::uint8_t { apart, same_year, close, equal };
DateLevel compare_dates(std::uint32_t a, std::uint32_t b);

/// Whether two dates of birth are a parent's and a child's rather than one date with an error: no
/// part of them agrees, and the years are fifteen or more apart.
bool are_a_generation_apart(std::uint32_t a, std::uint32_t b);

}  // namespace csvm::cluster
