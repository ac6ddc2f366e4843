#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "csvm/csv.h"
#include "csvm/output.h"

namespace csvm::output {

Paths paths_beside(const std::string& records) {
  std::string stem = records;
  const auto dot = stem.rfind('.');
  const auto slash = stem.rfind('/');
  if (dot != std::string::npos && dot > 0 && (slash == std::string::npos || dot > slash + 1)) {
    stem.resize(dot);
  }
  return {records, stem + "_duplicates.csv", stem + "_rejected.csv", stem + "_report.json",
          stem + "_provenance.csv"};
}

Result<void> CsvSink::File::append(std::string_view text) {
  CSVM_CHECK(file.write_at(size, text));
  size += text.size();
  return {};
}

CsvSink::CsvSink(std::optional<File> records, std::optional<File> left_out,
                 std::optional<File> origins, bool excel_safe)
    : records_(std::move(records)),
      left_out_(std::move(left_out)),
      origins_(std::move(origins)),
      excel_safe_(excel_safe) {}

Result<std::unique_ptr<CsvSink>> CsvSink::create(const Paths& paths, bool excel_safe) {
  const auto open = [](const std::string& path) -> Result<std::optional<File>> {
    if (path.empty()) return std::optional<File>();
    return std::optional<File>(File{CSVM_TRY(bytes::NewFile::create(path))});
  };
  auto records = CSVM_TRY(open(paths.records));
  auto left_out = CSVM_TRY(open(paths.duplicates));
  auto origins = CSVM_TRY(open(paths.provenance));
  return std::unique_ptr<CsvSink>(
      new CsvSink(std::move(records), std::move(left_out), std::move(origins), excel_safe));
}

char* CsvSink::put(std::string_view cell, char* out, std::uint64_t& neutralised) const {
  if (!excel_safe_ || !is_formula(cell)) return csv::put_cell(cell, out);
  ++neutralised;
  char* const end = csv::put_quoted(cell, out + 1);
  out[0] = '"';
  out[1] = '\'';
  return end;
}

void CsvSink::append(std::span<const std::string_view> values, std::string& text,
                     std::uint64_t& neutralised) const {
  const std::size_t before = text.size();
  std::size_t most = values.size() + 2;
  for (const auto value : values) most += value.empty() ? 0 : csv::most_spelled_bytes(value) + 1;
  text.resize(before + most);
  char* out = text.data() + before;
  if (values.size() == 1 && values[0].empty()) {  // else it would be a blank line
    *out++ = '"';
    *out++ = '"';
  }
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (c != 0) *out++ = ',';
    if (!values[c].empty()) out = put(values[c], out, neutralised);
  }
  *out++ = '\n';
  text.resize(static_cast<std::size_t>(out - text.data()));
}

Result<void> CsvSink::begin(const pipeline::Table& table,
                            const std::vector<pipeline::Source>& sources) {
  for (const auto& source : sources) source_names_.push_back(source.file.name);
  pipeline::Spelled header;
  const std::vector<std::string_view> names(table.columns.begin(), table.columns.end());
  spell(names, header);
  column_names_ = table.columns;
  header.origins = "Record,Column,Value,File,Line,Header,Original,Changed By,Lost\n";
  header.left_out = "Source File,Line,Merged Into Row,Score,Reason," + header.records;
  return write(header);
}

void CsvSink::spell(std::span<const std::string_view> values, pipeline::Spelled& out) const {
  append(values, out.records, out.neutralised);
}

void CsvSink::spell_left_out(const pipeline::LeftOut& row, pipeline::Spelled& out) const {
  if (!left_out_) return;
  std::string& text = out.left_out;
  csv::append_cell(text, source_names_[row.place.source]);
  fmt::format_to(std::back_inserter(text), FMT_COMPILE(",{},"), row.place.line);
  if (row.survivor) fmt::format_to(std::back_inserter(text), FMT_COMPILE("{}"), *row.survivor);
  fmt::format_to(std::back_inserter(text), FMT_COMPILE(",{},"),
                 static_cast<std::int64_t>(std::lrint(row.score)));
  csv::append_cell(text, row.reason);
  text += ',';
  std::uint64_t not_counted = 0;  // the count is of the result
  append(row.values, text, not_counted);
}

void CsvSink::spell_origin(const pipeline::CellOrigin& origin, pipeline::Spelled& out) const {
  if (!origins_) return;
  const std::string record = fmt::format(FMT_COMPILE("{}"), origin.record);
  const std::string line = fmt::format(FMT_COMPILE("{}"), origin.place.line);
  const std::array<std::string_view, 9> cells = {record,
                                                 column_names_[origin.column],
                                                 origin.value,
                                                 source_names_[origin.place.source],
                                                 line,
                                                 origin.headers,
                                                 origin.original,
                                                 origin.changed_by,
                                                 origin.lost};
  std::uint64_t not_counted = 0;  // the count is of the result
  append(cells, out.origins, not_counted);
}

Result<void> CsvSink::write(const pipeline::Spelled& spelled) {
  if (records_) CSVM_CHECK(records_->append(spelled.records));
  if (left_out_) CSVM_CHECK(left_out_->append(spelled.left_out));
  if (origins_) CSVM_CHECK(origins_->append(spelled.origins));
  return {};
}

Result<void> CsvSink::commit() {
  if (left_out_) CSVM_CHECK(left_out_->file.commit());
  if (origins_) CSVM_CHECK(origins_->file.commit());
  if (records_) CSVM_CHECK(records_->file.commit());
  return {};
}

Result<void> write_file(const std::string& path, std::string_view text) {
  auto file = CSVM_TRY(bytes::NewFile::create(path));
  CSVM_CHECK(file.write_at(0, text));
  return file.commit();
}

Result<void> write_rejected(const std::string& path, const std::vector<pipeline::Source>& sources) {
  auto file = CSVM_TRY(bytes::NewFile::create(path));
  std::string text = "File,Line,Byte,Reason,Text\n";
  std::uint64_t written = 0;
  std::string raw;
  for (const auto& source : sources) {
    for (const csv::Reject& reject : source.index.rejects) {
      raw.resize(reject.bytes);
      raw.resize(CSVM_TRY(source.text->read_at(reject.byte, raw)));
      while (!raw.empty() && (raw.back() == '\n' || raw.back() == '\r')) raw.pop_back();
      csv::append_cell(text, source.file.name);
      fmt::format_to(std::back_inserter(text), ",{},{},", reject.line,
                     source.text->original_offset(reject.byte));
      csv::append_cell(text, reject.reason);
      text += ',';
      csv::append_cell(text, raw);
      text += '\n';
      if (text.size() > (std::size_t{1} << 20)) {
        CSVM_CHECK(file.write_at(written, text));
        written += text.size();
        text.clear();
      }
    }
  }
  CSVM_CHECK(file.write_at(written, text));
  return file.commit();
}

}  // namespace csvm::output
