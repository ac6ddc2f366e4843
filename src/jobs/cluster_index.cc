#include "cluster_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "csvm/output.h"
#include "lead_reader.h"

namespace csvm::jobs {
namespace {

// Columns of a duplicates file before the values (output::CsvSink).
constexpr std::size_t file_column = 0, line_column = 1, survivor_column = 2, reason_column = 4,
                      first_value_column = 5;

struct Entry {
  std::uint64_t survivor_row = 0;   // counted from 1
  std::uint64_t survivor_byte = 0;  // in the result
  std::uint64_t row_byte = 0;       // in the duplicates file
};
static_assert(sizeof(Entry) == 24);

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// A file that we wrote, so that nothing about it is guessed: the first record is the header.
struct OwnFile {
  std::unique_ptr<bytes::Text> text;
  csv::Shape shape;
};

Result<OwnFile> open_own(const std::string& path) {
  OwnFile file;
  file.text = CSVM_TRY(open_own_text(path));
  file.shape = CSVM_TRY(own_shape(*file.text));
  return file;
}

// ... and rows to be picked from it.
struct Picked {
  std::unique_ptr<files::LocalFile> local;
  OwnFile file;
};

Result<csv::Index> index_of(const bytes::Text& text, const csv::Shape& shape,
                            std::stop_token stop) {
  csv::IndexOptions options;
  options.stop = std::move(stop);
  return csv::index(text, shape, options);
}

// The rows of the duplicates file that went into a survivor, by survivor and then as they stand.
Result<std::vector<Entry>> merged_rows(const std::string& duplicates_path, std::stop_token stop) {
  std::vector<Entry> entries;
  const auto [text, shape] = CSVM_TRY(open_own(duplicates_path));
  const csv::Index index = CSVM_TRY(index_of(*text, shape, stop));
  csv::Batch batch;
  for (const csv::Block& block : index.blocks) {
    if (stop.stop_requested()) return Error{Errc::cancelled, "cancelled"};
    CSVM_CHECK(csv::read_block(*text, shape, block, {}, batch));
    for (const csv::Record& record : batch.records) {
      const auto survivor = batch.raw(batch.cells[record.first_cell + survivor_column]);
      if (!survivor.empty()) entries.push_back({number_in(survivor), 0, record.byte});
    }
  }
  std::ranges::sort(entries, {}, [](const Entry& entry) {
    return std::pair(entry.survivor_row, entry.row_byte);
  });
  return entries;
}

// Fills in where the survivors stand; only the blocks that hold one are read.
Result<void> find_survivors(const std::string& records_path, std::vector<Entry>& entries,
                            std::stop_token stop) {
  const auto [text, shape] = CSVM_TRY(open_own(records_path));
  const csv::Index index = CSVM_TRY(index_of(*text, shape, stop));
  csv::Batch batch;
  auto entry = entries.begin();
  for (const csv::Block& block : index.blocks) {
    if (stop.stop_requested()) return Error{Errc::cancelled, "cancelled"};
    const std::uint64_t end = block.first_record + block.records;  // rows count from 1
    if (entry == entries.end() || entry->survivor_row > end) continue;
    CSVM_CHECK(csv::read_block(*text, shape, block, {}, batch));
    for (; entry != entries.end() && entry->survivor_row <= end; ++entry) {
      const std::uint64_t at = entry->survivor_row - 1 - block.first_record;
      entry->survivor_byte = batch.records[static_cast<std::size_t>(at)].byte;
    }
  }
  if (entry != entries.end()) {
    return Error{Errc::internal, fmt::format("row {} of the result, into which a row was merged, "
                                             "is missing; please report this",
                                             entry->survivor_row)};
  }
  return {};
}

std::string_view bytes_of(const std::vector<Entry>& entries) {
  return {reinterpret_cast<const char*>(entries.data()), entries.size() * sizeof(Entry)};
}

Result<std::string> name_of_part(const store::Job& job, std::string_view part) {
  const auto result = std::ranges::find(job.results, part, &store::ResultFile::part);
  if (result == job.results.end()) {
    return Error{Errc::not_found, "this job has no result yet"};
  }
  return result->name;
}

Result<Picked> pick_from(const Environment& environment, const store::Job& job,
                         std::string_view part) {
  Picked picked;
  const std::string name = CSVM_TRY(name_of_part(job, part));
  picked.local = CSVM_TRY(environment.files.fetch({job.session_id, name}));
  picked.file = CSVM_TRY(open_own(picked.local->path()));
  return picked;
}

Result<std::vector<std::string>> row_at(const OwnFile& from, std::uint64_t byte,
                                        csv::Batch& batch) {
  CSVM_CHECK(csv::read_record(*from.text, from.shape, byte, {}, batch));
  const csv::Record& record = batch.records.front();
  std::vector<std::string> cells;
  std::string scratch;
  for (std::uint32_t c = 0; c < record.cells; ++c) {
    cells.emplace_back(
        csv::value(batch, batch.cells[record.first_cell + c], from.shape.dialect, scratch));
  }
  return cells;
}

// The entries of an index file, read where they are needed.
class IndexFile {
 public:
  static Result<IndexFile> open(const Environment& environment, const store::Job& job) {
    IndexFile file;
    const std::string name = CSVM_TRY(name_of_part(job, part_cluster_index));
    file.reader_ = CSVM_TRY(environment.files.open({job.session_id, name}));
    file.entries_ = file.reader_->bytes() / sizeof(Entry);
    return file;
  }

