// Reads a text by every path there is - blocks of many sizes, several threads, each record alone,
// the vectorised scan and its scalar twin - and expects the same of all.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/csv.h"
#include "record.h"
#include "scan.h"

namespace csvm::csv {

using Row = std::vector<std::string>;
using Table = std::vector<Row>;

/// All that reading a text says.
struct Contents {
  Table rows;
  std::vector<std::uint64_t> lines;  // of the rows
  std::vector<std::uint64_t> bytes;
  std::vector<Reject> rejects;
  Index index;
};

inline Shape shape_of(std::uint32_t columns, Dialect dialect = {}, std::uint64_t evidence = 0) {
  Shape shape;
  shape.dialect = dialect;
  shape.columns = columns;
  shape.column_evidence = evidence;
  return shape;
}

inline Row row_of(const Batch& batch, const Record& record, const Dialect& dialect) {
  Row row;
  std::string scratch;
  for (std::uint32_t i = 0; i < record.cells; ++i) {
    row.emplace_back(value(batch, batch.cells[record.first_cell + i], dialect, scratch));
  }
  return row;
}

inline void expect_same(const Reject& a, const Reject& b) {
  EXPECT_EQ(a.byte, b.byte);
  EXPECT_EQ(a.line, b.line);
  EXPECT_EQ(a.bytes, b.bytes);
  EXPECT_EQ(a.reason, b.reason);
}

/// Reads with one size of blocks, and checks that the blocks follow each other and hold what the
/// index says.
inline Contents read_in_blocks(const bytes::Text& text, const Shape& shape, std::size_t block_bytes,
                               unsigned threads, const Limits& limits = {}) {
  IndexOptions options;
  options.limits = limits;
  options.block_bytes = block_bytes;
  options.threads = threads;
  Contents contents;
  auto index = csv::index(text, shape, options);
  if (!index) {
    ADD_FAILURE() << index.error().message;
    return contents;
  }
  contents.index = std::move(*index);
  Batch batch;
  std::uint64_t at = shape.data_byte;
  std::uint64_t records = 0;
  for (const Block& block : contents.index.blocks) {
    EXPECT_EQ(block.byte, at);
    EXPECT_EQ(block.first_record, records);
    const auto read = read_block(text, shape, block, limits, batch);
    EXPECT_TRUE(read) << read.error().message;
    EXPECT_EQ(batch.records.size(), block.records);
    for (const Record& record : batch.records) {
      contents.rows.push_back(row_of(batch, record, shape.dialect));
      contents.lines.push_back(record.line);
      contents.bytes.push_back(record.byte);
    }
    for (const Reject& reject : batch.rejects) contents.rejects.push_back(reject);
    records += block.records;
    at += block.bytes;
  }
  EXPECT_EQ(at, contents.index.blocks.empty() ? shape.data_byte : text.size());
  EXPECT_EQ(contents.index.records, records);
  EXPECT_EQ(contents.index.rejects.size(), contents.rejects.size());
  for (std::size_t i = 0; i < contents.index.rejects.size() && i < contents.rejects.size(); ++i) {
    expect_same(contents.index.rejects[i], contents.rejects[i]);
  }
  return contents;
}

inline void expect_same(const Contents& a, const Contents& b) {
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.lines, b.lines);
  EXPECT_EQ(a.bytes, b.bytes);
  ASSERT_EQ(a.rejects.size(), b.rejects.size());
  for (std::size_t i = 0; i < a.rejects.size(); ++i) expect_same(a.rejects[i], b.rejects[i]);
  EXPECT_EQ(a.index.records, b.index.records);
  EXPECT_EQ(a.index.max_cells, b.index.max_cells);
  EXPECT_EQ(a.index.short_records, b.index.short_records);
  EXPECT_EQ(a.index.long_records, b.index.long_records);
  EXPECT_EQ(a.index.repaired_records, b.index.repaired_records);
}

/// Each record picked alone is the record of its block.
inline void expect_records_alone(const bytes::Text& text, const Shape& shape,
                                 const Contents& contents, const Limits& limits) {
  Batch batch;
  for (std::size_t i = 0; i < contents.rows.size(); ++i) {
    const auto read = read_record(text, shape, contents.bytes[i], limits, batch);
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(batch.records.size(), 1U);
    EXPECT_EQ(batch.records[0].byte, contents.bytes[i]);
    EXPECT_EQ(row_of(batch, batch.records[0], shape.dialect), contents.rows[i]) << "row " << i;
  }
  for (const Reject& reject : contents.rejects) {
    const auto read = read_record(text, shape, reject.byte, limits, batch);
    ASSERT_FALSE(read) << "at byte " << reject.byte;
    EXPECT_EQ(read.error().code, Errc::invalid_input);
    EXPECT_NE(read.error().message.find(text.name()), std::string::npos);
  }
}

