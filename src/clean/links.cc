#include "links.h"

namespace csvm::clean {

std::string_view link_target(std::string_view value) {
  if (value.size() < 3) return value;
  if (value.front() == '<' && value.back() == '>') return value.substr(1, value.size() - 2);
  if (value.front() != '[') return value;
  if (value.back() == ']') return value.substr(1, value.size() - 2);
  const std::size_t middle = value.find("](");
  if (middle == std::string_view::npos || value.back() != ')') return value;
  std::string_view target = value.substr(middle + 2, value.size() - middle - 3);
  // [text](target "title")
  return target.substr(0, target.find(' '));
}

}  // namespace csvm::clean
