#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "record.h"
#include "scan.h"
#include "window.h"

namespace csvm::csv {
namespace {

constexpr std::size_t max_warnings = 100;
// Lines that are tried as the first record of a block before guessing gives up.
constexpr int max_guesses = 20;

// What one pass over [begin, end) found. Lines count from the first of it, from 0.
struct Stretch {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t lines = 0;
  std::uint64_t records = 0;
  std::uint64_t max_cells = 0;
  std::uint64_t short_records = 0;
  std::uint64_t long_records = 0;
  std::uint64_t repaired_records = 0;
  std::vector<Record> ragged;
  std::vector<Record> repaired;
  std::vector<Reject> rejects;
};

void note(std::vector<Record>& list, const Record& record) {
  if (list.size() < max_warnings) list.push_back(record);
}

// Scans stretches of one text, one thread.
class Scanner {
 public:
  Scanner(const bytes::Text& text, const Shape& shape, const Limits& limits)
      : well_formed_(text.well_formed()),
        rules_(scan_rules(shape, limits)),
        expected_(expected_cells(shape)),
        delimiter_(shape.dialect.delimiter),
        window_(text),
        parser_(text, shape, limits) {}

  // The records from `begin`, the start of one, up to the first that ends at or behind `stop`.
  Result<Stretch> scan(std::uint64_t begin, std::uint64_t stop) {
    const bool fast =
        rules_.has_value() && (well_formed_ || !CSVM_TRY(holds_invalid_bytes(begin, stop)));
    Stretch found = CSVM_TRY(scan_by(fast, begin, stop));
    if (fast && !well_formed_ && found.end > stop &&
        CSVM_TRY(holds_invalid_bytes(stop, found.end))) {
      found = CSVM_TRY(scan_by(false, begin, stop));
    }
    return found;
  }

  // The records of a block from where it seems to start: at `nominal` itself if it is the first.
  Result<Stretch> scan_block(bool first, std::uint64_t nominal, std::uint64_t stop) {
    Stretch nothing;
    nothing.begin = first ? nominal : CSVM_TRY(guess_start(nominal, stop));
    nothing.end = nothing.begin;
    if (nothing.begin >= stop) return nothing;
    return scan(nothing.begin, stop);
  }

 private:
  // Where the first record of the block [at, stop) probably starts. A block without a line end is
  // the middle of a record: `stop` or more.
  Result<std::uint64_t> guess_start(std::uint64_t at, std::uint64_t stop) {
    const std::uint64_t first = CSVM_TRY(next_line(parser_.window(), at - 1, stop));
    std::uint64_t line = first;
    if (first >= stop) return first;
    for (;;) {  // blank lines belong to the block
      const auto byte = CSVM_TRY(parser_.window().byte(line));
      if (byte != '\n' && byte != '\r') break;
      ++line;
    }
    bool at_first = true;
    for (int i = 0; i < max_guesses && line < stop; ++i) {
      if (CSVM_TRY(parser_.is_sure(line))) return at_first ? first : line;
      at_first = false;
      line = CSVM_TRY(next_line(parser_.window(), line, stop));
    }
    return first;
  }

  Result<bool> holds_invalid_bytes(std::uint64_t begin, std::uint64_t end) {
    end = std::min(end, window_.size());
    while (begin < end) {
      std::string_view text = CSVM_TRY(window_.view(begin, 1));
      if (text.empty()) break;
      text = text.substr(
          0, static_cast<std::size_t>(std::min<std::uint64_t>(text.size(), end - begin)));
      // A character cut off by the window or the end counts as invalid: then the slow path decides.
      if (bytes::first_invalid_utf8(text) != std::string_view::npos) return true;
      begin += text.size();
    }
    return false;
  }

  Result<Stretch> scan_by(bool fast, std::uint64_t begin, std::uint64_t stop) {
    Stretch found;
    found.begin = begin;
    std::uint64_t at = begin;
    while (at < stop && at < window_.size()) {
      if (fast) {
        at = CSVM_TRY(run(at, stop, found));
        if (at >= stop || at >= window_.size()) break;
      }
      at = CSVM_TRY(step(at, found));
    }
    found.end = at;
    return found;
  }

  // The fast path, up to `stop` or to a record it cannot decide.
  Result<std::uint64_t> run(std::uint64_t at, std::uint64_t stop, Stretch& found) {
    ScanState state;
    state.record_start = at;
    for (;;) {
      const std::string_view text = CSVM_TRY(window_.view(at, 4096));
      Piece piece{text.data(), text.size(), at, at + text.size() >= window_.size()};
      if (!piece.last) piece.bytes = (text.size() - 1) / 64 * 64;
      odd_.clear();
      const ScanStop why = count_records_simd(*rules_, piece, stop, state, odd_);
      for (const OddRecord& record : odd_) CSVM_CHECK(count_odd(record, found));
      at += piece.bytes;
      if (why == ScanStop::none && !piece.last) continue;
      found.records += state.records;
      if (state.records > odd_total_) {
        found.max_cells = std::max<std::uint64_t>(found.max_cells, expected_);
      }
      odd_total_ = 0;
      found.lines += state.lines_at_start;
      return state.record_start;
    }
  }

  Result<void> count_odd(const OddRecord& odd, Stretch& found) {
    ++odd_total_;
    const Record record{0, odd.cells, odd.begin, found.lines + odd.lines_before};
    return count_width(record, odd.end, found);
  }

