// One record at a time by the whole grammar: escapes, comments, blanks, limits, damage. The slow
// and sure path: what scan.h cannot decide is decided here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "csvm/csv.h"
#include "scan.h"
#include "window.h"

namespace csvm::csv {

/// A cell as a place in the text, quotes included.
struct Place {
  std::uint64_t begin;
  std::uint64_t end;
  bool quoted;
  bool escaped;
};

/// What stands at a place of a text.
struct Step {
  enum class Kind { end, skipped, record, reject };  // skipped: a blank line or a comment
  Kind kind = Kind::end;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;        // where the next one starts
  std::uint64_t line_ends = 0;  // in [begin, end)
  std::uint32_t cells = 0;
  std::uint32_t cells_with_data = 0;  // up to the last cell that is not empty
  bool repaired = false;
  bool stray_quotes = false;
  std::string reason;  // of a reject
};

/// Threads: one parser a thread. Borrows text and shape.
class RecordParser {
 public:
  RecordParser(const bytes::Text& text, const Shape& shape, const Limits& limits);

  /// What stands at `at`, the start of a line outside of any cell. Depends on nothing but the text,
  /// the shape and the limits. Afterwards `places()` are the cells of a record.
  Result<Step> next(std::uint64_t at);
  const std::vector<Place>& places() const { return places_; }

  /// Whether the record at `at` speaks for itself: every quote in its place, and as wide as most.
  Result<bool> is_sure(std::uint64_t at);

  Window& window() { return window_; }

 private:
  enum class Verdict { clean, unclosed, text_behind_quote };
  struct Strict {
    Verdict verdict = Verdict::clean;
    std::uint64_t end = 0;
    std::uint64_t content_end = 0;  // without the line end
    std::uint64_t line_ends = 0;
    std::uint32_t cells = 0;
    std::uint32_t bad_column = 0;  // counted from 1
    bool stray_quotes = false;
    bool too_large = false;
    bool only_zeros = true;
  };

  Result<Strict> strict(std::uint64_t at, bool keep_places);
  Result<Step> judge(std::uint64_t at, const Strict& seen);
  Result<Step> accept(std::uint64_t at, const Strict& seen);
  Result<Step> reject(std::uint64_t at, std::uint64_t end, std::string reason);

  // repair.cc
  Result<bool> read_by_the_letter(std::uint64_t at, Step& step);
  bool split_line(std::string_view line, std::uint64_t at, std::size_t literal);
  Result<std::uint64_t> next_sure(std::uint64_t at);
  Result<std::uint64_t> swallowed(std::uint64_t at, std::uint64_t end);

  Result<std::uint64_t> count_line_ends(std::uint64_t begin, std::uint64_t end);
  Result<std::uint64_t> find_invalid(std::uint64_t begin, std::uint64_t end);

  const Dialect dialect_;
  const Limits limits_;
  const std::uint32_t columns_;
  const std::uint32_t expected_;
  const bool evident_;  // `columns_` rests on enough records to judge others by
  const bool well_formed_;
  Window window_;
  std::vector<Place> places_;
};

/// What the fast path of scan.h needs to know; nullopt when the dialect is beyond it.
std::optional<ScanRules> scan_rules(const Shape& shape, const Limits& limits);

/// The number of cells a record of this shape should have.
std::uint32_t expected_cells(const Shape& shape);

}  // namespace csvm::csv
