// Roles by name, and the fields that the program ships with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "csvm/columns.h"
#include "meaning.h"

namespace csvm::columns {

/// "company_name" -> Role::company_name, as platforms.txt writes them.
std::optional<Role> role_named(std::string_view name);

/// What a role is called in a sentence: "a work e-mail address".
std::string_view in_words(Role role);

}  // namespace csvm::columns