  // A record of another width than expected.
  Result<void> count_width(const Record& record, std::uint64_t end, Stretch& found) {
    if (record.cells < expected_) {
      found.max_cells = std::max<std::uint64_t>(found.max_cells, record.cells);
      ++found.short_records;
      note(found.ragged, record);
      return {};
    }
    std::uint32_t with_data = expected_;
    if (!CSVM_TRY(ends_in_delimiters(record, end))) {
      with_data = CSVM_TRY(parser_.next(record.byte)).cells_with_data;
    }
    found.max_cells = std::max<std::uint64_t>({found.max_cells, expected_, with_data});
    if (with_data > expected_) {
      ++found.long_records;
      note(found.ragged, record);
    }
    return {};
  }

  // Whether the surplus cells of a record are nothing but their delimiters.
  Result<bool> ends_in_delimiters(const Record& record, std::uint64_t end) {
    const std::size_t surplus = record.cells - expected_;
    const std::uint64_t from = end - std::min<std::uint64_t>(end - record.byte, surplus + 2);
    std::string_view tail = CSVM_TRY(window_.view(from, static_cast<std::size_t>(end - from)));
    tail = tail.substr(0, static_cast<std::size_t>(end - from));
    if (tail.ends_with('\n')) tail.remove_suffix(1);
    if (tail.ends_with('\r')) tail.remove_suffix(1);
    if (tail.size() < surplus) return false;
    tail.remove_prefix(tail.size() - surplus);
    return std::all_of(tail.begin(), tail.end(), [&](char c) { return c == delimiter_; });
  }

  // The slow path: one record, reject, or line that is neither.
  Result<std::uint64_t> step(std::uint64_t at, Stretch& found) {
    Step step = CSVM_TRY(parser_.next(at));
    const Record record{0, step.cells, step.begin, found.lines};
    switch (step.kind) {
      case Step::Kind::end:
      case Step::Kind::skipped:
        break;
      case Step::Kind::reject:
        found.rejects.push_back(
            {step.begin, found.lines, step.end - step.begin, std::move(step.reason)});
        break;
      case Step::Kind::record:
        ++found.records;
        if (step.cells == expected_) {
          found.max_cells = std::max<std::uint64_t>(found.max_cells, expected_);
        } else {
          CSVM_CHECK(count_width(record, step.end, found));
        }
        if (step.repaired) {
          ++found.repaired_records;
          note(found.repaired, record);
        }
        break;
    }
    found.lines += step.line_ends;
    return step.end;
  }

  const bool well_formed_;
  const std::optional<ScanRules> rules_;
  const std::uint32_t expected_;
  const char delimiter_;
  Window window_;
  RecordParser parser_;
  std::vector<OddRecord> odd_;
  std::uint64_t odd_total_ = 0;  // of the run
};

// Stretches put behind each other: the index.
class Joiner {
 public:
  Joiner(const Shape& shape, Index& index) : line_(shape.data_line), index_(index) {}

  void add(Stretch&& found) {
    if (found.end > found.begin) {
      index_.blocks.push_back({found.begin, found.end - found.begin, line_, index_.records,
                               static_cast<std::uint32_t>(found.records)});
    }
    add_records(found.ragged, index_.first_ragged);
    add_records(found.repaired, index_.first_repaired);
    for (Reject& reject : found.rejects) {
      reject.line += line_;
      index_.rejects.push_back(std::move(reject));
    }
    line_ += found.lines;
    index_.records += found.records;
    index_.max_cells = std::max(index_.max_cells, found.max_cells);
    index_.short_records += found.short_records;
    index_.long_records += found.long_records;
    index_.repaired_records += found.repaired_records;
  }

 private:
  void add_records(const std::vector<Record>& from, std::vector<Record>& to) {
    for (Record record : from) {
      record.line += line_;
      note(to, record);
    }
  }

  std::uint64_t line_;
  Index& index_;
};

}  // namespace

Result<Index> index(const bytes::Text& text, const Shape& shape, const IndexOptions& options) {
  const std::uint64_t size = text.size();
  const std::uint64_t begin = std::min(shape.data_byte, size);
  const std::uint64_t block_bytes = std::max<std::size_t>(1, options.block_bytes);
  const auto count = static_cast<std::size_t>((size - begin + block_bytes - 1) / block_bytes);
  const auto stop_of = [&](std::size_t block) {
    return std::min(size, begin + (block + 1) * block_bytes);
  };

  const unsigned threads = std::max(1U, options.threads);
  std::vector<std::unique_ptr<Scanner>> scanners(threads);
  const auto scanner = [&](unsigned worker) -> Scanner& {
    if (!scanners[worker]) {
      scanners[worker] = std::make_unique<Scanner>(text, shape, options.limits);
    }
    return *scanners[worker];
  };

  // Each block from where it seems to start ...
  std::vector<Stretch> stretches(count);
  std::atomic<std::uint64_t> done{0};
  const auto scan_one = [&](unsigned worker, std::size_t block) -> Result<void> {
    const std::uint64_t nominal = begin + block * block_bytes;
    stretches[block] = CSVM_TRY(scanner(worker).scan_block(block == 0, nominal, stop_of(block)));
    const std::uint64_t bytes = stop_of(block) - nominal;
    const std::uint64_t so_far = done.fetch_add(bytes) + bytes;
    if (options.progress) options.progress(so_far);
    return {};
  };
  CSVM_CHECK(run_parallel(threads, count, options.stop, scan_one));

  // ... and, where that was wrong, again from where the block before it ended.
  Index index;
  Joiner joiner(shape, index);
  std::uint64_t at = begin;
  for (std::size_t block = 0; block < count; ++block) {
    if (at >= stop_of(block)) continue;  // a record of an earlier block covers it
    if (stretches[block].begin != at) {
      if (options.stop.stop_requested()) return Error{Errc::cancelled, "cancelled"};
      stretches[block] = CSVM_TRY(scanner(0).scan(at, stop_of(block)));
    }
    at = stretches[block].end;
    joiner.add(std::move(stretches[block]));
  }
  return index;
}

}  // namespace csvm::csv
