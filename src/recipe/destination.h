// destination.h - the destination of a recipe <-> its part of the document.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string_view>

#include "csvm/recipe.h"
#include "mistakes.h"

namespace csvm::recipe {

boost::json::object object_of(const Destination& destination);

/// What is wrong goes into `mistakes`, by its path below `path`.
std::optional<Destination> read_destination(std::string_view path, const boost::json::value& value,
                                            Mistakes& mistakes);

}  // namespace csvm::recipe
