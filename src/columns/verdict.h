// What the values of a column say about a role that its header suggests.
#pragma once

#include "csvm/columns.h"
#include "meaning.h"
#include "values.h"

namespace csvm::columns {

enum class Verdict { veto, neutral, confirm };

/// Neutral when there are no values. `part` matters for places only.
Verdict verdict(Role role, Part part, const Values& values);

}  // namespace csvm::columns
