// Sample cells of a column -> what they look like.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace csvm::columns {

/// What a cell can look like; a cell may have several shapes.
enum class Shape : std::uint8_t {
  email,
  free_mail,
  url,   // with a scheme or www.
  host,  // a host name, with or without a scheme
  path,  // a host and something behind it
  linkedin_person,
  linkedin_company,
  linkedin_other,
  social,  // a page on a network or a tool, not a site of one's own
  map,
  image,
  phone,
  digits,
  number,
  range,
  money,
  percent,
  year,
  date,
  boolean,
  identifier,  // hexadecimal or very long runs of letters and digits
  country,
  country_code,
  zip,
  person_name,
  legal_form,
  salutation,
  status,
  sentence,
  has_digit,
  single_word,
};
inline constexpr std::size_t shape_count = static_cast<std::size_t>(Shape::single_word) + 1;

/// The shapes of the non-empty sample cells of one column.
struct Values {
  std::size_t count = 0;
  std::array<std::uint16_t, shape_count> hits{};
  double mean_words = 0;
  double mean_bytes = 0;
  bool one_host = false;  // at least two addresses, all on the same host
  bool all_equal = false;

  double share(Shape shape) const {
    if (count == 0) return 0;
    return static_cast<double>(hits[static_cast<std::size_t>(shape)]) / static_cast<double>(count);
  }
  bool mostly(Shape shape) const { return count > 0 && share(shape) >= 0.5; }
};

/// Looks at the first 30 non-empty samples.
Values look_at(std::span<const std::string> samples);

}  // namespace csvm::columns
