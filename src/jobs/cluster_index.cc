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
  std::uint64_t first_line = 0;     // where the cluster's first row stood ...
  std::uint64_t first_source = 0;   // ... and in which of the named sources
};
static_assert(sizeof(Entry) == 40);

struct PairEntry {
  std::uint64_t pair_byte = 0;  // in the file of possible duplicates
  std::uint64_t row_a = 0, row_b = 0;
  std::uint64_t byte_a = 0, byte_b = 0;  // in the result
};
static_assert(sizeof(PairEntry) == 40);

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
      if (!survivor.empty()) entries.push_back({number_in(survivor), 0, record.byte, 0, 0});
    }
  }
  std::ranges::sort(entries, {}, [](const Entry& entry) {
    return std::pair(entry.survivor_row, entry.row_byte);
  });
  return entries;
}

// Where records of the result stand; `rows` count from 1 and rise. Only blocks that hold one are
// read.
Result<std::vector<std::uint64_t>> bytes_of(const std::string& records_path,
                                            const std::vector<std::uint64_t>& rows,
                                            std::stop_token stop) {
  std::vector<std::uint64_t> bytes;
  if (rows.empty()) return bytes;
  const auto [text, shape] = CSVM_TRY(open_own(records_path));
  const csv::Index index = CSVM_TRY(index_of(*text, shape, stop));
  csv::Batch batch;
  auto row = rows.begin();
  for (const csv::Block& block : index.blocks) {
    if (stop.stop_requested()) return Error{Errc::cancelled, "cancelled"};
    const std::uint64_t end = block.first_record + block.records;
    if (row == rows.end() || *row > end) continue;
    CSVM_CHECK(csv::read_block(*text, shape, block, {}, batch));
    for (; row != rows.end() && *row <= end; ++row) {
      bytes.push_back(batch.records[static_cast<std::size_t>(*row - 1 - block.first_record)].byte);
    }
  }
  if (row != rows.end()) {
    return Error{Errc::internal, fmt::format("row {} of the result, into which a row was merged, "
                                             "is missing; please report this",
                                             *row)};
  }
  return bytes;
}

template <class Numbers>
std::string_view raw(const std::vector<Numbers>& entries) {
  return {reinterpret_cast<const char*>(entries.data()), entries.size() * sizeof(Numbers)};
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

// The entries of an index file, read where they are needed. What stands behind the entries is told
// by the last eight bytes: how many entries there are.
template <class Numbers>
class IndexFile {
 public:
  static Result<IndexFile> open(const Environment& environment, const store::Job& job,
                                std::string_view part) {
    IndexFile file;
    const std::string name = CSVM_TRY(name_of_part(job, part));
    file.reader_ = CSVM_TRY(environment.files.open({job.session_id, name}));
    const std::uint64_t size = file.reader_->bytes();
    file.entries_ = CSVM_TRY(file.template read<std::uint64_t>(size - sizeof(std::uint64_t)));
    const std::uint64_t names = file.entries_ * sizeof(Numbers);
    std::string text(static_cast<std::size_t>(size - sizeof(std::uint64_t) - names), '\0');
    CSVM_TRY(file.reader_->read_at(names, text));
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = text.find('\0', from);
      file.names_.push_back(text.substr(from, end - from));
      from = end + 1;
    }
    return file;
  }

  std::uint64_t size() const { return entries_; }
  const std::string& name(std::uint64_t number) const {
    return names_.at(static_cast<std::size_t>(number));
  }
  Result<Numbers> at(std::uint64_t number) const { return read<Numbers>(number * sizeof(Numbers)); }
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
  template <class Value>
  Result<Value> read(std::uint64_t from) const {
    std::array<char, sizeof(Value)> raw{};
    const std::size_t read = CSVM_TRY(reader_->read_at(from, raw));
    if (read != raw.size()) return Error{Errc::io, "the index of the result is cut off"};
    Value value;
    std::memcpy(&value, raw.data(), sizeof(Value));
    return value;
  }

  std::unique_ptr<files::Reader> reader_;
  std::uint64_t entries_ = 0;
  std::vector<std::string> names_;
};

template <class Numbers>
Result<void> write_index(const std::string& path, const std::vector<Numbers>& entries,
                         std::string_view names) {
  const std::vector<std::uint64_t> count{entries.size()};
  return output::write_file(path, fmt::format("{}{}{}", raw(entries), names, raw(count)));
}

}  // namespace

