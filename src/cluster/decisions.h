// decisions.h - what somebody decided about single pairs, put over what matching found.
#pragma once

#include <vector>

#include "csvm/cluster.h"

namespace csvm::cluster {

/// Takes apart and puts together as decided. The links of a cluster are a tree: the later of two
/// rows that are to be apart leaves, with those that are there because they agreed with it.
/// Together holds unless it would bring two rows together that are to be apart; pairs that were
/// decided are no longer possible duplicates.
void decide(const std::vector<Decision>& decisions, Clusters& clusters);

}  // namespace csvm::cluster
