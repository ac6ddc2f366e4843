// The vectorised scan against its scalar twin, over pieces of different sizes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "scan.h"

namespace {

using namespace csvm::csv;

using Count = ScanStop (*)(const ScanRules&, const Piece&, std::uint64_t, ScanState&,
                           std::vector<OddRecord>&);
using Split = ScanStop (*)(const ScanRules&, const Piece&, std::uint64_t, std::uint64_t, ScanState&,
                           Batch&);

struct Counted {
  ScanStop why = ScanStop::none;
  ScanState state;
  std::vector<OddRecord> odd;
};

Counted count(Count function, const ScanRules& rules, std::string_view text, std::uint64_t stop,
              std::size_t piece_bytes) {
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
}

bool same(const Counted& a, const Counted& b) {
  if (a.why != b.why || a.state.record_start != b.state.record_start ||
      a.state.records != b.state.records || a.state.lines_at_start != b.state.lines_at_start ||
      a.odd.size() != b.odd.size()) {
    return false;
  }
  if (a.why == ScanStop::none && a.state.in_quotes != b.state.in_quotes) return false;
  for (std::size_t i = 0; i < a.odd.size(); ++i) {
    if (a.odd[i].begin != b.odd[i].begin || a.odd[i].end != b.odd[i].end ||
        a.odd[i].cells != b.odd[i].cells || a.odd[i].lines_before != b.odd[i].lines_before) {
      return false;
    }
  }
  return true;
}

Batch split(Split function, const ScanRules& rules, std::string_view text, ScanStop& why,
            ScanState& state) {
  Batch batch;
  const std::string copy(text);
  why = function(rules, Piece{copy.data(), copy.size(), 0, true}, 0, 1, state, batch);
  return batch;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  ScanRules rules;
  rules.delimiter = (data[0] & 1) != 0 ? ',' : ';';
  rules.quoting = (data[0] & 2) == 0;
  rules.expected = 1 + (data[0] >> 2 & 3);
  rules.long_bytes = 100000;
  rules.many_cells = 1000;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::uint64_t stop = std::min<std::uint64_t>(data[1], text.size());

  const Counted plain = count(count_records_scalar, rules, text, stop, std::size_t{1} << 30);
  for (const std::size_t piece : {std::size_t{64}, std::size_t{192}, std::size_t{1} << 30}) {
    if (!same(plain, count(count_records_simd, rules, text, stop, piece))) std::abort();
    if (!same(plain, count(count_records_scalar, rules, text, stop, piece))) std::abort();
  }

  ScanStop why_plain{};
  ScanStop why_fast{};
  ScanState state_plain;
  ScanState state_fast;
  const Batch a = split(split_cells_scalar, rules, text, why_plain, state_plain);
  const Batch b = split(split_cells_simd, rules, text, why_fast, state_fast);
  if (why_plain != why_fast || state_plain.record_start != state_fast.record_start ||
      a.cells.size() != b.cells.size() || a.records.size() != b.records.size()) {
    std::abort();
  }
  for (std::size_t i = 0; i < a.cells.size(); ++i) {
    if (a.cells[i].begin != b.cells[i].begin || a.cells[i].bytes != b.cells[i].bytes ||
        a.cells[i].quoted != b.cells[i].quoted || a.cells[i].escaped != b.cells[i].escaped) {
      std::abort();
    }
  }
  for (std::size_t i = 0; i < a.records.size(); ++i) {
    if (a.records[i].first_cell != b.records[i].first_cell ||
        a.records[i].cells != b.records[i].cells || a.records[i].byte != b.records[i].byte ||
        a.records[i].line != b.records[i].line) {
      std::abort();
    }
  }
  return 0;
}
