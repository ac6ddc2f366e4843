#include <algorithm>
#include <optional>

#include "record.h"
#include "scan.h"

namespace csvm::csv {
namespace {

void add_record(const Step& step, const std::vector<Place>& places, std::uint64_t origin,
                std::uint64_t line, Batch& batch) {
  batch.records.push_back({static_cast<std::uint32_t>(batch.cells.size()),
                           static_cast<std::uint32_t>(places.size()), step.begin, line});
  for (const Place& place : places) {
    batch.cells.push_back(make_cell(static_cast<std::size_t>(place.begin - origin),
                                    static_cast<std::size_t>(place.end - origin), place.quoted,
                                    place.escaped));
  }
}

Result<void> load(const bytes::Text& text, std::uint64_t begin, std::uint64_t bytes, Batch& batch) {
  batch.cells.clear();
  batch.records.clear();
  batch.rejects.clear();
  batch.text.resize(static_cast<std::size_t>(bytes));
  const std::size_t count = CSVM_TRY(text.read_at(begin, std::span<char>(batch.text)));
  if (count != bytes) return Error{Errc::io, "'" + text.name() + "' became shorter"};
  return {};
}

// The record at `byte`, if it is plain and lies within the next `bytes` of text.
//
// @param whole  behind the piece a record starts or the text ends; else the last record of the
//               piece may be cut
Result<bool> read_plain_record(const bytes::Text& text, const Shape& shape, std::uint64_t byte,
                               std::uint64_t bytes, bool whole, const Limits& limits,
                               Batch& batch) {
  const std::optional<ScanRules> rules = scan_rules(shape, limits);
  if (!rules) return false;
  CSVM_CHECK(load(text, byte, bytes, batch));
  ScanState state;
  state.record_start = byte;
  const Piece piece{batch.text.data(), static_cast<std::size_t>(bytes), byte, true};
  split_cells_simd(*rules, piece, byte, 0, state, batch);
  if (batch.records.size() < (whole ? 1 : 2)) return false;
  const std::uint64_t end = batch.records.size() > 1 ? batch.records[1].byte - byte : bytes;
  batch.text.resize(static_cast<std::size_t>(end));
  batch.cells.resize(batch.records[0].cells);
  batch.records.resize(1);
  return text.well_formed() || bytes::first_invalid_utf8(batch.text) == std::string_view::npos;
}

}  // namespace

Result<void> read_block(const bytes::Text& text, const Shape& shape, const Block& block,
                        const Limits& limits, Batch& batch) {
  CSVM_CHECK(load(text, block.byte, block.bytes, batch));
  const std::uint64_t end = block.byte + block.bytes;
  std::optional<ScanRules> rules = scan_rules(shape, limits);
  if (!text.well_formed() && bytes::first_invalid_utf8(batch.text) != std::string_view::npos) {
    rules.reset();
  }
  std::optional<RecordParser> parser;
  std::uint64_t at = block.byte;
  std::uint64_t line = block.line;
  while (at < end) {
    if (rules) {
      ScanState state;
      state.record_start = at;
      const Piece piece{batch.text.data() + (at - block.byte), static_cast<std::size_t>(end - at),
                        at, true};
      const ScanStop why = split_cells_simd(*rules, piece, block.byte, line, state, batch);
      if (why == ScanStop::none) break;
      at = state.record_start;
      line += state.lines_at_start;
    }
    if (!parser) parser.emplace(text, shape, limits);
    Step step = CSVM_TRY(parser->next(at));
    if (step.kind == Step::Kind::end || step.end > end) {
      return Error{Errc::io, "'" + text.name() + "' changed while it was read"};
    }
    if (step.kind == Step::Kind::record) {
      add_record(step, parser->places(), block.byte, line, batch);
    } else if (step.kind == Step::Kind::reject) {
      batch.rejects.push_back({step.begin, line, step.end - step.begin, std::move(step.reason)});
    }
    at = step.end;
    line += step.line_ends;
  }
  return {};
}

Result<void> read_record(const bytes::Text& text, const Shape& shape, std::uint64_t byte,
                         const Limits& limits, Batch& batch, std::uint64_t next) {
  // Most rows are short; what lies behind a long one is not worth reading.
  constexpr std::uint64_t short_piece = 2048;
  constexpr std::uint64_t longest_piece = std::uint64_t{64} << 10;
  const std::uint64_t left = text.size() - std::min(byte, text.size());
  const bool known = next > byte && next - byte <= longest_piece;
  const std::uint64_t bytes = std::min(known ? next - byte : short_piece, left);
  if (bytes != 0 && CSVM_TRY(read_plain_record(text, shape, byte, bytes, known || bytes == left,
                                               limits, batch))) {
    return {};
  }
  RecordParser parser(text, shape, limits);
  const Step step = CSVM_TRY(parser.next(byte));
  if (step.kind != Step::Kind::record) {
    return Error{Errc::invalid_input, "no record starts at this place of '" + text.name() + "'"};
  }
  CSVM_CHECK(load(text, step.begin, step.end - step.begin, batch));
  add_record(step, parser.places(), step.begin, 0, batch);
  return {};
}

std::string_view value(const Batch& batch, const Cell& cell, const Dialect& dialect,
                       std::string& scratch) {
  const std::string_view raw = batch.raw(cell);
  if (!cell.escaped) return raw;
  scratch.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (i + 1 < raw.size()) {
      const char next = raw[i + 1];
      const bool doubled =
          cell.quoted && dialect.double_quote && c == dialect.quote && next == dialect.quote;
      // An escape before anything that needs none is a character of its own ("\N").
      const bool escapes = dialect.escape != '\0' && c == dialect.escape &&
                           (next == dialect.escape || next == dialect.quote ||
                            next == dialect.delimiter || next == '\n' || next == '\r');
      if (doubled || escapes) {
        scratch.push_back(next);
        ++i;
        continue;
      }
    }
    scratch.push_back(c);
  }
  return scratch;
}

Shape physical(Shape shape) {
  shape.header.clear();
  shape.header_record.reset();
  shape.data_byte = shape.first_byte;
  shape.data_line = shape.first_line;
  shape.preamble_lines = 0;
  return shape;
}

}  // namespace csvm::csv
