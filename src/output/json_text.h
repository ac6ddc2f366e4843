// json_text.h - JSON as people read it, and the description of a mapping in it.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "csvm/pipeline.h"

namespace csvm::output {

/// Appends `value`, one member or element a line, arrays of scalars on one line.
void append_pretty(std::string& out, const boost::json::value& value, std::size_t depth);

/// What was decided about each header of a source, in column order.
boost::json::array columns_json(const pipeline::Source& source, const columns::FieldSet& fields);

}  // namespace csvm::output
