#include "record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace csvm::csv {
namespace {

// So many records of one width are evidence for what a damaged one should look like.
constexpr std::uint64_t enough_evidence = 4;
// A line of so many zero bytes is a hole in the file, not a value.
constexpr std::uint64_t min_hole_bytes = 4;

bool is_padding(char c) { return c == ' ' || c == '\t'; }

}  // namespace

std::uint32_t expected_cells(const Shape& shape) {
  return shape.header.empty() ? shape.columns : static_cast<std::uint32_t>(shape.header.size());
}

std::optional<ScanRules> scan_rules(const Shape& shape, const Limits& limits) {
  const Dialect& dialect = shape.dialect;
  if (dialect.escape != '\0' || dialect.comment != '\0' || dialect.trim ||
      (dialect.quote != '\0' && !dialect.double_quote)) {
    return std::nullopt;
  }
  ScanRules rules;
  rules.delimiter = dialect.delimiter;
  rules.quote = dialect.quote;
  rules.quoting = dialect.quote != '\0';
  rules.expected = expected_cells(shape);
  rules.long_bytes = std::min(limits.max_cell_bytes, limits.max_record_bytes);
  rules.many_cells = static_cast<std::uint32_t>(limits.max_columns);
  return rules;
}

RecordParser::RecordParser(const bytes::Text& text, const Shape& shape, const Limits& limits)
    : dialect_(shape.dialect),
      limits_(limits),
      columns_(shape.columns),
      expected_(expected_cells(shape)),
      evident_(shape.columns >= 2 && shape.column_evidence >= enough_evidence),
      well_formed_(text.well_formed()),
      window_(text, std::size_t{64} << 10) {}

Result<Step> RecordParser::next(std::uint64_t at) {
  Step step;
  step.begin = at;
  const std::string_view start = CSVM_TRY(window_.view(at, 2));
  if (start.empty()) {
    step.end = at;
    return step;
  }
  step.kind = Step::Kind::skipped;
  step.line_ends = 1;
  if (start[0] == '\n') {
    step.end = at + 1;
    return step;
  }
  if (start[0] == '\r') {
    step.end = at + (start.size() > 1 && start[1] == '\n' ? 2 : 1);
    return step;
  }
  if (dialect_.comment != '\0' && start[0] == dialect_.comment) {
    step.end = CSVM_TRY(next_line(window_, at));
    step.line_ends = CSVM_TRY(count_line_ends(at, step.end));
    return step;
  }
  return judge(at, CSVM_TRY(strict(at, true)));
}

// The grammar of docs/csv-grammar.md, one byte at a time.
Result<RecordParser::Strict> RecordParser::strict(std::uint64_t at, bool keep_places) {
  enum class State { cell_start, plain, quoted, behind_quote };
  const char delimiter = dialect_.delimiter;
  const char quote = dialect_.quote;
  const char escape = dialect_.escape;
  State state = State::cell_start;
  Strict seen;
  Place place{at, at, false, false};
  std::uint64_t close = 0;  // behind the closing quote
  if (keep_places) places_.clear();

  const auto end_cell = [&](std::uint64_t end) {
    ++seen.cells;
    place.end = end;
    seen.content_end = end;
    if (end - place.begin > limits_.max_cell_bytes) seen.too_large = true;
    if (keep_places && seen.cells <= limits_.max_columns) places_.push_back(place);
  };
  const auto damaged = [&](Verdict verdict, std::uint64_t end) {
    seen.verdict = verdict;
    seen.end = end;
    seen.bad_column = seen.cells + 1;
    return seen;
  };

  std::uint64_t base = at;
  for (;;) {
    const std::string_view text = CSVM_TRY(window_.view(base, 2));
    const bool last = base + text.size() >= window_.size();
    // The byte behind the one looked at must be known, unless the text ends there.
    const std::size_t bytes = last ? text.size() : text.size() - 1;
    std::size_t i = 0;
    for (; i < bytes; ++i) {
      const char c = text[i];
      const char next = i + 1 < text.size() ? text[i + 1] : '\0';
      const bool has_next = i + 1 < text.size();
      const bool line_end = c == '\n' || (c == '\r' && !(has_next && next == '\n'));
      if (c != '\0' && c != '\n' && c != '\r') seen.only_zeros = false;
      if (line_end) ++seen.line_ends;
      if (state == State::quoted) {
        if (escape != '\0' && c == escape && escape != quote && has_next) {
          place.escaped = true;
          ++i;
          if (next == '\n' || next == '\r') ++seen.line_ends;
          if (next == '\r' && i + 1 < text.size() && text[i + 1] == '\n') --seen.line_ends;
        } else if (c == quote) {
          if (dialect_.double_quote && has_next && next == quote) {
            place.escaped = true;
            ++i;
          } else {
            state = State::behind_quote;
            close = base + i + 1;
          }
        }
        continue;
      }
      if (c == delimiter) {
        end_cell(state == State::behind_quote ? close : base + i);
        place = Place{base + i + 1, 0, false, false};
        state = State::cell_start;
        continue;
      }
      if (c == '\n' || c == '\r') {
        // CRLF: the CR ends the cell, the LF the line.
        const bool crlf = c == '\r' && has_next && next == '\n';
        end_cell(state == State::behind_quote ? close : base + i);
        if (crlf) ++seen.line_ends;
        seen.end = base + i + (crlf ? 2 : 1);
        return seen;
      }
      if (state == State::behind_quote) {
        if (is_padding(c)) continue;
        return damaged(Verdict::text_behind_quote, base + i);
      }
      if (state == State::cell_start) {
        if (quote != '\0' && c == quote) {
          state = State::quoted;
          place.begin = base + i;
          place.quoted = true;
          continue;
        }
        if (dialect_.trim && is_padding(c)) continue;
        state = State::plain;
      } else if (quote != '\0' && c == quote) {
        seen.stray_quotes = true;
      }
      if (escape != '\0' && c == escape && escape != quote && has_next) {
        place.escaped = true;
        ++i;
        if (next == '\n' || (next == '\r' && !(i + 1 < text.size() && text[i + 1] == '\n'))) {
          ++seen.line_ends;
        }
      }
    }
    base += i;
    if (last) break;
  }
  seen.end = window_.size();
  if (state == State::quoted) return damaged(Verdict::unclosed, seen.end);
  end_cell(state == State::behind_quote ? close : seen.end);
  return seen;
}

