// What a request line and its cookies say. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csvm/base.h"

namespace csvm::server {

/// A request target, decoded once. Segments are split before they are decoded, so that "%2F" in
/// one never makes two.
struct Target {
  std::string path;                   // "/api/jobs/a b"
  std::vector<std::string> segments;  // "api", "jobs", "a b"
  std::vector<std::pair<std::string, std::string>> query;
};

/// Reads origin form ("/path?query") and absolute form ("http://host/path"). Takes characters that
/// browsers leave as they are ('|', '[') and fails with `invalid_input` for a broken escape, a
/// control character (plain or escaped), or a path that does not begin with '/'.
Result<Target> parse_target(std::string_view target);

/// "%41" -> "A"; nullopt for a broken escape. `plus_is_space`: as in queries.
bool percent_decode(std::string_view text, bool plus_is_space, std::string& decoded);

/// The value of the first cookie of that name in a Cookie header, empty if there is none.
std::string_view find_cookie(std::string_view header, std::string_view name);

/// Whether an Accept-Encoding header lets us send gzip.
bool accepts_gzip(std::string_view accept_encoding);

std::string_view trimmed(std::string_view text);
bool equal_ignoring_case(std::string_view left, std::string_view right);

}  // namespace csvm::server
