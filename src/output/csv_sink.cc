#include <fmt/format.h>

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
  return {records, stem + "_duplicates.csv", stem + "_rejected.csv", stem + "_report.json"};
}

Result<void> CsvSink::File::append(std::string_view text) {
  CSVM_CHECK(file.write_at(size, text));
  size += text.size();
  return {};
}

CsvSink::CsvSink(std::optional<File> records, std::optional<File> left_out, bool excel_safe)
    : records_(std::move(records)), left_out_(std::move(left_out)), excel_safe_(excel_safe) {}

Result<std::unique_ptr<CsvSink>> CsvSink::create(const Paths& paths, bool excel_safe) {
  std::optional<File> records, left_out;
  if (!paths.records.empty()) records = File{CSVM_TRY(bytes::NewFile::create(paths.records))};
  if (!paths.duplicates.empty()) {
    left_out = File{CSVM_TRY(bytes::NewFile::create(paths.duplicates))};
  }
  return std::unique_ptr<CsvSink>(new CsvSink(std::move(records), std::move(left_out), excel_safe));
}

void CsvSink::append(std::string_view cell, std::string& out, std::uint64_t& neutralised) const {
  if (!excel_safe_ || !is_formula(cell)) {
    csv::append_cell(out, cell);
    return;
  }
  ++neutralised;
  out += '"';
  out += '\'';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

Result<void> CsvSink::begin(const pipeline::Table& table,
                            const std::vector<pipeline::Source>& sources) {
  for (const auto& source : sources) source_names_.push_back(source.file.name);
  pipeline::Spelled header;
  const std::vector<std::string_view> names(table.columns.begin(), table.columns.end());
  spell(names, header);
  header.left_out = "Source File,Line,Merged Into Row,Score,Reason," + header.records;
  return write(header);
}

void CsvSink::spell(std::span<const std::string_view> values, pipeline::Spelled& out) const {
  std::string& text = out.records;
  if (values.size() == 1 && values[0].empty()) text += "\"\"";  // else it would be a blank line
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (c != 0) text += ',';
    if (!values[c].empty()) append(values[c], text, out.neutralised);
  }
  text += '\n';
}

void CsvSink::spell_left_out(const pipeline::LeftOut& row, pipeline::Spelled& out) const {
  if (!left_out_) return;
  std::string& text = out.left_out;
  csv::append_cell(text, source_names_[row.place.source]);
  fmt::format_to(std::back_inserter(text), ",{},", row.place.line);
  if (row.survivor) fmt::format_to(std::back_inserter(text), "{}", *row.survivor);
  fmt::format_to(std::back_inserter(text), ",{:.0f},", row.score);
  csv::append_cell(text, row.reason);
  std::uint64_t not_counted = 0;  // the count is of the result
  for (const auto value : row.values) {
    text += ',';
    if (!value.empty()) append(value, text, not_counted);
  }
  text += '\n';
}

Result<void> CsvSink::write(const pipeline::Spelled& spelled) {
  if (records_) CSVM_CHECK(records_->append(spelled.records));
  if (left_out_) CSVM_CHECK(left_out_->append(spelled.left_out));
  return {};
}

Result<void> CsvSink::commit() {
  if (left_out_) CSVM_CHECK(left_out_->file.commit());
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
