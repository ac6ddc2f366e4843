// The first part of a text, and its records under one dialect.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "csvm/bytes.h"
#include "csvm/csv.h"

namespace csvm::csv {

struct SampleRecord {
  std::uint64_t byte = 0;  // of the sample
  std::uint64_t end = 0;
  std::uint64_t line = 0;  // line ends before it
  std::uint64_t line_ends = 0;
  std::vector<Cell> cells;  // places in the sample
  bool stray_quotes = false;
};

struct SampleRecords {
  std::vector<SampleRecord> records;
  std::uint64_t rejects = 0;
  std::string first_reject;  // its reason
  std::uint64_t first_reject_line = 0;
};

/// Threads: one.
class Sample {
 public:
  /// Takes whole records if it can: up to `most` bytes from `begin` on.
  static Result<Sample> take(const bytes::Text& text, std::uint64_t begin);

  std::string_view text() const { return text_; }
  std::uint64_t begin() const { return begin_; }
  bool whole() const { return whole_; }  // it reaches the end of the text

  /// The records of the first `bytes` of it, at most `max_records`. One that the end of the sample
  /// cuts off is left out, unless it is the only one.
  Result<SampleRecords> records(const Dialect& dialect, const Limits& limits, std::size_t bytes,
                                std::size_t max_records) const;

  std::string value_of(const Cell& cell, const Dialect& dialect) const;
  std::string_view raw(const Cell& cell) const {
    return std::string_view(text_).substr(cell.begin, cell.bytes);
  }

 private:
  std::string text_;
  std::uint64_t begin_ = 0;
  bool whole_ = false;
};

}  // namespace csvm::csv