inline bool operator==(const OddRecord& a, const OddRecord& b) {
  return a.begin == b.begin && a.end == b.end && a.cells == b.cells &&
         a.lines_before == b.lines_before;
}

inline bool operator==(const Cell& a, const Cell& b) {
  return a.begin == b.begin && a.bytes == b.bytes && a.quoted == b.quoted && a.escaped == b.escaped;
}

inline bool operator==(const Record& a, const Record& b) {
  return a.first_cell == b.first_cell && a.cells == b.cells && a.byte == b.byte && a.line == b.line;
}

/// The vectorised scan and its scalar twin over `text`, in pieces of 64 bytes, of 192, and whole.
inline void expect_twins_agree(const ScanRules& rules, std::string_view text, std::uint64_t stop) {
  struct Counted {
    ScanStop why = ScanStop::none;
    ScanState state;
    std::vector<OddRecord> odd;
  };
  const auto count = [&](auto function, std::size_t piece_bytes) {
    Counted result;
    std::size_t at = 0;
    for (;;) {
      const std::size_t bytes = std::min(piece_bytes, text.size() - at);
      const bool last = at + bytes >= text.size();
      // Exactly as long as it may be, so that a sanitizer sees a read beyond it.
      const std::string copy(text.substr(at, bytes + (last ? 0 : 1)));
      result.why =
          function(rules, Piece{copy.data(), bytes, at, last}, stop, result.state, result.odd);
      if (result.why != ScanStop::none || last) return result;
      at += bytes;
    }
  };
  const Counted plain = count(count_records_scalar, text.size() + 64);
  for (const std::size_t piece_bytes : {std::size_t{64}, std::size_t{192}, text.size() + 64}) {
    for (const Counted& other :
         {count(count_records_simd, piece_bytes), count(count_records_scalar, piece_bytes)}) {
      EXPECT_EQ(other.why, plain.why);
      EXPECT_EQ(other.state.record_start, plain.state.record_start);
      EXPECT_EQ(other.state.records, plain.state.records);
      EXPECT_EQ(other.state.lines_at_start, plain.state.lines_at_start);
      EXPECT_TRUE(other.odd == plain.odd);
    }
  }
  struct Taken {
    ScanStop why = ScanStop::none;
    ScanState state;
    Batch batch;
  };
  const auto split = [&](auto function) {
    Taken taken;
    const std::string copy(text);
    taken.why =
        function(rules, Piece{copy.data(), copy.size(), 0, true}, 0, 1, taken.state, taken.batch);
    return taken;
  };
  const Taken a = split(split_cells_scalar);
  const Taken b = split(split_cells_simd);
  EXPECT_EQ(a.why, b.why);
  EXPECT_EQ(a.state.record_start, b.state.record_start);
  EXPECT_TRUE(a.batch.cells == b.batch.cells);
  EXPECT_TRUE(a.batch.records == b.batch.records);
}

/// What `text` says under `shape`: the same by every path.
inline Contents read_all(const std::string& content, const Shape& shape,
                         const Limits& limits = {}) {
  const auto text = bytes::text_from_string("leads.csv", content);
  const Contents whole = read_in_blocks(*text, shape, content.size() + 1, 1, limits);
  for (std::size_t block_bytes : {1, 2, 3, 7, 16, 64, 100}) {
    if (block_bytes >= 7 || content.size() <= 2000) {
      SCOPED_TRACE("block_bytes=" + std::to_string(block_bytes));
      expect_same(whole, read_in_blocks(*text, shape, block_bytes, 1, limits));
    }
  }
  {
    SCOPED_TRACE("three threads");
    expect_same(whole, read_in_blocks(*text, shape, 11, 3, limits));
  }
  expect_records_alone(*text, shape, whole, limits);
  if (const auto rules = scan_rules(shape, limits)) {
    SCOPED_TRACE("twins");
    expect_twins_agree(*rules, content, content.size());
    expect_twins_agree(*rules, content, content.size() / 2);
  }
  return whole;
}

}  // namespace csvm::csv
