// Which of the first records of a file is its header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "csvm/csv.h"
#include "sample.h"

namespace csvm::csv {

struct HeaderFound {
  std::size_t first_row = 0;          // where the table begins (header or data)
  std::optional<std::size_t> header;  // none: the table has no header
  std::uint32_t columns = 0;          // cells most records have
  std::uint64_t column_evidence = 0;  // how many have so many
};

/// `records` must not be empty.
HeaderFound find_header(const Sample& sample, const Dialect& dialect,
                        const std::vector<SampleRecord>& records);

}  // namespace csvm::csv
