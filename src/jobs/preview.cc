// The first rows of a result, from the heads of the files.
#include <algorithm>

#include "csvm/csv.h"
#include "csvm/jobs.h"

namespace csvm::jobs {
namespace {

// Enough for some duplicates to meet, few enough for an answer at once.
constexpr std::uint64_t rows_of_all_files = 20'000;
constexpr std::size_t max_cell_bytes = 300;

std::string shown(std::string_view cell) {
  std::size_t most = std::min(cell.size(), max_cell_bytes);
  while (most > 0 && most < cell.size() && (static_cast<unsigned char>(cell[most]) & 0xC0) == 0x80)
    --most;
  return std::string(cell.substr(0, most));
}

/// Leaves the first blocks of `source`, up to about `rows` records, and at least one block.
void keep_head(pipeline::Source& source, std::uint64_t rows) {
  csv::Index& index = source.index;
  std::size_t blocks = 0;
  std::uint64_t records = 0;
  while (blocks < index.blocks.size() && (blocks == 0 || records < rows)) {
    records += index.blocks[blocks++].records;
  }
  index.blocks.resize(blocks);
  index.records = records;
  const std::uint64_t end = blocks == 0 ? 0 : index.blocks.back().byte + index.blocks.back().bytes;
  std::erase_if(index.rejects, [end](const csv::Reject& reject) { return reject.byte >= end; });
}

/// Keeps the first records; from `spell` to `write` a cell is two bytes of length and its text.
class FirstRows final : public pipeline::RowSink {
 public:
  FirstRows(Preview& preview, std::size_t most) : preview_(preview), most_(most) {}

  Result<void> begin(const pipeline::Table& table, const std::vector<pipeline::Source>&) override {
    preview_.columns = table.columns;
    return {};
  }
  void spell(std::span<const std::string_view> values, pipeline::Spelled& out) const override {
    for (const std::string_view value : values) {
      const std::string cell = shown(value);
      const auto size = static_cast<char16_t>(cell.size());
      out.records += static_cast<char>(size & 0xFF);
      out.records += static_cast<char>(size >> 8);
      out.records += cell;
    }
  }
  void spell_left_out(const pipeline::LeftOut&, pipeline::Spelled&) const override {}
  Result<void> write(const pipeline::Spelled& spelled) override {
    std::string_view rest = spelled.records;
    while (!rest.empty() && preview_.rows.size() < most_) {
      std::vector<std::string>& row = preview_.rows.emplace_back();
      for (std::size_t c = 0; c < preview_.columns.size(); ++c) {
        const std::size_t size = static_cast<unsigned char>(rest[0]) |
                                 static_cast<std::size_t>(static_cast<unsigned char>(rest[1])) << 8;
        row.emplace_back(rest.substr(2, size));
        rest.remove_prefix(2 + size);
      }
    }
    return {};
  }

 private:
  Preview& preview_;
  std::size_t most_;
};

}  // namespace

Result<Preview> preview(OpenUpload& upload, std::size_t max_rows) {
  Preview preview;
  if (upload.sources.empty()) return preview;
  std::uint64_t rows = 0;
  for (pipeline::Source& source : upload.sources) {
    keep_head(source, rows_of_all_files / upload.sources.size());
    source.first_row = rows;
    rows += source.index.records;
  }
  upload.settings.decisions.clear();  // most are about rows beyond the heads
  FirstRows sink(preview, max_rows);
  const pipeline::Summary summary =
      CSVM_TRY(pipeline::run(upload.sources, {}, upload.settings, sink));
  preview.read = summary.total.read;
  preview.merged = summary.total.merged;
  return preview;
}

}  // namespace csvm::jobs
