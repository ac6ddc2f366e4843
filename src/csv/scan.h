// The fast path of reading: records and cells from bit masks of the special characters, 64 bytes at
// a time. It knows the plain grammar only (doubled quotes, no escape, no comments); at anything
// else it stops, and record.h looks at that record.
//
// Two implementations of each function: `simd` (Highway, best target of the machine) and `scalar`
// (one byte at a time, no masks), which tests and a fuzzer hold against each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "csvm/csv.h"

namespace csvm::csv {

struct ScanRules {
  char delimiter = ',';
  char quote = '"';
  bool quoting = true;           // false: `quote` is an ordinary character
  std::uint32_t expected = 0;    // cells a record should have
  std::uint64_t long_bytes = 0;  // a record longer than this is looked at in record.h
  std::uint32_t many_cells = 0;  // and so is one with more cells
};

/// Why a scan ended before the end of its piece.
enum class ScanStop {
  none,     // it did not: the whole piece was taken
  reached,  // a record ended at or behind `stop`
  strange,  // the record at `record_start` needs record.h
};

/// A record that has not the expected number of cells.
struct OddRecord {
  std::uint64_t begin;
  std::uint64_t end;  // behind its line end
  std::uint32_t cells;
  std::uint64_t lines_before;  // line ends between the start of the scan and it
};

/// Where a scan stands; carried from piece to piece. Positions are bytes of the text.
struct ScanState {
  std::uint64_t record_start = 0;
  std::uint64_t lines_at_start = 0;  // line ends before `record_start`, since the scan began
  std::uint64_t lines = 0;           // all line ends seen
  std::uint64_t delimiters = 0;      // all seen outside quotes
  std::uint64_t delimiters_at_start = 0;
  std::uint64_t records = 0;
  char first = 'x';  // the byte at `record_start`, once the piece it lies in was left
  bool in_quotes = false;
  bool after_structure = true;  // the byte before ended a cell or a record
  bool after_close = false;     // the byte before closed a quote
};

/// A stretch of text to scan: `bytes` is a multiple of 64 and one further byte may be read, unless
/// `last`: then the text ends there, and an unfinished record ends with it.
struct Piece {
  const char* data;
  std::size_t bytes;
  std::uint64_t begin;  // where it lies in the text
  bool last;
};

/// The cell that stands at [begin, end) of a batch's text, quotes included.
inline Cell make_cell(std::size_t begin, std::size_t end, bool quoted, bool escaped) {
  const std::size_t mark = quoted ? 1 : 0;
  return {static_cast<std::uint32_t>(begin + mark),
          static_cast<std::uint32_t>(end - begin - 2 * mark) & 0x3fffffffU, quoted, escaped};
}

/// Counts records up to the first that ends at or behind `stop`, which is not beyond the text.
/// `odd` gets those whose cells are not the expected number. When the text ends in quotes the state
/// still says `in_quotes`.
ScanStop count_records_simd(const ScanRules& rules, const Piece& piece, std::uint64_t stop,
                            ScanState& state, std::vector<OddRecord>& odd);
ScanStop count_records_scalar(const ScanRules& rules, const Piece& piece, std::uint64_t stop,
                              ScanState& state, std::vector<OddRecord>& odd);

/// Takes cells apart; positions in `cells` count from `origin`, `byte` of a record from the start
/// of the text. `state` must be at the start of a record and the piece `last`: it is a whole block.
/// The unfinished record at a `strange` stop has left no cells behind.
ScanStop split_cells_simd(const ScanRules& rules, const Piece& piece, std::uint64_t origin,
                          std::uint64_t first_line, ScanState& state, Batch& batch);
ScanStop split_cells_scalar(const ScanRules& rules, const Piece& piece, std::uint64_t origin,
                            std::uint64_t first_line, ScanState& state, Batch& batch);

}  // namespace csvm::csv
