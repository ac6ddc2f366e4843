// exact.h - clusters of rows whose keys or strong identifiers are equal.
#pragma once

#include "store.h"

namespace csvm::cluster {

/// Why exact mode joined two rows: Link::evidence.
enum ExactReason : std::uint32_t { same_key = 1, same_profile = 2, same_mailbox = 3 };

Result<Clusters> match_exact(const Comparables::Store& store, const Settings& settings);
std::string explain_exact(const Comparables::Store& store, const Link& link);

}  // namespace csvm::cluster
