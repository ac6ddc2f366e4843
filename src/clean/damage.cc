#include "damage.h"

#include <algorithm>

#include "ascii.h"
#include "byte_set.h"
#include "csvm/text.h"

namespace csvm::clean {
namespace {

/// 4.41E+11, 4,41E+11, 5E+09: what a spreadsheet shows of a long number.
bool is_scientific_number(std::string_view value) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t start = at;
    while (at < value.size() && is_digit(value[at])) ++at;
    return at - start;
  };
  if (digits() == 0) return false;
  if (at < value.size() && (value[at] == '.' || value[at] == ',')) {
    ++at;
    if (digits() == 0) return false;
  }
  if (at >= value.size() || (value[at] != 'E' && value[at] != 'e')) return false;
  ++at;
  if (at >= value.size() || value[at] != '+') return false;
  ++at;
  const std::size_t exponent = digits();
  return exponent >= 1 && exponent <= 3 && at == value.size();
}

/// Months as spreadsheets abbreviate them (English, German, French, Spanish, Italian, Dutch,
/// Portuguese), without a final dot.
bool is_month(std::string_view word) {
  static constexpr std::string_view months[] = {
      "jan",  "feb",  "mar",  "apr",  "may", "jun", "jul",  "aug",  "sep",  "oct",
      "nov",  "dec",  "mrz",  "mai",  "okt", "dez", "janv", "fevr", "mars", "avr",
      "juin", "juil", "aout", "sept", "ene", "abr", "ago",  "dic",  "gen",  "mag",
      "giu",  "lug",  "set",  "ott",  "mrt", "mei", "out",  "fev"};
  if (word.ends_with(".")) word.remove_suffix(1);
  if (word.empty() || is_digit(word.front())) return false;
  const std::string folded = text::folded(word);
  return std::find(std::begin(months), std::end(months), folded) != std::end(months);
}

bool is_number(std::string_view word, std::size_t least, std::size_t most) {
  return word.size() >= least && word.size() <= most &&
         std::all_of(word.begin(), word.end(), is_digit);
}

constexpr ByteSet separators("-/. ");  // between the parts of a date

/// Nov-50, 10-Jan, 11. Nov, 01.11.2050, 2050-11-01: a range of employees read as a date.
bool is_date(std::string_view value) {
  std::string_view parts[3];
  std::size_t count = 0;
  std::size_t at = 0;
  while (true) {
    while (at < value.size() && separators.holds(value[at])) ++at;
    if (at == value.size()) break;
    if (count == 3) return value.substr(at) == "00:00:00" || value.substr(at) == "00:00";
    const std::size_t end = separators.find(value, at);
    parts[count++] = value.substr(at, end - at);
    at = end;
  }
  if (count == 2) {
    return (is_month(parts[0]) && is_number(parts[1], 1, 4)) ||
           (is_number(parts[0], 1, 4) && is_month(parts[1]));
  }
  if (count != 3) return false;
  const bool day_first = is_number(parts[0], 1, 2) &&
                         (is_number(parts[1], 1, 2) || is_month(parts[1])) &&
                         is_number(parts[2], 4, 4);
  const bool year_first =
      is_number(parts[0], 4, 4) && is_number(parts[1], 2, 2) && is_number(parts[2], 2, 2);
  return day_first || year_first;
}

/// Ten digits that the United States, Canada and the Caribbean write without any zero.
bool is_north_american(std::string_view digits) {
  return digits.size() == 10 && digits[0] >= '2' && digits[3] >= '2';
}

void note_phone(std::string_view value, Damage& damage) {
  std::size_t digits = 0;
  for (const char c : value) digits += is_digit(c) ? 1U : 0U;
  if (digits < 7 || digits >= damage.phones_with_zero.size()) return;
  const std::size_t first = value.find_first_not_of("( ");
  if (value[first] == '0') {
    if (value.substr(first, 2) != "00") ++damage.phones_with_zero[digits];
  } else if (digits == value.size() && !is_north_american(value)) {
    ++damage.phones_without_zero[digits];
  }
}

}  // namespace

void note_damage(columns::Role role, std::string_view value, Damage& damage) {
  if (role == columns::Role::phone) {
    if (is_scientific_number(value)) {
      ++damage.scientific_numbers;
    } else {
      note_phone(value, damage);
    }
  } else if (role == columns::Role::employee_count) {
    if (is_scientific_number(value)) ++damage.scientific_numbers;
    if (is_date(value)) ++damage.dates_from_ranges;
  }
}

std::uint64_t Damage::lost_zeros() const {
  constexpr std::uint64_t proof = 3;
  std::uint64_t lost = 0;
  for (std::size_t digits = 1; digits < phones_with_zero.size(); ++digits) {
    if (phones_with_zero[digits] >= proof) lost += phones_without_zero[digits - 1];
  }
  return lost;
}

Damage& Damage::operator+=(const Damage& other) {
  scientific_numbers += other.scientific_numbers;
  dates_from_ranges += other.dates_from_ranges;
  mojibake += other.mojibake;
  for (std::size_t i = 0; i < phones_with_zero.size(); ++i) {
    phones_with_zero[i] += other.phones_with_zero[i];
    phones_without_zero[i] += other.phones_without_zero[i];
  }
  return *this;
}

}  // namespace csvm::clean
