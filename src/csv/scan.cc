#include "scan.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "scan.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace csvm::csv::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t chunk_bytes = 64;

// One bit for each byte of a chunk.
struct Masks {
  std::uint64_t delimiter;
  std::uint64_t quote;
  std::uint64_t cr;
  std::uint64_t lf;
};

template <class D>
HWY_INLINE std::uint64_t BitsOf(D d, hn::Mask<D> mask) {
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(d, mask, bytes);
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes, 8);
  return bits;
}

HWY_INLINE Masks MasksOf(const ScanRules& rules, const char* data) {
  const hn::CappedTag<std::uint8_t, chunk_bytes> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto delimiter = hn::Set(d, static_cast<std::uint8_t>(rules.delimiter));
  const auto quote = hn::Set(d, static_cast<std::uint8_t>(rules.quote));
  const auto cr = hn::Set(d, static_cast<std::uint8_t>('\r'));
  const auto lf = hn::Set(d, static_cast<std::uint8_t>('\n'));
  Masks masks{};
  for (std::size_t at = 0; at < chunk_bytes; at += lanes) {
    const auto bytes = hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(data) + at);
    masks.delimiter |= BitsOf(d, hn::Eq(bytes, delimiter)) << at;
    masks.quote |= BitsOf(d, hn::Eq(bytes, quote)) << at;
    masks.cr |= BitsOf(d, hn::Eq(bytes, cr)) << at;
    masks.lf |= BitsOf(d, hn::Eq(bytes, lf)) << at;
  }
  if (!rules.quoting) masks.quote = 0;
  return masks;
}

// Bit i of the result is the parity of bits 0..i.
HWY_INLINE std::uint64_t PrefixXor(std::uint64_t bits) {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  bits ^= bits << 32;
  return bits;
}

HWY_INLINE std::uint64_t Below(unsigned bit) { return (std::uint64_t{1} << bit) - 1; }
HWY_INLINE std::uint64_t Through(unsigned bit) { return Below(bit) | std::uint64_t{1} << bit; }
HWY_INLINE std::uint64_t Count(std::uint64_t bits) {
  return static_cast<std::uint64_t>(__builtin_popcountll(bits));
}
HWY_INLINE unsigned Lowest(std::uint64_t bits) {
  return static_cast<unsigned>(__builtin_ctzll(bits));
}

// What a chunk means, quotes taken into account.
struct Meaning {
  std::uint64_t delimiters;  // that end cells
  std::uint64_t line_ends;   // all: LF, and CR without LF behind it
  std::uint64_t ends;        // line ends that end records
  std::uint64_t doubled;     // second quotes of doubled ones
  std::uint64_t strange;     // quotes where the plain grammar has none, and bytes behind a quote
};

HWY_INLINE Meaning MeaningOf(const Masks& masks, bool lf_follows, ScanState& state) {
  Meaning meaning{};
  meaning.line_ends =
      masks.lf | (masks.cr & ~(masks.lf >> 1 | static_cast<std::uint64_t>(lf_follows) << 63));
  if ((masks.quote | static_cast<std::uint64_t>(state.in_quotes) |
       static_cast<std::uint64_t>(state.after_close)) == 0) {
    meaning.delimiters = masks.delimiter;
    meaning.ends = meaning.line_ends;
    state.after_structure = (meaning.delimiters | meaning.ends) >> 63;
    return meaning;
  }
  const std::uint64_t inside =
      PrefixXor(masks.quote) ^ (state.in_quotes ? ~std::uint64_t{0} : std::uint64_t{0});
  const std::uint64_t opening = masks.quote & inside;
  const std::uint64_t closing = masks.quote & ~inside;
  meaning.delimiters = masks.delimiter & ~inside;
  meaning.ends = meaning.line_ends & ~inside;
  const std::uint64_t structure = meaning.delimiters | meaning.ends;
  const std::uint64_t behind_close = closing << 1 | static_cast<std::uint64_t>(state.after_close);
  const std::uint64_t behind_structure =
      structure << 1 | static_cast<std::uint64_t>(state.after_structure);
  meaning.doubled = opening & behind_close;
  meaning.strange = (opening & ~(behind_structure | behind_close)) |
                    (behind_close & ~(masks.delimiter | masks.cr | masks.lf | masks.quote));
  state.in_quotes = inside >> 63;
  state.after_structure = structure >> 63;
  state.after_close = closing >> 63;
  return meaning;
}

// The last chunk of a text: an end of line stands behind its last byte.
struct LastChunk {
  char data[chunk_bytes];
  LastChunk(const char* from, std::size_t bytes) {
    std::memset(data, '\n', sizeof data);
    std::memcpy(data, from, bytes);
  }
};