Result<Step> RecordParser::judge(std::uint64_t at, const Strict& seen) {
  if (seen.verdict == Verdict::clean) {
    if (seen.cells > limits_.max_columns) {
      return reject(at, seen.end,
                    fmt::format("the record has more than {} columns", limits_.max_columns));
    }
    if (seen.too_large) {
      return reject(at, seen.end,
                    fmt::format("a cell is larger than {} bytes", limits_.max_cell_bytes));
    }
    if (seen.content_end - at > limits_.max_record_bytes) {
      return reject(at, seen.end,
                    fmt::format("the record is larger than {} bytes", limits_.max_record_bytes));
    }
    if (seen.only_zeros && seen.cells != expected_ && seen.end - at >= min_hole_bytes) {
      return reject(at, seen.end, "the line holds nothing but zero bytes");
    }
    const bool odd = seen.cells != columns_ && seen.cells != expected_;
    if (!odd || seen.line_ends <= 1 || !evident_) return accept(at, seen);
    // A record of several lines and of the wrong width: has a quote swallowed other records? Its
    // quotes do fit, so they are doubted only when the next line is a record as well.
    Step step;
    if (CSVM_TRY(read_by_the_letter(at, step)) &&
        (step.end == window_.size() || CSVM_TRY(is_sure(step.end)))) {
      return step;
    }
    const std::uint64_t sure = CSVM_TRY(swallowed(at, seen.end));
    if (sure == seen.end) return accept(at, CSVM_TRY(strict(at, true)));
    return reject(at, sure, "a quote opened here swallows the records that follow");
  }
  Step step;
  if (evident_ && CSVM_TRY(read_by_the_letter(at, step))) return step;
  return reject(
      at, CSVM_TRY(next_sure(at)),
      fmt::format("the quote opened in column {} is not closed properly", seen.bad_column));
}

Result<Step> RecordParser::accept(std::uint64_t at, const Strict& seen) {
  if (!well_formed_) {
    const std::uint64_t invalid = CSVM_TRY(find_invalid(at, seen.end));
    if (invalid < seen.end) {
      const auto byte = CSVM_TRY(window_.byte(invalid));
      return reject(at, seen.end,
                    fmt::format("byte 0x{:02X} at byte {} of the text is not valid in its encoding",
                                static_cast<unsigned char>(byte.value_or('\0')), invalid));
    }
  }
  Step step;
  step.kind = Step::Kind::record;
  step.begin = at;
  step.end = seen.end;
  step.line_ends = seen.line_ends;
  step.cells = seen.cells;
  step.stray_quotes = seen.stray_quotes;
  step.cells_with_data = static_cast<std::uint32_t>(places_.size());
  while (step.cells_with_data > 0) {
    const Place& place = places_[step.cells_with_data - 1];
    if (place.end - place.begin > (place.quoted ? 2U : 0U)) break;
    --step.cells_with_data;
  }
  if (dialect_.trim) {
    for (Place& place : places_) {
      if (place.quoted) continue;
      const std::string_view text =
          CSVM_TRY(window_.view(place.begin, static_cast<std::size_t>(place.end - place.begin)));
      std::size_t bytes = static_cast<std::size_t>(place.end - place.begin);
      while (bytes > 0 && is_padding(text[bytes - 1])) --bytes;
      std::size_t first = 0;
      while (first < bytes && is_padding(text[first])) ++first;
      place.end = place.begin + bytes;
      place.begin += first;
    }
  }
  return step;
}

Result<Step> RecordParser::reject(std::uint64_t at, std::uint64_t end, std::string reason) {
  Step step;
  step.kind = Step::Kind::reject;
  step.begin = at;
  step.end = end;
  step.line_ends = CSVM_TRY(count_line_ends(at, end));
  step.reason = std::move(reason);
  return step;
}

Result<std::uint64_t> RecordParser::count_line_ends(std::uint64_t begin, std::uint64_t end) {
  std::uint64_t count = 0;
  bool after_cr = false;
  while (begin < end) {
    std::string_view text = CSVM_TRY(window_.view(begin, 1));
    if (text.empty()) break;
    text =
        text.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(text.size(), end - begin)));
    for (const char c : text) {
      if (c == '\r' || (c == '\n' && !after_cr)) ++count;
      after_cr = c == '\r';
    }
    begin += text.size();
  }
  return count;
}

Result<std::uint64_t> RecordParser::find_invalid(std::uint64_t begin, std::uint64_t end) {
  while (begin < end) {
    std::string_view text = CSVM_TRY(window_.view(begin, 4));
    if (text.empty()) break;
    const bool whole = text.size() >= end - begin;
    text =
        text.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(text.size(), end - begin)));
    const std::size_t invalid = bytes::first_invalid_utf8(text);
    if (invalid == std::string_view::npos) {
      begin += text.size();
    } else if (whole || text.size() - invalid >= 4) {
      return begin + invalid;
    } else {
      begin += invalid;  // perhaps cut off by the window
    }
  }
  return end;
}

}  // namespace csvm::csv
