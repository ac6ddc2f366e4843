#include "sample.h"

#include <algorithm>

#include "record.h"

namespace csvm::csv {
namespace {

constexpr std::size_t usual_bytes = std::size_t{64} << 10;
constexpr std::size_t more_bytes = std::size_t{1} << 20;   // where lines are few
constexpr std::size_t most_bytes = std::size_t{16} << 20;  // for a first line
constexpr std::ptrdiff_t enough_lines = 12;

std::ptrdiff_t count_lines(std::string_view text) {
  const auto lf = std::count(text.begin(), text.end(), '\n');
  return lf > 0 ? lf : std::count(text.begin(), text.end(), '\r');
}

// A sample as a text that RecordParser can read. Borrows.
class Borrowed : public bytes::Text {
 public:
  explicit Borrowed(std::string_view text) : text_(text) {}
  std::uint64_t size() const override { return text_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= text_.size()) return std::size_t{0};
    return text_.copy(out.data(), out.size(), static_cast<std::size_t>(offset));
  }
  std::uint64_t original_offset(std::uint64_t offset) const override { return offset; }
  const std::string& name() const override { return name_; }
  const std::string& encoding() const override { return name_; }
  std::uint64_t original_size() const override { return text_.size(); }
  bool well_formed() const override { return true; }  // of no interest for the layout

 private:
  std::string_view text_;
  std::string name_;
};

}  // namespace

Result<Sample> Sample::take(const bytes::Text& text, std::uint64_t begin) {
  Sample sample;
  sample.begin_ = begin;
  const std::uint64_t left = text.size() - std::min(begin, text.size());
  for (std::size_t bytes = usual_bytes;; bytes *= 4) {
    sample.text_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, left)));
    sample.text_.resize(CSVM_TRY(text.read_at(begin, std::span<char>(sample.text_))));
    sample.whole_ = sample.text_.size() == left;
    const std::ptrdiff_t lines = count_lines(sample.text_);
    if (sample.whole_ || lines >= enough_lines || (lines > 0 && bytes >= more_bytes) ||
        bytes >= most_bytes) {
      return sample;
    }
  }
}

Result<SampleRecords> Sample::records(const Dialect& dialect, const Limits& limits,
                                      std::size_t bytes, std::size_t max_records) const {
  const bool cut = bytes < text_.size() || !whole_;
  const Borrowed text(std::string_view(text_).substr(0, bytes));
  Shape shape;
  shape.dialect = dialect;
  RecordParser parser(text, shape, limits);
  SampleRecords result;
  std::uint64_t at = 0;
  std::uint64_t line = 0;
  while (at < text.size() && result.records.size() < max_records) {
    const Step step = CSVM_TRY(parser.next(at));
    const bool last = step.end >= text.size();
    if (last && cut && !result.records.empty()) break;
    if (step.kind == Step::Kind::reject) {
      if (result.rejects++ == 0) {
        result.first_reject = step.reason;
        result.first_reject_line = line;
      }
    } else if (step.kind == Step::Kind::record) {
      SampleRecord record{step.begin, step.end, line, step.line_ends, {}, step.stray_quotes};
      record.cells.reserve(parser.places().size());
      for (const Place& place : parser.places()) {
        record.cells.push_back(make_cell(static_cast<std::size_t>(place.begin),
                                         static_cast<std::size_t>(place.end), place.quoted,
                                         place.escaped));
      }
      result.records.push_back(std::move(record));
    }
    at = step.end;
    line += step.line_ends;
  }
  return result;
}

std::string Sample::value_of(const Cell& cell, const Dialect& dialect) const {
  Batch batch;
  batch.text = raw(cell);
  std::string scratch;
  const Cell alone{0, cell.bytes, cell.quoted, cell.escaped};
  return std::string(value(batch, alone, dialect, scratch));
}

}  // namespace csvm::csv
