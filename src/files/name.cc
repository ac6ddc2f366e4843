#include "name.h"

#include <algorithm>

namespace csvm::files {

bool is_id(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 100 && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), fits);
}

Result<void> check_id(std::string_view text) {
  if (is_id(text)) return {};
  return Error{Errc::invalid_input, "not the name of a stored file"};
}

Result<void> check_place(const Place& place) {
  CSVM_CHECK(check_id(place.session));
  return check_id(place.name);
}

}  // namespace csvm::files
