// names.h - what documents and options call modes and table types.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "csvm/cluster.h"
#include "csvm/columns.h"

namespace csvm::recipe {

inline constexpr std::array<std::pair<cluster::Mode, std::string_view>, 3> modes{{
    {cluster::Mode::fuzzy, "fuzzy"},
    {cluster::Mode::exact, "exact"},
    {cluster::Mode::none, "none"},
}};

inline std::string_view mode_name(cluster::Mode mode) {
  return std::ranges::find(modes, mode, &decltype(modes)::value_type::first)->second;
}

inline std::string_view type_name(columns::TableType type) {
  return type == columns::TableType::company ? "company" : "people";
}

}  // namespace csvm::recipe
