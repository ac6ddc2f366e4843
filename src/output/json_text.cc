#include "json_text.h"

#include <fmt/format.h>

namespace csvm::output {

namespace json = boost::json;

// Boost.JSON writes one long line; people read reports.
void append_pretty(std::string& out, const json::value& value, std::size_t depth) {
  const std::string indent(2 * (depth + 1), ' ');
  const std::string outdent(2 * depth, ' ');
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += "{\n";
    bool first = true;
    for (const auto& [key, member] : *object) {
      if (!first) out += ",\n";
      first = false;
      out += indent + json::serialize(json::value(key)) + ": ";
      append_pretty(out, member, depth + 1);
    }
    out += "\n" + outdent + "}";
  } else if (const auto* array = value.if_array();
             array != nullptr && !array->empty() && array->front().is_structured()) {
    out += "[\n";
    bool first = true;
    for (const auto& element : *array) {
      if (!first) out += ",\n";
      first = false;
      out += indent;
      append_pretty(out, element, depth + 1);
    }
    out += "\n" + outdent + "]";
  } else if (value.is_double()) {
    // The shortest text of a double is not what Boost.JSON writes (1E-1).
    const double number = value.get_double();
    out += fmt::format("{}", number);
  } else {
    out += json::serialize(value);
  }
}

}  // namespace csvm::output
