#include <fmt/format.h>

#include <algorithm>

#include "dialect.h"
#include "header.h"
#include "sample.h"

namespace csvm::csv {
namespace {

constexpr std::size_t header_records = 1000;

// Excel's own line: "sep=;" names the delimiter of the rest.
struct SeparatorLine {
  char delimiter = '\0';
  std::size_t bytes = 0;  // of the line and its end
};

SeparatorLine separator_line(std::string_view text) {
  std::size_t at = 0;
  const bool quoted = text.starts_with('"');
  if (quoted) ++at;
  constexpr std::string_view word = "sep=";
  if (text.size() < at + word.size() + 1) return {};
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = text[at + i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != word[i]) return {};
  }
  at += word.size();
  const char delimiter = text[at++];
  if (delimiter == '\r' || delimiter == '\n' || delimiter == '"') return {};
  if (quoted) {
    if (at >= text.size() || text[at] != '"') return {};
    ++at;
  }
  // Spreadsheets pad the line to the width of the table.
  while (at < text.size() && text[at] == delimiter) ++at;
  if (at < text.size() && text[at] == '\r') ++at;
  if (at < text.size() && text[at] == '\n') ++at;
  const char last = text[at - 1];
  if (at < text.size() && last != '\r' && last != '\n') return {};
  return {delimiter, at};
}

}  // namespace

Result<Shape> sniff(const bytes::Text& text, const SniffOptions& options) {
  Shape shape;
  Sample sample = CSVM_TRY(Sample::take(text, 0));
  DialectHints known = options.known;
  const SeparatorLine separator = separator_line(sample.text());
  if (separator.bytes > 0 && (!known.delimiter || *known.delimiter == separator.delimiter)) {
    known.delimiter = separator.delimiter;
    shape.first_byte = separator.bytes;
    shape.first_line = 2;
    sample = CSVM_TRY(Sample::take(text, separator.bytes));
  }
  shape.dialect = CSVM_TRY(find_dialect(sample, known));
  shape.data_byte = shape.first_byte;
  shape.data_line = shape.first_line;

  const SampleRecords parsed =
      CSVM_TRY(sample.records(shape.dialect, options.limits, sample.text().size(), header_records));
  if (parsed.records.empty()) {
    if (parsed.rejects == 0) {
      return Error{
          Errc::invalid_input,
          fmt::format("'{}' holds no record: there is nothing but blank lines in it", text.name())};
    }
    return Error{Errc::limit_exceeded,
                 fmt::format("'{}', line {}: {}", text.name(),
                             parsed.first_reject_line + shape.first_line, parsed.first_reject)};
  }

  const HeaderFound found = find_header(sample, shape.dialect, parsed.records);
  shape.columns = found.columns;
  shape.column_evidence = found.column_evidence;
  const SampleRecord& first = parsed.records[found.first_row];
  shape.preamble_lines = first.line + (shape.first_line - 1);
  if (!found.header) {
    shape.data_byte = sample.begin() + first.byte;
    shape.data_line = shape.first_line + first.line;
    return shape;
  }
  shape.header_record = found.first_row;
  for (const Cell& cell : first.cells) {
    shape.header.push_back(sample.value_of(cell, shape.dialect));
  }
  shape.data_byte = sample.begin() + first.end;
  shape.data_line = shape.first_line + first.line + first.line_ends;
  return shape;
}

}  // namespace csvm::csv
