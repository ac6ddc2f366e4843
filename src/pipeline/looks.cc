#include "looks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "csvm/text.h"

namespace csvm::pipeline {
namespace {

constexpr std::size_t least_values = 12;

bool is_digit_sign(char letter) { return letter >= '0' && letter <= '9'; }

template <class List>
bool names_one_of(std::string_view header, const List& parts) {
  return std::ranges::any_of(
      parts, [&](std::string_view part) { return header.find(part) != std::string_view::npos; });
}

// The year of a date that is written in numbers: "1971-02-03", "3.2.1971", "19710203".
std::optional<int> year_of_date(std::string_view text) {
  std::array<int, 3> numbers{};
  std::array<std::size_t, 3> digits{};
  std::size_t count = 0;
  bool inside = false;
  text = text.substr(0, text.find_first_of("T "));  // a time of day follows
  for (const char letter : text) {
    if (!is_digit_sign(letter)) {
      if (letter != '-' && letter != '/' && letter != '.') return std::nullopt;
      inside = false;
      continue;
    }
    if (!inside && ++count > numbers.size()) return std::nullopt;
    inside = true;
    if (++digits[count - 1] > 8) return std::nullopt;
    numbers[count - 1] = numbers[count - 1] * 10 + (letter - '0');
  }
  if (count == 1 && digits[0] == 8) return numbers[0] / 10000;
  if (count != 3) return std::nullopt;
  const std::size_t at = digits[0] == 4 ? 0 : 2;
  if (digits[at] != 4 || digits[1] > 2 || digits[2 - at] > 2) return std::nullopt;
  return numbers[at];
}

constexpr std::array<std::string_view, 36> street_words = {
    "street", "st",    "road", "rd",       "avenue",  "ave",     "lane",    "ln",     "drive",
    "dr",     "blvd",  "way",  "court",    "ct",      "place",   "pl",      "close",  "square",
    "sq",     "rue",   "via",  "calle",    "avenida", "av",      "plaza",   "piazza", "rua",
    "str",    "ulica", "ul",   "crescent", "terrace", "parkway", "highway", "hwy",    "boulevard"};
constexpr std::array<std::string_view, 10> street_endings = {
    "strasse", "straat", "gasse", "weg", "platz", "allee", "laan", "gata", "vej", "gade"};

bool is_street(std::string_view folded) {
  bool number = false;
  bool street = false;
  std::size_t letters = 0;
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t from = folded.find_first_not_of(" .,/-#", at);
    if (from == std::string_view::npos) break;
    at = std::min(folded.find_first_of(" .,/-#", from), folded.size());
    const std::string_view word = folded.substr(from, at - from);
    number = number || is_digit_sign(word.front());
    letters += is_digit_sign(word.front()) ? 0 : word.size();
    street = street || std::ranges::find(street_words, word) != street_words.end() ||
             std::ranges::any_of(street_endings,
                                 [&](std::string_view ending) { return word.ends_with(ending); });
  }
  return number && street && letters >= 5;
}

}  // namespace

bool look_like_birth_dates(std::string_view header, std::span<const std::string> values) {
  static constexpr std::array<std::string_view, 16> others = {
      "hire",  "start", "join",  "found", "creat", "updat",    "since",    "contact",
      "renew", "expir", "built", "sign",  "last",  "eintritt", "embauche", "modif"};
  if (values.size() < least_values || names_one_of(header, others)) return false;
  std::vector<int> years;
  for (const std::string& value : values) {
    const auto year = year_of_date(value);
    if (year && *year >= 1900 && *year < 2100) years.push_back(*year);
  }
  if (years.size() * 20 < values.size() * 19) return false;
  std::ranges::sort(years);
  const auto share = [&](std::size_t tenths) { return years[(years.size() - 1) * tenths / 10]; };
  return share(5) <= 1995 && share(9) <= 2012 && share(9) - share(1) >= 10;
}

bool look_like_streets(std::string_view header, std::span<const std::string> values) {
  static constexpr std::array<std::string_view, 9> others = {
      "company", "office", "work", "business", "employer", "firma", "bill", "invoice", "rechnung"};
  if (values.size() < least_values || names_one_of(header, others)) return false;
  std::vector<std::string> folded(values.size());
  std::size_t streets = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text::fold(values[i], folded[i]);
    streets += is_street(folded[i]) ? 1 : 0;
  }
  std::ranges::sort(folded);
  const auto repeated = std::ranges::unique(folded);
  const std::size_t different = folded.size() - repeated.size();
  return streets * 10 >= values.size() * 8 && different * 2 >= values.size();
}

}  // namespace csvm::pipeline
