// What the answers of an object store say: as much XML as they use.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace csvm::files::s3 {

/// The insides of all elements `name` of `xml`, in order; they borrow `xml`. Elements of one name
/// are taken not to nest, as in the answers of S3.
std::vector<std::string_view> elements(std::string_view xml, std::string_view name);

/// The decoded text of the first element `name`; empty when there is none.
std::string text_of(std::string_view xml, std::string_view name);

/// `text` to stand inside an element.
std::string escape_xml(std::string_view text);

/// "2026-01-31T23:59:58.123Z"; nullopt for anything else.
std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_time(std::string_view text);

}  // namespace csvm::files::s3
