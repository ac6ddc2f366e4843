#include <algorithm>

#include "scan.h"

namespace csvm::csv {
namespace {

// One byte at a time. `Sink` hears of cells and records; it may stop the scan.
template <class Sink>
ScanStop scan_bytes(const ScanRules& rules, const Piece& piece, ScanState& state, Sink&& sink,
                    std::size_t from) {
  for (std::size_t at = from; at <= piece.bytes; ++at) {
    const bool at_end = at == piece.bytes;
    if (at_end && !piece.last) break;
    const char c = at_end ? '\n' : piece.data[at];
    const bool is_quote = rules.quoting && c == rules.quote && !at_end;
    // The text may end in CR: the line end added behind it is none.
    const bool lf_follows = !(piece.last && at + 1 >= piece.bytes) && piece.data[at + 1] == '\n';
    const bool line_end = c == '\n' || (c == '\r' && !lf_follows);

    if (state.after_close && !is_quote && c != rules.delimiter && c != '\r' && c != '\n') {
      return ScanStop::strange;
    }
    if (is_quote) {
      if (state.in_quotes) {
        state.in_quotes = false;
        state.after_close = true;
      } else if (state.after_close) {
        state.in_quotes = true;
        state.after_close = false;
        sink.doubled();
      } else if (state.after_structure) {
        state.in_quotes = true;
      } else {
        return ScanStop::strange;
      }
      state.after_structure = false;
      continue;
    }
    state.after_close = false;
    state.after_structure = false;
    if (line_end && !at_end) ++state.lines;
    if (state.in_quotes) continue;
    if (c == rules.delimiter && !at_end) {
      ++state.delimiters;
      state.after_structure = true;
      sink.cell(at);
    } else if (line_end) {
      state.after_structure = true;
      const ScanStop stop = sink.line(at, at_end);
      if (stop != ScanStop::none) return stop;
    }
  }
  return ScanStop::none;
}

bool needs_a_look(const ScanRules& rules, std::uint64_t bytes, std::uint64_t inner_lines,
                  std::uint32_t cells, char first) {
  if (bytes > rules.long_bytes) return true;
  return cells != rules.expected && (inner_lines > 0 || cells > rules.many_cells || first == '\0');
}

class Counter {
 public:
  Counter(const ScanRules& rules, const Piece& piece, std::uint64_t stop, ScanState& state,
          std::vector<OddRecord>& odd)
      : rules_(rules), piece_(piece), stop_(stop), state_(state), odd_(odd) {}

  void doubled() {}
  void cell(std::size_t) {}
  ScanStop line(std::size_t at, bool at_end) {
    const std::uint64_t end = piece_.begin + at;
    const std::uint64_t behind = end + (at_end ? 0 : 1);
    const char first =
        state_.record_start >= piece_.begin
            ? (state_.record_start == end ? 'x' : piece_.data[state_.record_start - piece_.begin])
            : state_.first;
    const std::uint64_t bytes = end - state_.record_start;
    if (bytes > 1 || (bytes == 1 && first != '\r')) {
      const auto cells =
          static_cast<std::uint32_t>(state_.delimiters - state_.delimiters_at_start + 1);
      const std::uint64_t inner = state_.lines - (at_end ? 0 : 1) - state_.lines_at_start;
      if (needs_a_look(rules_, bytes, inner, cells, first)) return ScanStop::strange;
      if (cells != rules_.expected) {
        odd_.push_back({state_.record_start, behind, cells, state_.lines_at_start});
      }
      ++state_.records;
    }
    state_.record_start = behind;
    state_.lines_at_start = state_.lines;
    state_.delimiters_at_start = state_.delimiters;
    return end + 1 >= stop_ ? ScanStop::reached : ScanStop::none;
  }

 private:
  const ScanRules& rules_;
  const Piece& piece_;
  std::uint64_t stop_;
  ScanState& state_;
  std::vector<OddRecord>& odd_;
};

class Splitter {
 public:
  Splitter(const ScanRules& rules, const Piece& piece, std::uint64_t origin,
           std::uint64_t first_line, ScanState& state, Batch& batch)
      : rules_(rules),
        piece_(piece),
        shift_(static_cast<std::size_t>(piece.begin - origin)),
        first_line_(first_line),
        state_(state),
        batch_(batch),
        record_cells_begin_(batch.cells.size()),
        cell_begin_(static_cast<std::size_t>(state.record_start - piece.begin)) {}

  void doubled() { escaped_ = true; }
  void cell(std::size_t end) {
    push(end);
    cell_begin_ = end + 1;
  }
  ScanStop line(std::size_t at, bool at_end) {
    std::size_t end = at;
    if (!at_end && piece_.data[at] == '\n' && at > cell_begin_ && piece_.data[at - 1] == '\r') {
      --end;
    }
    const std::size_t behind = at + (at_end ? 0 : 1);
    if (end > cell_begin_ || batch_.cells.size() > record_cells_begin_) {
      push(end);
      const auto count = static_cast<std::uint32_t>(batch_.cells.size() - record_cells_begin_);
      const std::uint64_t inner = state_.lines - (at_end ? 0 : 1) - state_.lines_at_start;
      const std::size_t start = static_cast<std::size_t>(state_.record_start - piece_.begin);
      if (needs_a_look(rules_, at - start, inner, count, piece_.data[start])) {
        return ScanStop::strange;
      }
      batch_.records.push_back({static_cast<std::uint32_t>(record_cells_begin_), count,
                                state_.record_start, first_line_ + state_.lines_at_start});
      record_cells_begin_ = batch_.cells.size();
    }
    cell_begin_ = behind;
    state_.record_start = piece_.begin + behind;
    state_.lines_at_start = state_.lines;
    return ScanStop::none;
  }
  ScanStop finish(ScanStop why) {
    batch_.cells.resize(record_cells_begin_);
    return why == ScanStop::none && state_.in_quotes ? ScanStop::strange : why;
  }

 private:
  void push(std::size_t end) {
    const bool quoted =
        rules_.quoting && end > cell_begin_ && piece_.data[cell_begin_] == rules_.quote;
    batch_.cells.push_back(make_cell(cell_begin_ + shift_, end + shift_, quoted, escaped_));
    escaped_ = false;
  }

  const ScanRules& rules_;
  const Piece& piece_;
  std::size_t shift_;
  std::uint64_t first_line_;
  ScanState& state_;
  Batch& batch_;
  std::size_t record_cells_begin_;
  std::size_t cell_begin_;
  bool escaped_ = false;
};

}  // namespace

ScanStop count_records_scalar(const ScanRules& rules, const Piece& piece, std::uint64_t stop,
                              ScanState& state, std::vector<OddRecord>& odd) {
  const ScanStop why = scan_bytes(rules, piece, state, Counter(rules, piece, stop, state, odd), 0);
  if (state.record_start >= piece.begin && state.record_start < piece.begin + piece.bytes) {
    state.first = piece.data[state.record_start - piece.begin];
  }
  return why;
}

ScanStop split_cells_scalar(const ScanRules& rules, const Piece& piece, std::uint64_t origin,
                            std::uint64_t first_line, ScanState& state, Batch& batch) {
  Splitter splitter(rules, piece, origin, first_line, state, batch);
  const auto from = static_cast<std::size_t>(state.record_start - piece.begin);
  return splitter.finish(scan_bytes(rules, piece, state, splitter, from));
}

}  // namespace csvm::csv
