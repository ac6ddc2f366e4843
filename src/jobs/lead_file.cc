#include "lead_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

namespace csvm::app {
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

}  // namespace

Result<std::unique_ptr<LeadFile>> LeadFile::open(const std::string& path) {
  std::unique_ptr<LeadFile> file(new LeadFile());
  file->text_ = CSVM_TRY(bytes::open_text(path));
  file->shape_ = CSVM_TRY(csv::sniff(*file->text_));
  if (!file->shape_.header_record) {
    return Error{Errc::invalid_input,
                 fmt::format("'{}' has no header row, so its columns cannot be named", path)};
  }
  csv::IndexOptions options;
  options.threads = std::max(1U, std::thread::hardware_concurrency());
  file->index_ = CSVM_TRY(csv::index(*file->text_, file->shape_, options));
  file->headers_ = unique_headers(file->shape_.header, file->index_.max_cells);
  return file;
}

Result<std::string> LeadFile::digest() const {
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

Result<std::span<const std::string_view>> LeadFile::Reader::next() {
  cells_.clear();
  if (at_end()) return std::span<const std::string_view>(cells_);
  while (in_batch_ == batch_.records.size()) {
    CSVM_CHECK(
        csv::read_block(*file_.text_, file_.shape_, file_.index_.blocks.at(block_), {}, batch_));
    ++block_;
    in_batch_ = 0;
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

LeadRecords::LeadRecords(const LeadFile& file, const columns::FieldSet& fields,
                         store::Resumption resumption)
    : file_(file),
      reader_(file),
      payload_(fields, file.headers()),
      resumption_(std::move(resumption)) {}

Result<std::optional<deliver::Record>> LeadRecords::next() {
  while (!reader_.at_end()) {
    const std::uint64_t number = reader_.number();
    const auto cells = CSVM_TRY(reader_.next());
    const auto& finished = resumption_.finished;
    while (finished_ < finished.size() && finished[finished_].end <= number) ++finished_;
    if (finished_ < finished.size() && finished[finished_].first <= number) continue;
    deliver::Record record;
    record.number = number;
    const auto& pending = resumption_.pending;
    while (pending_ < pending.size() && pending[pending_].record < number) ++pending_;
    if (pending_ < pending.size() && pending[pending_].record == number) {
      record.attempts = pending[pending_].attempts;
    }
    payload_.spell(cells, record.body);
    return std::optional(std::move(record));
  }
  return std::optional<deliver::Record>();
}

}  // namespace csvm::app
