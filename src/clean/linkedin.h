// Addresses on LinkedIn.
#pragma once

#include <string>
#include <string_view>

namespace csvm::clean {

enum class LinkedinKind { none, person, old_person, company, school, showcase };

/// A public page. `name` is the part of the path that tells it, as written: case and escapes are
/// still those of the value it borrows. An old person ("/pub/") has more path segments in it.
struct LinkedinPage {
  LinkedinKind kind = LinkedinKind::none;
  std::string_view name;
};

/// The page that a URL, with or without scheme, or a path ("in/jane", "/company/acme") names.
LinkedinPage linkedin_page(std::string_view value);

/// A name of a page alone: letters, digits and hyphens, with an "@" before it perhaps. One that
/// could be any word is none unless `any_word`. Empty if it is none; borrows `value`.
std::string_view bare_linkedin_name(std::string_view value, bool any_word);

/// Appends a page's name: lower case (but for member numbers, which tell case apart), anything
/// that is not ASCII percent-encoded.
void append_linkedin_name(std::string_view name, std::string& out);

/// Appends the canonical URL of a page.
void append_linkedin_url(const LinkedinPage& page, std::string& out);

/// Appends the canonical URL of a page whose address is that but for scheme, "www." and what stands
/// behind the name; false when it is not so simple.
bool append_canonical_url(std::string_view value, std::string& out);

/// True when `value` is a canonical URL of a person or a company already: the usual cell.
bool is_clean_linkedin_url(std::string_view value);

}  // namespace csvm::clean
