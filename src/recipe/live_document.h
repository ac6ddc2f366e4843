// live_document.h - what all live configurations do with a document, wherever it lies.
#pragma once

#include <string>
#include <string_view>

#include "csvm/recipe.h"

namespace csvm::recipe {

/// A document in force. Fails as parsing does.
Result<LiveConfiguration::Current> checked(std::string document, std::string_view name);
LiveConfiguration::Current built_in_document();
/// What a file says; what is built in when there is none.
Result<LiveConfiguration::Current> load_live(const std::string& path);

Error changed_by_others();

/// "field_mappings_TIME.json"; of several at one time, all but the first are numbered from 2 on.
std::string backup_name(std::string_view time, int number);
/// Names come from users: whether `backup_name` could have given this one.
bool is_backup_name(std::string_view name);
Error no_such_backup(std::string_view name);

}  // namespace csvm::recipe
