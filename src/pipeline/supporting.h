// supporting.h - additional columns that say who or where somebody is: evidence for matching.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "layout.h"

namespace csvm::pipeline {

/// What an additional column means to matching, told by its header, or by its values.
enum class Supporting { birth_date, street, postcode, register_number, phone, company_location };

struct SupportingColumn {
  Supporting meaning;
  std::int32_t column;  // of the result
};

/// The additional columns of `layout` that matching looks at, in order of the result. A number that
/// only one platform gives ("Apollo Contact Id", "Record ID") is no evidence. Where no header says
/// so, values that can be nothing else make a column one of dates of birth or of streets.
Result<std::vector<SupportingColumn>> supporting_columns(const Layout& layout,
                                                         const std::vector<Source>& sources,
                                                         const csv::Limits& limits);

/// Their places in the result.
std::vector<std::int32_t> places(const std::vector<SupportingColumn>& columns);

/// Adds their values to those of a row's fields: an empty one stands back behind the next.
void add_supporting(const std::vector<SupportingColumn>& columns,
                    const std::vector<std::string_view>& values, cluster::RowValues& row);

}  // namespace csvm::pipeline
