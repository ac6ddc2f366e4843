// How a sample spells its records: delimiter, quote, escape.
#pragma once

#include "csvm/csv.h"
#include "sample.h"

namespace csvm::csv {

/// The dialect that makes the most of the sample: records of one width, cells that read like one
/// value each, no quotes out of place. What is known stays.
Result<Dialect> find_dialect(const Sample& sample, const DialectHints& known);

}  // namespace csvm::csv
