// What a host is made of and whose it is.
#pragma once

#include <string_view>

namespace csvm::clean {

/// `value` up to the first slash, question mark or hash.
std::string_view without_path(std::string_view value);

/// True for dotted labels of letters (any script), digits and hyphens, at least two of them, no
/// label longer than 63 bytes, with a last label that is no number. Lower case expected.
bool is_host(std::string_view value);

/// True for four numbers of 0 to 255.
bool is_ip_address(std::string_view value);

/// A shared host where a page is told by its path (facebook.com, not acme.wordpress.com).
bool is_shared_by_path(std::string_view host);

}  // namespace csvm::clean
