// Which columns of a field are tried in which order, and which are composed.
#pragma once

#include "csvm/columns.h"
#include "row.h"

namespace csvm::columns {

/// Fills `mapping.fields` from `mapping.columns` and `mapping.primary`; the first feed of a field
/// is led by its primary column where that is no part of a place. Marks joined columns `composed`.
void compose(const FieldSet& fields, const Row& row, Mapping& mapping);

}  // namespace csvm::columns
