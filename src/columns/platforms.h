// Header rows of known tools.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "csvm/columns.h"

namespace csvm::columns {

struct Platform {
  std::string name;
  std::size_t needed = 0;            // how many of `headers` a file must have
  std::vector<std::string> headers;  // comparing keys
  /// What headers mean in this tool, by table type and comparing key; Role::other for nothing.
  std::unordered_map<std::string, Role> special[2];

  /// nullptr when this tool gives the header no meaning of its own.
  const Role* special_role(TableType type, const std::string& key) const {
    const auto& roles = special[static_cast<std::size_t>(type)];
    const auto found = roles.find(key);
    return found == roles.end() ? nullptr : &found->second;
  }
};

/// The platform whose headers these are (comparing keys of a whole row), the one with the most of
/// its headers present; nullptr if none is sure.
const Platform* recognise(const std::vector<std::string>& keys);

}  // namespace csvm::columns