  std::uint64_t size() const { return entries_; }
  Result<Entry> at(std::uint64_t number) const {
    std::array<char, sizeof(Entry)> raw{};
    const std::size_t read = CSVM_TRY(reader_->read_at(number * sizeof(Entry), raw));
    if (read != raw.size()) return Error{Errc::io, "the index of the clusters is cut off"};
    Entry entry;
    std::memcpy(&entry, raw.data(), sizeof(Entry));
    return entry;
  }
  /// The first entry whose survivor stands after `row`.
  Result<std::uint64_t> first_after(std::uint64_t row) const {
    std::uint64_t low = 0;
    std::uint64_t high = entries_;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (CSVM_TRY(at(middle)).survivor_row <= row) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

 private:
  std::unique_ptr<files::Reader> reader_;
  std::uint64_t entries_ = 0;
};

}  // namespace

Result<void> write_cluster_index(const std::string& path, const std::string& records_path,
                                 const std::string& duplicates_path, std::stop_token stop) {
  std::vector<Entry> entries = CSVM_TRY(merged_rows(duplicates_path, stop));
  if (!entries.empty()) CSVM_CHECK(find_survivors(records_path, entries, stop));
  return output::write_file(path, bytes_of(entries));
}

Result<void> write_possible(const std::string& path, const pipeline::Summary& summary,
                            const std::vector<pipeline::Source>& sources) {
  std::string text = "File A,Line A,File B,Line B,Score,Reason\n";
  for (const pipeline::PossibleDuplicate& pair : summary.possible) {
    csv::append_cell(text, sources[pair.with.source].file.name);
    fmt::format_to(std::back_inserter(text), ",{},", pair.with.line);
    csv::append_cell(text, sources[pair.row.source].file.name);
    fmt::format_to(std::back_inserter(text), ",{},{:.1f},", pair.row.line, pair.score);
    csv::append_cell(text, pair.reason);
    text += '\n';
  }
  return output::write_file(path, text);
}

Result<ClusterPage> clusters(const Environment& environment, std::string_view session,
                             std::string_view job_id, std::uint64_t after,
                             std::size_t max_clusters) {
  const store::Job job = CSVM_TRY(environment.store.find_job(session, job_id));
  const IndexFile index = CSVM_TRY(IndexFile::open(environment, job));
  const Picked records = CSVM_TRY(pick_from(environment, job, part_records));
  const Picked duplicates = CSVM_TRY(pick_from(environment, job, part_duplicates));
  ClusterPage page;
  page.columns = records.file.shape.header;
  csv::Batch batch;
  for (std::uint64_t e = CSVM_TRY(index.first_after(after)); e < index.size(); ++e) {
    const Entry entry = CSVM_TRY(index.at(e));
    if (page.clusters.empty() || page.clusters.back().row != entry.survivor_row) {
      if (page.clusters.size() == max_clusters) {
        page.next = page.clusters.back().row;
        break;
      }
      Cluster cluster{entry.survivor_row, {}};
      cluster.members.push_back(
          {"", 0, "", CSVM_TRY(row_at(records.file, entry.survivor_byte, batch))});
      page.clusters.push_back(std::move(cluster));
    }
    std::vector<std::string> cells = CSVM_TRY(row_at(duplicates.file, entry.row_byte, batch));
    ClusterMember member{
        cells[file_column], number_in(cells[line_column]), cells[reason_column], {}};
    cells.erase(cells.begin(), cells.begin() + first_value_column);
    member.values = std::move(cells);
    page.clusters.back().members.push_back(std::move(member));
  }
  return page;
}

Result<PossiblePage> possible_duplicates(const Environment& environment, std::string_view session,
                                         std::string_view job_id, std::uint64_t after,
                                         std::size_t max_pairs) {
  const store::Job job = CSVM_TRY(environment.store.find_job(session, job_id));
  const Picked pairs = CSVM_TRY(pick_from(environment, job, part_possible));
  PossiblePage page;
  // The cursor is the byte at which the next pair stands.
  std::uint64_t byte = std::max(after, pairs.file.shape.data_byte);
  csv::Batch batch;
  while (byte < pairs.file.text->size()) {
    if (page.pairs.size() == max_pairs) {
      page.next = byte;
      break;
    }
    const std::vector<std::string> cells = CSVM_TRY(row_at(pairs.file, byte, batch));
    if (cells.size() != 6) return Error{Errc::invalid_input, "there is no page at this cursor"};
    PossiblePair pair{cells[0], cells[2], number_in(cells[1]), number_in(cells[3]), 0, cells[5]};
    std::from_chars(cells[4].data(), cells[4].data() + cells[4].size(), pair.score);
    page.pairs.push_back(std::move(pair));
    byte += batch.text.size();
  }
  return page;
}

}  // namespace csvm::jobs
