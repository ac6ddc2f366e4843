// Reading JSON documents that people write: places of mistakes, keys given twice.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"

namespace csvm::recipe {

/// The text of a document. `what` names its kind in messages ("recipe").
/// Fails with `not_found`, `io`, and `limit_exceeded` above `max_bytes`.
Result<std::string> read_document_file(const std::string& path, std::string_view what,
                                       std::size_t max_bytes);

/// Parses a document; comments and trailing commas are allowed, at most 32 levels. Fails with
/// `invalid_input`: "NAME, line L, column C: REASON".
Result<boost::json::value> parse_document(std::string_view json, std::string_view name);

/// The keys that stand twice in one object of a well-formed document, as paths.
std::vector<std::string> repeated_keys(std::string_view json);

/// A mapping configuration is no larger.
inline constexpr std::size_t max_configuration_bytes = std::size_t{4} << 20;

inline constexpr double largest_wish = 1e12;  // a larger number is surely none

inline std::string_view view(boost::json::string_view text) { return {text.data(), text.size()}; }

/// "a text", "a number", "a list" ...: what a value is, in a sentence.
std::string_view kind_in_words(const boost::json::value& value);

/// A number without an exponent where it is whole: Boost.JSON would write 90.0 as 9E1.
boost::json::value plain_number(double number);

/// `path` + one key: bare when it is a plain word (`rules.names`), else quoted (`a."b c"`).
std::string path_of(std::string_view path, std::string_view key);
std::string path_of(std::string_view path, std::size_t index);

}  // namespace csvm::recipe