Result<void> write_cluster_index(const std::string& path, const std::string& records_path,
                                 const std::string& duplicates_path,
                                 const pipeline::Summary& summary,
                                 const std::vector<pipeline::Source>& sources,
                                 std::stop_token stop) {
  std::vector<Entry> entries = CSVM_TRY(merged_rows(duplicates_path, stop));
  std::vector<std::uint64_t> survivors;
  for (const Entry& entry : entries) survivors.push_back(entry.survivor_row);
  survivors.erase(std::ranges::unique(survivors).begin(), survivors.end());
  const auto bytes = CSVM_TRY(bytes_of(records_path, survivors, stop));
  if (survivors.size() != summary.first_rows.size()) {
    return Error{Errc::internal, "the clusters of the result do not add up; please report this"};
  }
  std::size_t cluster = 0;
  for (Entry& entry : entries) {
    if (survivors[cluster] != entry.survivor_row) ++cluster;
    entry.survivor_byte = bytes[cluster];
    entry.first_line = summary.first_rows[cluster].line;
    entry.first_source = summary.first_rows[cluster].source;
  }
  std::string names;
  for (const pipeline::Source& source : sources) names += source.file.name + '\0';
  return write_index(path, entries, names);
}

Result<void> write_pair_index(const std::string& path, const std::string& records_path,
                              const std::string& possible_path, const pipeline::Summary& summary,
                              std::stop_token stop) {
  std::vector<std::uint64_t> rows;
  for (const pipeline::PossibleDuplicate& pair : summary.possible) {
    for (const std::uint64_t row : {pair.with_record, pair.record}) {
      if (row != 0) rows.push_back(row);
    }
  }
  std::ranges::sort(rows);
  rows.erase(std::ranges::unique(rows).begin(), rows.end());
  const auto bytes = CSVM_TRY(bytes_of(records_path, rows, stop));
  const auto byte_of = [&](std::uint64_t row) {
    if (row == 0) return std::uint64_t{0};
    return bytes[static_cast<std::size_t>(std::ranges::lower_bound(rows, row) - rows.begin())];
  };
  std::vector<std::uint64_t> pairs(summary.possible.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = i + 1;
  const auto pair_bytes = CSVM_TRY(bytes_of(possible_path, pairs, stop));
  std::vector<PairEntry> entries;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const pipeline::PossibleDuplicate& pair = summary.possible[i];
    entries.push_back({pair_bytes[i], pair.with_record, pair.record, byte_of(pair.with_record),
                       byte_of(pair.record)});
  }
  return write_index(path, entries, "");
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
  const auto index = CSVM_TRY(IndexFile<Entry>::open(environment, job, part_cluster_index));
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
      Cluster cluster{entry.survivor_row, index.name(entry.first_source), entry.first_line, {}};
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
  const auto index = CSVM_TRY(IndexFile<PairEntry>::open(environment, job, part_pair_index));
  const Picked records = CSVM_TRY(pick_from(environment, job, part_records));
  const Picked pairs = CSVM_TRY(pick_from(environment, job, part_possible));
  PossiblePage page;
  page.columns = records.file.shape.header;
  csv::Batch batch;
  // The cursor is the number of pairs that were seen.
  for (std::uint64_t number = after; number < index.size(); ++number) {
    if (page.pairs.size() == max_pairs) {
      page.next = number;
      break;
    }
    const PairEntry entry = CSVM_TRY(index.at(number));
    const std::vector<std::string> cells = CSVM_TRY(row_at(pairs.file, entry.pair_byte, batch));
    if (cells.size() != 6) return Error{Errc::io, "the possible duplicates are damaged"};
    PossiblePair pair{cells[0], cells[2], number_in(cells[1]), number_in(cells[3]),
                      0,        cells[5], entry.row_a,         entry.row_b,
                      {},       {}};
    std::from_chars(cells[4].data(), cells[4].data() + cells[4].size(), pair.score);
    if (entry.row_a != 0) pair.values_a = CSVM_TRY(row_at(records.file, entry.byte_a, batch));
    if (entry.row_b != 0) pair.values_b = CSVM_TRY(row_at(records.file, entry.byte_b, batch));
    page.pairs.push_back(std::move(pair));
  }
  return page;
}

}  // namespace csvm::jobs
