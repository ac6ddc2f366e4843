#include "header.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "cell_kind.h"

namespace csvm::csv {
namespace {

constexpr std::size_t max_preamble_rows = 40;
constexpr std::size_t compared_rows = 100;

struct Row {
  std::vector<std::string> cells;
  std::vector<CellKind> kinds;
  std::size_t filled = 0;     // cells that are not empty
  std::size_t words = 0;      // cells that are header words
  std::size_t typed = 0;      // cells that are a number, date, address ...
  std::size_t addresses = 0;  // e-mails and URLs
  bool repeats = false;       // a value stands in it twice
};

Row row_of(const Sample& sample, const Dialect& dialect, const SampleRecord& record) {
  Row row;
  for (const Cell& cell : record.cells) {
    row.cells.push_back(sample.value_of(cell, dialect));
    const CellKind kind = kind_of_cell(row.cells.back());
    row.kinds.push_back(kind);
    if (kind == CellKind::empty) continue;
    ++row.filled;
    if (kind != CellKind::text) ++row.typed;
    if (kind == CellKind::email || kind == CellKind::url) ++row.addresses;
    if (kind == CellKind::text && row.cells.back().size() <= 60 &&
        is_header_word(row.cells.back())) {
      ++row.words;
    }
    if (std::find(row.cells.begin(), row.cells.end() - 1, row.cells.back()) !=
        row.cells.end() - 1) {
      row.repeats = true;
    }
  }
  return row;
}

// Whether `row` is a line of names rather than the first line of data.
bool is_header(const Row& row, const std::vector<Row>& rows, std::size_t at) {
  double evidence = 0.6;  // most files have one
  if (row.filled > 0) {
    evidence += 3.0 * static_cast<double>(row.words) / static_cast<double>(row.filled);
  }
  evidence -= 3.0 * static_cast<double>(row.addresses);
  for (std::size_t column = 0; column < row.cells.size(); ++column) {
    const CellKind kind = row.kinds[column];
    std::array<std::size_t, 6> kinds{};
    std::size_t filled = 0;
    std::size_t same = 0;
    const std::size_t end = std::min(rows.size(), at + 1 + compared_rows);
    for (std::size_t i = at + 1; i < end; ++i) {
      if (column >= rows[i].cells.size() || rows[i].kinds[column] == CellKind::empty) continue;
      ++filled;
      ++kinds[static_cast<std::size_t>(rows[i].kinds[column])];
      if (rows[i].cells[column] == row.cells[column]) ++same;
    }
    if (filled == 0) continue;
    const auto most =
        static_cast<CellKind>(std::max_element(kinds.begin(), kinds.end()) - kinds.begin());
    const bool uniform = kinds[static_cast<std::size_t>(most)] * 10 >= filled * 8;
    if (kind == CellKind::empty) continue;
    if (uniform && most != CellKind::text) {
      evidence += kind == most ? -1.0 : kind == CellKind::text ? 1.0 : 0.0;
    } else if (same > 0 && row.cells[column].size() > 1) {
      evidence -= 0.8;  // a name of a column is rarely one of its values
    }
  }
  return evidence > 0;
}

}  // namespace

HeaderFound find_header(const Sample& sample, const Dialect& dialect,
                        const std::vector<SampleRecord>& records) {
  HeaderFound found;
  std::map<std::size_t, std::uint64_t> widths;
  for (const SampleRecord& record : records) ++widths[record.cells.size()];
  // The most frequent width; of two, that which leaves fewer cells over.
  for (const auto& [width, count] : widths) {
    if (count >= found.column_evidence) {
      found.columns = static_cast<std::uint32_t>(width);
      found.column_evidence = count;
    }
  }
  std::vector<Row> rows;
  const std::size_t looked_at = std::min(records.size(), max_preamble_rows + compared_rows);
  for (std::size_t i = 0; i < looked_at; ++i) rows.push_back(row_of(sample, dialect, records[i]));

  // Lines before the table are narrow, or padded to its width with empty cells.
  std::vector<std::size_t> filled;
  for (const Row& row : rows) {
    if (row.cells.size() == found.columns) filled.push_back(row.filled);
  }
  if (filled.empty()) filled.push_back(0);
  std::nth_element(filled.begin(), filled.begin() + static_cast<std::ptrdiff_t>(filled.size() / 2),
                   filled.end());
  const std::size_t typical = filled[filled.size() / 2];
  const auto in_table = [&](const Row& row) {
    if (found.columns < 2) return true;
    const bool wide = row.cells.size() * 2 > found.columns && row.cells.size() > 1;
    return wide && row.filled * 2 >= typical && row.filled > (typical > 2 ? 1U : 0U);
  };
  const std::size_t tried = std::min(rows.size(), max_preamble_rows);
  std::size_t first = 0;
  while (first < tried && !in_table(rows[first])) ++first;
  if (first == tried) first = 0;
  // A narrow line of other values right before a line of names belongs to the preamble too.
  while (first + 1 < tried && rows[first].cells.size() < found.columns &&
         rows[first + 1].cells.size() == found.columns && rows[first].words == 0 &&
         rows[first + 1].words > 0) {
    ++first;
  }
  found.first_row = first;
  // A line of groups above the line of names: it repeats itself, and the next one has the names.
  if (first + 2 < rows.size() && rows[first].repeats && !rows[first + 1].repeats &&
      rows[first + 1].typed == 0 && rows[first + 1].words > rows[first].words &&
      rows[first + 1].filled >= rows[first].filled && is_header(rows[first + 1], rows, first + 1)) {
    found.first_row = ++first;
  }
  if (is_header(rows[first], rows, first)) found.header = first;
  return found;
}

}  // namespace csvm::csv
