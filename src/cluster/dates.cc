#include "dates.h"

#include <algorithm>
#include <array>
#include <utility>

namespace csvm::cluster {
namespace {

std::array<char, 8> digits_of(std::uint32_t date) {
  std::array<char, 8> digits{};
  for (std::size_t i = digits.size(); i-- > 0; date /= 10) {
    digits[i] = static_cast<char>(date % 10);
  }
  return digits;
}

constexpr int month_days = 31;

// Good enough to tell how far two dates are apart.
int days_of(std::uint32_t date) {
  return static_cast<int>(date / 10000 * 365 + (date / 100 % 100) * 30 + date % 100);
}

}  // namespace

std::uint32_t date_of(std::string_view text) {
  std::array<std::uint32_t, 3> numbers{};
  std::array<std::size_t, 3> lengths{};
  std::size_t count = 0;
  bool in_number = false;
  for (const char letter : text) {
    if (letter < '0' || letter > '9') {
      if (letter == 'T' || (letter == ' ' && count == 3)) break;  // a time of day follows
      in_number = false;
      continue;
    }
    if (!in_number) {
      if (count == numbers.size()) break;
      ++count;
      in_number = true;
    }
    if (lengths[count - 1] == 8) return 0;
    numbers[count - 1] = numbers[count - 1] * 10 + static_cast<std::uint32_t>(letter - '0');
    ++lengths[count - 1];
  }
  if (count == 1 && lengths[0] == 8) return numbers[0];
  if (count != 3) return 0;
  std::uint32_t year = numbers[0];
  std::uint32_t month = numbers[1];
  std::uint32_t day = numbers[2];
  if (lengths[2] == 4) {
    year = numbers[2];
    month = numbers[0];
    day = numbers[1];
    // Where dots are written the day stands first.
    if (month > 12 || (text.find('.') != std::string_view::npos && day <= 12)) {
      std::swap(month, day);
    }
  } else if (lengths[0] != 4) {
    return 0;
  }
  if (month == 0 || day == 0 || month > 99 || day > 99) return 0;
  return year * 10000 + month * 100 + day;
}

DateLevel compare_dates(std::uint32_t a, std::uint32_t b) {
  if (a == b) return DateLevel::equal;
  const auto x = digits_of(a);
  const auto y = digits_of(b);
  std::array<std::size_t, 8> wrong{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] != y[i]) wrong[count++] = i;
  }
  if (count == 1) return DateLevel::close;
  if (count == 2 && x[wrong[0]] == y[wrong[1]] && x[wrong[1]] == y[wrong[0]]) {
    return DateLevel::close;
  }
  const bool same_year = a / 10000 == b / 10000;
  const bool swapped = a / 100 % 100 == b % 100 && a % 100 == b / 100 % 100;
  if (same_year && swapped) return DateLevel::close;
  const int days = days_of(a) - days_of(b);
  if (days >= -month_days && days <= month_days) return DateLevel::close;
  return same_year ? DateLevel::same_year : DateLevel::apart;
}

bool are_a_generation_apart(std::uint32_t a, std::uint32_t b) {
  constexpr std::uint32_t years = 15;
  const std::uint32_t earlier = std::min(a, b) / 10000;
  const std::uint32_t later = std::max(a, b) / 10000;
  return later - earlier >= years && a / 100 % 100 != b / 100 % 100 && a % 100 != b % 100;
}

}  // namespace csvm::cluster
