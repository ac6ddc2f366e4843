// The tables, and how an older database becomes a current one.
#pragma once

#include <span>

#include "connection.h"

namespace csvm::store::sqlite {

/// Scripts that lead from version n to n + 1; the current version is their number. A script that
/// was released is never edited.
std::span<const char* const> schema_steps();

/// Brings the database to the version of `steps`, all in one transaction. Fails with `conflict`
/// when its version is newer, with `invalid_input` when it belongs to another program or is
/// damaged.
Result<void> bring_up_to_date(Connection& connection, const std::string& path,
                              std::span<const char* const> steps);

}  // namespace csvm::store::sqlite