HWY_INLINE bool IsBlank(const char* data, std::uint64_t begin, std::uint64_t end) {
  return begin == end || (end - begin == 1 && *data == '\r');
}

// A record that has not the expected number of cells and looks like damage, or is beyond a limit.
HWY_INLINE bool NeedsALook(const ScanRules& rules, std::uint64_t bytes, std::uint64_t lines,
                           std::uint32_t cells, const char* first) {
  return bytes > rules.long_bytes ||
         (cells != rules.expected && (lines > 0 || cells > rules.many_cells || *first == '\0'));
}

ScanStop CountRecords(const ScanRules& rules, const Piece& piece, std::uint64_t stop,
                      ScanState& state, std::vector<OddRecord>& odd) {
  for (std::size_t at = 0; at < piece.bytes || (piece.last && at == piece.bytes);
       at += chunk_bytes) {
    const bool whole = piece.bytes - at >= chunk_bytes;
    const std::size_t valid = whole ? chunk_bytes : piece.bytes - at;
    Masks masks;
    bool lf_follows = false;
    if (whole) {
      masks = MasksOf(rules, piece.data + at);
      const bool end = piece.last && at + chunk_bytes == piece.bytes;
      lf_follows = !end && piece.data[at + chunk_bytes] == '\n';
    } else {
      masks = MasksOf(rules, LastChunk(piece.data + at, valid).data);
      masks.lf &= Through(static_cast<unsigned>(valid));
      // The added line end must not make CRLF of a CR.
      if (valid > 0 && piece.data[at + valid - 1] == '\r')
        masks.lf &= Below(static_cast<unsigned>(valid));
    }
    const Meaning meaning = MeaningOf(masks, lf_follows, state);
    const std::uint64_t real_line_ends =
        whole ? meaning.line_ends : meaning.line_ends & Below(static_cast<unsigned>(valid));
    std::uint64_t ends = meaning.ends;
    if (meaning.strange != 0) ends &= Below(Lowest(meaning.strange));
    const std::uint64_t chunk_begin = piece.begin + at;
    while (ends != 0) {
      const unsigned bit = Lowest(ends);
      ends &= ends - 1;
      const std::uint64_t end = chunk_begin + bit;
      const std::uint64_t lines = state.lines + Count(real_line_ends & Through(bit));
      const std::uint64_t delimiters = state.delimiters + Count(meaning.delimiters & Below(bit));
      // The record may have begun in an earlier piece.
      const char* first = state.record_start >= piece.begin
                              ? piece.data + (state.record_start - piece.begin)
                              : &state.first;
      if (!IsBlank(first, state.record_start, end)) {
        const auto cells = static_cast<std::uint32_t>(delimiters - state.delimiters_at_start + 1);
        const std::uint64_t behind = std::min(end + 1, piece.begin + piece.bytes);
        if (cells != rules.expected || end - state.record_start > rules.long_bytes) {
          const std::uint64_t inner = state.lines + Count(real_line_ends & Below(bit));
          if (NeedsALook(rules, end - state.record_start, inner - state.lines_at_start, cells,
                         first)) {
            return ScanStop::strange;
          }
          odd.push_back({state.record_start, behind, cells, state.lines_at_start});
        }
        ++state.records;
      }
      state.record_start = std::min(end + 1, piece.begin + piece.bytes);
      state.lines_at_start = lines;
      state.delimiters_at_start = delimiters;
      if (end + 1 >= stop) {
        state.lines = lines;
        return ScanStop::reached;
      }
    }
    if (meaning.strange != 0) return ScanStop::strange;
    state.lines += Count(real_line_ends);
    state.delimiters += Count(meaning.delimiters);
  }
  if (state.record_start >= piece.begin && state.record_start < piece.begin + piece.bytes) {
    state.first = piece.data[state.record_start - piece.begin];
  }
  return ScanStop::none;
}

