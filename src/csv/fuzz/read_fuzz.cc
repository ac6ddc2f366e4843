// Any bytes: sniffing and reading end, and whatever the blocks and threads, the rows are the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "csvm/csv.h"

namespace {

using namespace csvm;

struct Contents {
  std::string rows;
  csv::Index index;
};

Contents contents(const bytes::Text& text, const csv::Shape& shape, std::size_t block_bytes,
                  unsigned threads) {
  csv::IndexOptions options;
  options.block_bytes = block_bytes;
  options.threads = threads;
  Contents result;
  auto index = csv::index(text, shape, options);
  if (!index) std::abort();
  result.index = std::move(*index);
  csv::Batch batch;
  std::string scratch;
  std::size_t rejects = 0;
  std::uint64_t at = shape.data_byte;
  std::uint64_t records = 0;
  for (const csv::Block& block : result.index.blocks) {
    if (block.byte != at || block.first_record != records) std::abort();
    if (!csv::read_block(text, shape, block, options.limits, batch)) std::abort();
    if (batch.records.size() != block.records) std::abort();
    for (const csv::Record& record : batch.records) {
      result.rows += std::to_string(record.line) + '@' + std::to_string(record.byte);
      for (std::uint32_t i = 0; i < record.cells; ++i) {
        result.rows += '\x1f';
        result.rows +=
            csv::value(batch, batch.cells[record.first_cell + i], shape.dialect, scratch);
      }
      result.rows += '\x1e';
    }
    for (const csv::Reject& reject : batch.rejects) {
      const csv::Reject& same = result.index.rejects[rejects++];
      if (same.byte != reject.byte || same.line != reject.line || same.bytes != reject.bytes ||
          same.reason != reject.reason) {
        std::abort();
      }
    }
    records += block.records;
    at += block.bytes;
  }
  if (rejects != result.index.rejects.size() || records != result.index.records) std::abort();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text =
      bytes::text_from_string("fuzz", std::string(reinterpret_cast<const char*>(data), size));
  const auto shape = csv::sniff(*text);
  if (!shape) return 0;
  const Contents whole = contents(*text, *shape, std::size_t{1} << 30, 1);
  for (const std::size_t block_bytes : {std::size_t{1}, std::size_t{7}, std::size_t{100}}) {
    const Contents cut = contents(*text, *shape, block_bytes, 1);
    if (cut.rows != whole.rows || cut.index.short_records != whole.index.short_records ||
        cut.index.long_records != whole.index.long_records ||
        cut.index.repaired_records != whole.index.repaired_records ||
        cut.index.max_cells != whole.index.max_cells) {
      std::abort();
    }
  }
  return 0;
}
