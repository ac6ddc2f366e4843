// What the writer writes, the reader reads back as it was.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace csvm;
  // Bytes 0x1e and 0x1f end records and cells of the input.
  std::vector<std::vector<std::string>> table(1, std::vector<std::string>(1));
  for (std::size_t i = 0; i < size; ++i) {
    const char c = static_cast<char>(data[i]);
    if (c == 0x1e) {
      table.emplace_back(1);
    } else if (c == 0x1f) {
      table.back().emplace_back();
    } else if (static_cast<unsigned char>(c) < 0x80 && c != '\0') {
      table.back().back().push_back(c);
    }
  }
  std::string text;
  for (const auto& record : table) {
    csv::append_record(text, std::vector<std::string_view>(record.begin(), record.end()));
  }
  const auto source = bytes::text_from_string("round trip", text);
  csv::Shape shape;
  shape.columns = static_cast<std::uint32_t>(table.front().size());
  csv::IndexOptions options;
  options.block_bytes = 1 + size % 64;
  const auto index = csv::index(*source, shape, options);
  if (!index || index->records != table.size() || !index->rejects.empty()) std::abort();
  std::size_t row = 0;
  csv::Batch batch;
  std::string scratch;
  for (const csv::Block& block : index->blocks) {
    if (!csv::read_block(*source, shape, block, options.limits, batch)) std::abort();
    for (const csv::Record& record : batch.records) {
      const auto& wanted = table[row++];
      if (record.cells != wanted.size()) std::abort();
      for (std::uint32_t i = 0; i < record.cells; ++i) {
        const auto& cell = batch.cells[record.first_cell + i];
        if (csv::value(batch, cell, shape.dialect, scratch) != wanted[i]) std::abort();
      }
    }
  }
  if (row != table.size()) std::abort();
  return 0;
}
