// One column in its row -> the roles it may have, with scores.
#pragma once

#include <string>
#include <vector>

#include "row.h"

namespace csvm::columns {

/// A role that a column may have.
struct Proposal {
  Role role;
  int score = 0;  // 0..100
  int rank = 0;   // order among the columns of one role, 0 is best
  Why why = Why::alias;
  bool as_fallback = false;  // may stand beside another column of the role
  std::string reason;
};

/// What may become of one column.
struct Judgement {
  std::vector<Proposal> proposals;  // best first
  std::string refusal;              // why there is none, for people
  Role refused = Role::other;       // the role it would have been
};

/// Below this a column stays unmapped.
inline constexpr int least_score = 60;

Judgement judge(const Row& row, std::size_t column);

}  // namespace csvm::columns
