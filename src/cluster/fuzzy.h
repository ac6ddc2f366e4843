// fuzzy.h - clusters of rows that say the same although they are not spelled the same.
#pragma once

#include "score.h"
#include "store.h"

namespace csvm::cluster {

Result<Clusters> match_fuzzy(const Comparables::Store& store, const Settings& settings);

/// Two rows of a store that was matched.
PairScore score_pair(const Comparables::Store& store, const Side& a, const Side& b,
                     const ScoreContext& context);
ScoreContext context_for(const Comparables::Store& store);

}  // namespace csvm::cluster
