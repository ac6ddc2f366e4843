// fuzzy.h - clusters of rows that say the same although they are not spelled the same.
#pragma once

#include <string>

#include "store.h"

namespace csvm::cluster {

Result<Clusters> match_fuzzy(const Comparables::Store& store, const Settings& settings);
std::string explain_fuzzy(const Comparables::Store& store, const Link& link,
                          const Settings& settings);

}  // namespace csvm::cluster