ScanStop SplitCells(const ScanRules& rules, const Piece& piece, std::uint64_t origin,
                    std::uint64_t first_line, ScanState& state, Batch& batch) {
  std::size_t cell_count = batch.cells.size();
  std::size_t record_cells_begin = cell_count;
  const char* const data = piece.data;
  // Places in the piece, and what to add for places in the batch.
  const auto shift = static_cast<std::uint32_t>(piece.begin - origin);
  std::size_t cell_begin = static_cast<std::size_t>(state.record_start - piece.begin);
  std::uint32_t escaped = 0;
  const auto finish = [&](ScanStop why) {
    batch.cells.resize(record_cells_begin);
    return why;
  };

  for (std::size_t at = cell_begin; at < piece.bytes || at == piece.bytes; at += chunk_bytes) {
    if (batch.cells.size() < cell_count + chunk_bytes) {
      // A short piece must not pay for the cells of a long one: new ones are written with zeros.
      const std::size_t more = std::clamp<std::size_t>((piece.bytes - at) / 8, 0, 4096);
      batch.cells.resize(cell_count + std::max(more, cell_count / 16) + 2 * chunk_bytes);
    }
    Cell* const cells = batch.cells.data();
    const bool whole = piece.bytes - at >= chunk_bytes;
    const std::size_t valid = whole ? chunk_bytes : piece.bytes - at;
    Masks masks;
    bool lf_follows = false;
    if (whole) {
      masks = MasksOf(rules, data + at);
      lf_follows = at + chunk_bytes < piece.bytes && data[at + chunk_bytes] == '\n';
    } else {
      masks = MasksOf(rules, LastChunk(data + at, valid).data);
      masks.lf &= Through(static_cast<unsigned>(valid));
      if (valid > 0 && data[at + valid - 1] == '\r')
        masks.lf &= Below(static_cast<unsigned>(valid));
    }
    const Meaning meaning = MeaningOf(masks, lf_follows, state);
    const std::uint64_t real_line_ends =
        whole ? meaning.line_ends : meaning.line_ends & Below(static_cast<unsigned>(valid));
    std::uint64_t events = meaning.delimiters | meaning.ends | meaning.doubled;
    if (meaning.strange != 0) events &= Below(Lowest(meaning.strange));
    while (events != 0) {
      const unsigned bit = Lowest(events);
      const std::uint64_t event = events & -events;
      events &= events - 1;
      const std::size_t end = at + bit;
      if (meaning.doubled & event) {
        escaped = 1;
        continue;
      }
      const bool ends_record = (meaning.ends & event) != 0;
      std::size_t cell_end = end;
      if (ends_record) {
        if (end > cell_begin && data[end - 1] == '\r' && end < piece.bytes && data[end] == '\n') {
          --cell_end;
        }
        if (cell_end == cell_begin && cell_count == record_cells_begin) {  // a blank line
          cell_begin = std::min(end + 1, piece.bytes);
          state.record_start = piece.begin + cell_begin;
          state.lines_at_start = state.lines + Count(real_line_ends & Through(bit));
          continue;
        }
      }
      const bool quoted = rules.quoting && cell_end > cell_begin && data[cell_begin] == rules.quote;
      cells[cell_count++] = make_cell(cell_begin + shift, cell_end + shift, quoted, escaped != 0);
      escaped = 0;
      cell_begin = end + 1;
      if (!ends_record) continue;
      const auto count = static_cast<std::uint32_t>(cell_count - record_cells_begin);
      if (count != rules.expected || piece.begin + end - state.record_start > rules.long_bytes) {
        const std::uint64_t inner = state.lines + Count(real_line_ends & Below(bit));
        if (NeedsALook(rules, piece.begin + end - state.record_start, inner - state.lines_at_start,
                       count, data + (state.record_start - piece.begin))) {
          return finish(ScanStop::strange);
        }
      }
      batch.records.push_back({static_cast<std::uint32_t>(record_cells_begin), count,
                               state.record_start, first_line + state.lines_at_start});
      record_cells_begin = cell_count;
      cell_begin = std::min(cell_begin, piece.bytes);
      state.record_start = piece.begin + cell_begin;
      state.lines_at_start = state.lines + Count(real_line_ends & Through(bit));
    }
    if (meaning.strange != 0) return finish(ScanStop::strange);
    state.lines += Count(real_line_ends);
  }
  return finish(state.in_quotes ? ScanStop::strange : ScanStop::none);
}

}  // namespace csvm::csv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace csvm::csv {

HWY_EXPORT(CountRecords);
HWY_EXPORT(SplitCells);

ScanStop count_records_simd(const ScanRules& rules, const Piece& piece, std::uint64_t stop,
                            ScanState& state, std::vector<OddRecord>& odd) {
  return HWY_DYNAMIC_DISPATCH(CountRecords)(rules, piece, stop, state, odd);
}

ScanStop split_cells_simd(const ScanRules& rules, const Piece& piece, std::uint64_t origin,
                          std::uint64_t first_line, ScanState& state, Batch& batch) {
  return HWY_DYNAMIC_DISPATCH(SplitCells)(rules, piece, origin, first_line, state, batch);
}

}  // namespace csvm::csv
#endif
