// What to do about a record whose quotes do not fit: read it by the letter where that is sure, else
// find the next record that is.
#include <algorithm>

#include "record.h"

namespace csvm::csv {
namespace {

// Lines longer than this are not repaired.
constexpr std::size_t max_repair_bytes = std::size_t{1} << 20;
// Opening quotes of a line that are tried as text, one at a time.
constexpr std::size_t max_literal_quotes = 8;
// Lines looked at for the next sure record. Bounds the cost of a file that is all damage.
constexpr int max_search_lines = 64;
constexpr int max_swallowed_lines = 2000;
constexpr std::uint32_t min_swallowed_columns = 3;

// Behind the quote that closes the cell opened at `open`, or npos: one with a delimiter or the end
// of the line behind it, that is not the second of a doubled one.
std::size_t proper_close(std::string_view line, std::size_t open, const Dialect& dialect,
                         bool& escaped) {
  for (std::size_t i = open + 1; i < line.size(); ++i) {
    if (dialect.escape != '\0' && line[i] == dialect.escape) {
      escaped = true;
      ++i;
      continue;
    }
    if (line[i] != dialect.quote) continue;
    if (dialect.double_quote && i + 1 < line.size() && line[i + 1] == dialect.quote) {
      escaped = true;
      ++i;
      continue;
    }
    if (i + 1 == line.size() || line[i + 1] == dialect.delimiter) return i + 1;
  }
  return std::string_view::npos;
}

}  // namespace

// Splits one line without trusting its quotes: one opens a cell only if it is closed in the line.
// The opening quote number `literal` is taken as text in any case. False when the cells are not as
// many as they should be.
bool RecordParser::split_line(std::string_view line, std::uint64_t at, std::size_t literal) {
  places_.clear();
  std::size_t openings = 0;
  std::size_t begin = 0;
  for (;;) {
    std::size_t end = std::string_view::npos;
    bool escaped = false;
    bool quoted = false;
    if (begin < line.size() && line[begin] == dialect_.quote && openings++ != literal) {
      end = proper_close(line, begin, dialect_, escaped);
      quoted = end != std::string_view::npos;
    }
    if (!quoted) {
      escaped = false;
      end = std::min(line.find(dialect_.delimiter, begin), line.size());
      if (dialect_.escape != '\0' &&
          line.substr(begin, end - begin).find(dialect_.escape) != std::string_view::npos) {
        return false;
      }
    }
    if (places_.size() == columns_) return false;
    places_.push_back({at + begin, at + end, quoted, escaped});
    if (end >= line.size()) return places_.size() == columns_;
    begin = end + 1;
  }
}

Result<bool> RecordParser::read_by_the_letter(std::uint64_t at, Step& step) {
  const std::uint64_t end = CSVM_TRY(next_line(window_, at));
  if (end - at > max_repair_bytes) return false;
  if (!well_formed_ && CSVM_TRY(find_invalid(at, end)) < end) return false;
  std::string_view line = CSVM_TRY(window_.view(at, static_cast<std::size_t>(end - at)));
  line = line.substr(0, static_cast<std::size_t>(end - at));
  std::uint64_t line_ends = 0;
  if (line.ends_with('\n') || line.ends_with('\r')) {
    line_ends = 1;
    const bool crlf = line.ends_with("\r\n");
    line.remove_suffix(crlf ? 2 : 1);
  }
  bool fits = split_line(line, at, max_literal_quotes);
  for (std::size_t literal = 0; !fits && literal < max_literal_quotes; ++literal) {
    fits = split_line(line, at, literal);
  }
  if (!fits) return false;
  step.kind = Step::Kind::record;
  step.begin = at;
  step.end = end;
  step.line_ends = line_ends;
  step.cells = columns_;
  step.repaired = true;
  step.cells_with_data = columns_;
  while (step.cells_with_data > 0) {
    const Place& place = places_[step.cells_with_data - 1];
    if (place.end - place.begin > (place.quoted ? 2U : 0U)) break;
    --step.cells_with_data;
  }
  return true;
}

Result<bool> RecordParser::is_sure(std::uint64_t at) {
  const Strict seen = CSVM_TRY(strict(at, false));
  if (seen.verdict != Verdict::clean || seen.stray_quotes || seen.only_zeros) return false;
  return columns_ < 2 || seen.cells == columns_;
}

// Where reading goes on behind a damaged record: at the next sure one, or, when none is near, at
// the next line.
Result<std::uint64_t> RecordParser::next_sure(std::uint64_t at) {
  const std::uint64_t first = CSVM_TRY(next_line(window_, at));
  std::uint64_t line = first;
  for (int i = 0; i < max_search_lines && line < window_.size(); ++i) {
    if (CSVM_TRY(is_sure(line))) return line;
    line = CSVM_TRY(next_line(window_, line));
  }
  return first;
}

// The first of two sure records in a row inside [at, end), or `end`.
Result<std::uint64_t> RecordParser::swallowed(std::uint64_t at, std::uint64_t end) {
  if (columns_ < min_swallowed_columns) return end;
  std::uint64_t line = CSVM_TRY(next_line(window_, at));
  std::uint64_t sure = end;  // of the line before
  for (int i = 0; i < max_swallowed_lines && line < end; ++i) {
    const bool is = CSVM_TRY(is_sure(line));
    if (is && sure != end) return sure;
    sure = is ? line : end;
    line = CSVM_TRY(next_line(window_, line));
  }
  return end;
}

}  // namespace csvm::csv
