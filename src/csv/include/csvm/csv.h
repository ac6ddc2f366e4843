// csvm/csv.h - text in, records out; cells in, text out. The only public header of module `csv`.
//
//   bytes::Text --> sniff --> Shape --> index --> Index --> read_block --> Batch --> columns ...
//
// Knows the grammar of CSV and nothing about what a column means.
// Grammar: RFC 4180, relaxed as written down in docs/csv-grammar.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"
#include "csvm/bytes.h"

namespace csvm::csv {

/// How a file spells its records. A value; copy it freely. '\0' means "none".
struct Dialect {
  char delimiter = ',';
  char quote = '"';
  char escape = '\0';        // besides the doubled quote, e.g. a backslash
  char comment = '\0';       // a line that starts with it is no record
  bool double_quote = true;  // "" inside quotes is one quote
  bool trim = false;         // blanks around cells are not part of them
  bool operator==(const Dialect&) const = default;
};

/// What the reader refuses rather than guesses. Sizes are bytes of UTF-8.
struct Limits {
  std::size_t max_cell_bytes = std::size_t{64} << 20;
  std::size_t max_record_bytes = std::size_t{128} << 20;
  std::size_t max_columns = 16384;
};

/// How a file is laid out, found by `sniff`.
struct Shape {
  Dialect dialect;
  /// Cells of the header row, untrimmed; empty when the file has none (`header_record` is unset).
  std::vector<std::string> header;
  /// The header row among the physical records, counted from 0 with blank lines left out.
  std::optional<std::uint64_t> header_record;
  /// Where the first record after the header starts: byte of the text and line of the file.
  std::uint64_t data_byte = 0;
  std::uint64_t data_line = 1;
  /// Lines before the header that belong to no record (preamble, `sep=;`).
  std::uint64_t preamble_lines = 0;
  /// Where the first physical record starts (after a `sep=;` line), for reading a file as it lies.
  std::uint64_t first_byte = 0;
  std::uint64_t first_line = 1;
  /// Cells that most records have, and how many of the records looked at have so many: what a
  /// damaged record is judged by.
  std::uint32_t columns = 0;
  std::uint64_t column_evidence = 0;
};

/// A cell of a record, as a place in its batch's text. Without the quotes around it.
struct Cell {
  std::uint32_t begin;
  std::uint32_t bytes : 30;
  std::uint32_t quoted : 1;   // stood in quotes
  std::uint32_t escaped : 1;  // holds doubled or escaped quotes: `value()` must undo them
};

/// One record of a batch. Lines count from 1, bytes (of the text) from 0.
struct Record {
  std::uint32_t first_cell;
  std::uint32_t cells;
  std::uint64_t byte;
  std::uint64_t line;
};

/// A row that could not be read.
struct Reject {
  std::uint64_t byte = 0;  // of the text; see bytes::Text::original_offset
  std::uint64_t line = 1;
  std::uint64_t bytes = 0;  // how much text it covers
  std::string reason;       // one sentence
};

/// A stretch of text that can be read on its own. Blocks follow each other without a gap; block k
/// starts exactly where the last record of block k-1 ended.
struct Block {
  std::uint64_t byte = 0;
  std::uint64_t bytes = 0;
  std::uint64_t line = 1;          // of its first byte
  std::uint64_t first_record = 0;  // data records before it in this file (rejects not counted)
  std::uint32_t records = 0;
};

/// Where everything in a file is: the result of one parallel pass over it.
struct Index {
  std::vector<Block> blocks;
  std::uint64_t records = 0;    // data records, blank lines and rejects not counted
  std::uint64_t max_cells = 0;  // most cells with data in a record (surplus empty ones not counted)
  std::uint64_t short_records = 0;  // fewer cells than the header (than most, without a header)
  std::uint64_t long_records = 0;   // surplus cells with data
  std::vector<Record>
      first_ragged;  // the first of them (at most 100), for warnings; cells by count only
  std::vector<Reject> rejects;  // in order
  /// Records with a quote that is none (`5" pipe` after a quote was opened): read by the letter, as
  /// that gave the number of cells the other records have.
  std::uint64_t repaired_records = 0;
  std::vector<Record> first_repaired;  // at most 100; cells by count only
};

/// Records of one block, flat, to be reused from block to block.
/// `text` is owned here; cells point into it.
struct Batch {
  std::string text;
  std::vector<Cell> cells;
  std::vector<Record> records;
  std::vector<Reject> rejects;

  /// The cell's bytes as they stand in the file (inside its quotes).
  std::string_view raw(const Cell& cell) const {
    return std::string_view(text).substr(cell.begin, cell.bytes);
  }
};

/// What a cell says: its raw bytes, or, when it has escaped quotes, `scratch` filled with the
/// text meant. Borrows `batch` or `scratch`.
std::string_view value(const Batch& batch, const Cell& cell, const Dialect& dialect,
                       std::string& scratch);

/// What is known of a dialect beforehand.
struct DialectHints {
  std::optional<char> delimiter, quote, escape, comment;
  std::optional<bool> double_quote, trim;
};

struct SniffOptions {
  DialectHints known;  // unset parts are found
  Limits limits;
};

/// Finds dialect, preamble and header row from the first part of a text.
/// Fails with `invalid_input` when the text holds no record (blank lines only), `limit_exceeded`
/// when its first record is beyond the limits.
Result<Shape> sniff(const bytes::Text& text, const SniffOptions& options = {});

struct IndexOptions {
  Limits limits;
  unsigned threads = 1;
  std::size_t block_bytes = std::size_t{1} << 20;
  std::stop_token stop;
  std::function<void(std::uint64_t bytes)> progress;  // bytes done so far; from any thread
};

/// Scans the data of a file once, in parallel, and says where its records are. The answer is that
/// of reading from front to back, whatever the number of threads and the size of blocks.
/// Damage is contained: a broken record becomes a Reject and its neighbours stay whole.
Result<Index> index(const bytes::Text& text, const Shape& shape, const IndexOptions& options = {});

/// Reads one block of an index. `batch` is overwritten; its memory is reused.
Result<void> read_block(const bytes::Text& text, const Shape& shape, const Block& block,
                        const Limits& limits, Batch& batch);

/// Reads the one record that starts at `byte` (a Record::byte) into `batch`; its `line` is not
/// known (0). For picking single rows of a file.
///
/// @param next  where the next record starts (or the text ends), if that is known: it saves looking
///              at what lies behind
Result<void> read_record(const bytes::Text& text, const Shape& shape, std::uint64_t byte,
                         const Limits& limits, Batch& batch, std::uint64_t next = 0);

/// The shape of a file read as it lies: all physical records are data, from the first byte on.
Shape physical(Shape shape);

/// How many bytes a cell may become when it is written.
constexpr std::size_t most_spelled_bytes(std::string_view cell) { return 2 * cell.size() + 2; }

/// Writes `cell` to `out`, which has room for `most_spelled_bytes`: quoted when it must be to be
/// read back as it is. Returns the end of what was written.
char* put_cell(std::string_view cell, char* out, char delimiter = ',');
/// The same, quoted in any case.
char* put_quoted(std::string_view cell, char* out);

/// Appends `cell` to `out`, quoted when it must be to be read back as it is.
void append_cell(std::string& out, std::string_view cell, char delimiter = ',');

/// Appends a record with its line end (LF). A record of one empty cell is written as "".
void append_record(std::string& out, const std::vector<std::string_view>& cells,
                   char delimiter = ',');

}  // namespace csvm::csv
