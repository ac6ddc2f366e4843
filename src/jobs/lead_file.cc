// A merged CSV, and its records as the payloads of a delivery.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "csvm/output.h"
#include "lead_reader.h"

namespace csvm::jobs {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

// Names of columns as a payload needs them: none empty, none twice.
std::vector<std::string> unique_headers(const std::vector<std::string>& raw, std::size_t columns) {
  std::vector<std::string> headers;
  std::set<std::string> used;
  for (std::size_t i = 0; i < std::max(columns, raw.size()); ++i) {
    std::string name = i < raw.size() ? raw[i] : "";
    if (name.empty()) name = fmt::format("column_{}", i + 1);
    std::string unique = name;
    for (int count = 2; !used.insert(unique).second; ++count) {
      unique = fmt::format("{} ({})", name, count);
    }
    headers.push_back(std::move(unique));
  }
  return headers;
}

class LeadRecords final : public deliver::RecordSource {
 public:
  LeadRecords(const LeadFile& file, const columns::FieldSet& fields, store::Resumption resumption,
              LeadOptions options)
      : reader_(file),
        end_(options.limit == 0 ? file.records() : std::min(options.limit, file.records())),
        excel_safe_(options.excel_safe),
        payload_(fields, file.headers()),
        resumption_(std::move(resumption)) {}

  Result<std::optional<deliver::Record>> next() override {
    pass_finished();
    if (reader_.number() >= end_) return std::optional<deliver::Record>();
    deliver::Record record;
    record.number = reader_.number();
    const auto cells = CSVM_TRY(reader_.next());
    const auto& pending = resumption_.pending;
    while (pending_ < pending.size() && pending[pending_].record < record.number) ++pending_;
    if (pending_ < pending.size() && pending[pending_].record == record.number) {
      record.attempts = pending[pending_].attempts;
    }
    payload_.spell(excel_safe_ ? as_meant(cells) : cells, record.body);
    return std::optional(std::move(record));
  }

 private:
  void pass_finished() {
    const auto& finished = resumption_.finished;
    while (finished_ < finished.size()) {
      const store::RecordRange& range = finished[finished_];
      if (range.first > reader_.number()) return;
      if (range.end > reader_.number()) reader_.skip_to(range.end);
      ++finished_;
    }
  }

  // An apostrophe before a formula was put there for spreadsheets (output::CsvSink).
  std::span<const std::string_view> as_meant(std::span<const std::string_view> cells) {
    meant_.assign(cells.begin(), cells.end());
    for (std::string_view& cell : meant_) {
      if (cell.starts_with('\'') && output::is_formula(cell.substr(1))) cell.remove_prefix(1);
    }
    return meant_;
  }

  LeadReader reader_;
  std::uint64_t end_;
  bool excel_safe_;
  output::Payload payload_;
  store::Resumption resumption_;
  std::vector<std::string_view> meant_;
  std::size_t finished_ = 0, pending_ = 0;  // how far into the resumption
};

}  // namespace

Result<std::unique_ptr<LeadFile>> LeadFile::open(const std::string& path) {
  auto text = CSVM_TRY(bytes::open_text(path));
  auto shape = CSVM_TRY(csv::sniff(*text));
  if (!shape.header_record) {
    return Error{Errc::invalid_input,
                 fmt::format("'{}' has no header row, so its columns cannot be named", path)};
  }
  return IndexedLeads::index(std::move(text), std::move(shape));
}

Result<std::unique_ptr<LeadFile>> LeadFile::open_result(const std::string& path) {
  auto text = CSVM_TRY(open_own_text(path));
  auto shape = CSVM_TRY(own_shape(*text));
  return IndexedLeads::index(std::move(text), std::move(shape));
}

Result<std::unique_ptr<bytes::Text>> open_own_text(const std::string& path) {
  bytes::OpenOptions open;
  open.encoding = "utf-8";
  return bytes::open_text(path, open);
}

Result<csv::Shape> own_shape(const bytes::Text& text) {
  csv::Shape shape;
  csv::Batch batch;
  CSVM_CHECK(csv::read_record(text, shape, 0, {}, batch));
  std::string scratch;
  for (const csv::Cell& cell : batch.cells) {
    shape.header.emplace_back(csv::value(batch, cell, shape.dialect, scratch));
  }
  shape.header_record = 0;
  shape.columns = static_cast<std::uint32_t>(shape.header.size());
  shape.data_byte = batch.text.size();
  shape.data_line = 2;
  return shape;
}

Result<std::unique_ptr<LeadFile>> IndexedLeads::index(std::unique_ptr<bytes::Text> text,
                                                      csv::Shape shape) {
  auto file = std::make_unique<IndexedLeads>();
  file->text_ = std::move(text);
  file->shape_ = std::move(shape);
  csv::IndexOptions options;
  options.threads = std::max(1U, std::thread::hardware_concurrency());
  file->index_ = CSVM_TRY(csv::index(*file->text_, file->shape_, options));
  file->headers_ = unique_headers(file->shape_.header, file->index_.max_cells);
  return std::unique_ptr<LeadFile>(std::move(file));
}

Result<std::string> IndexedLeads::digest() const {
  // FNV-1a. Not against forgers: it tells a user that the file was changed since the last run.
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  std::vector<char> chunk(chunk_bytes);
  for (std::uint64_t offset = 0;;) {
    const std::size_t got = CSVM_TRY(text_->read_at(offset, chunk));
    for (std::size_t i = 0; i < got; ++i) {
      hash = (hash ^ static_cast<unsigned char>(chunk[i])) * 1'099'511'628'211U;
    }
    offset += got;
    if (got < chunk.size()) break;
  }
  return fmt::format("{:016x}-{}", hash, index_.records);
}

Result<std::span<const std::string_view>> LeadReader::next() {
  cells_.clear();
  if (at_end()) return std::span<const std::string_view>(cells_);
  while (in_batch_ >= batch_.records.size()) {
    in_batch_ -= batch_.records.size();
    CSVM_CHECK(
        csv::read_block(*file_.text_, file_.shape_, file_.index_.blocks.at(block_), {}, batch_));
    ++block_;
  }
  const csv::Record& record = batch_.records[in_batch_++];
  ++record_;
  if (scratch_.size() < record.cells) scratch_.resize(record.cells);
  for (std::uint32_t i = 0; i < record.cells; ++i) {
    cells_.push_back(
        csv::value(batch_, batch_.cells[record.first_cell + i], file_.shape_.dialect, scratch_[i]));
  }
  return std::span<const std::string_view>(cells_);
}

void LeadReader::skip_to(std::uint64_t record) {
  record = std::min(record, file_.records());
  if (record <= record_) return;
  const std::uint64_t first_in_batch = record_ - in_batch_;
  record_ = record;
  if (record <= first_in_batch + batch_.records.size()) {
    in_batch_ = static_cast<std::size_t>(record - first_in_batch);
    return;
  }
  const auto& blocks = file_.index_.blocks;
  const auto after = std::ranges::upper_bound(blocks, record, {}, &csv::Block::first_record);
  block_ = static_cast<std::size_t>(after - blocks.begin()) - 1;
  in_batch_ = static_cast<std::size_t>(record - blocks[block_].first_record);
  batch_.records.clear();
}

std::unique_ptr<deliver::RecordSource> lead_records(const LeadFile& file,
                                                    const columns::FieldSet& fields,
                                                    store::Resumption resumption,
                                                    LeadOptions options) {
  return std::make_unique<LeadRecords>(file, fields, std::move(resumption), options);
}

}  // namespace csvm::jobs
