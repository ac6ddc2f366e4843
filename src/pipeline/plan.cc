// Opens the sources: bytes, shape, index, mapping.
#include <fmt/format.h>

#include <algorithm>

#include "csvm/pipeline.h"

namespace csvm::pipeline {
namespace {

constexpr std::size_t samples_per_column = 60;

/// Takes non-empty cells of a record into `samples`, up to `enough` a column. False when all are
/// full.
bool take_samples(const Source& source, const csv::Batch& batch, const csv::Record& record,
                  std::size_t enough, std::vector<std::vector<std::string>>& samples,
                  std::string& scratch) {
  bool takes_more = false;
  for (std::size_t c = 0; c < std::min<std::size_t>(record.cells, samples.size()); ++c) {
    if (samples[c].size() >= enough) continue;
    takes_more = true;
    const auto value =
        csv::value(batch, batch.cells[record.first_cell + c], source.shape.dialect, scratch);
    if (value.find_first_not_of(" \t\r\n") == std::string_view::npos) continue;
    samples[c].emplace_back(value.substr(0, 400));
  }
  return takes_more;
}

// Some non-empty cells of every column, from places all over the file: the first rows of an export
// are often its oldest, and not like the rest. Places are bytes, so that the samples, and what is
// concluded from them, do not depend on how the file was cut into blocks.
Result<std::vector<std::vector<std::string>>> sample(const Source& source,
                                                     const Settings& settings) {
  constexpr std::uint64_t bytes_a_place = std::uint64_t{128} << 10;
  constexpr std::uint64_t most_places = 4;
  std::vector<std::vector<std::string>> samples(source.headers.size());
  csv::Batch batch;
  std::string scratch;
  const auto& blocks = source.index.blocks;
  if (blocks.empty()) return samples;
  const std::uint64_t begin = blocks.front().byte;
  const std::uint64_t bytes = blocks.back().byte + blocks.back().bytes - begin;
  const std::uint64_t places = std::clamp<std::uint64_t>(bytes / bytes_a_place, 1, most_places);
  for (std::uint64_t n = 0; n < places; ++n) {
    const std::size_t enough = samples_per_column * (n + 1) / places;
    const std::uint64_t from = begin + bytes * n / places;
    const std::uint64_t to = from + bytes_a_place;
    auto block = std::ranges::upper_bound(blocks, from, {}, &csv::Block::byte) - 1;
    for (bool more = true; more && block != blocks.end() && block->byte < to; ++block) {
      CSVM_CHECK(csv::read_block(*source.text, source.shape, *block, settings.csv_limits, batch));
      for (const csv::Record& record : batch.records) {
        if (record.byte < from) continue;
        more = record.byte < to && take_samples(source, batch, record, enough, samples, scratch);
        if (!more) break;
      }
    }
  }
  return samples;
}

Result<std::vector<columns::Override>> overrides_of(const Source& source,
                                                    const columns::FieldSet& fields) {
  std::vector<columns::Override> overrides;
  for (const HeaderOverride& wanted : source.file.overrides) {
    const auto header = std::ranges::find(source.headers, wanted.header);
    if (header == source.headers.end()) {
      return Error{Errc::invalid_input,
                   fmt::format("{} has no header '{}'; its headers are: {}", source.file.name,
                               wanted.header, fmt::join(source.headers, ", "))};
    }
    if (wanted.field && std::ranges::find(fields.fields, *wanted.field, &columns::Field::name) ==
                            fields.fields.end()) {
      std::vector<std::string_view> names;
      for (const columns::Field& field : fields.fields) names.emplace_back(field.name);
      return Error{Errc::invalid_input, fmt::format("there is no field '{}'; the fields are: {}",
                                                    *wanted.field, fmt::join(names, ", "))};
    }
    overrides.push_back({static_cast<std::size_t>(header - source.headers.begin()), wanted.field});
  }
  return overrides;
}

Result<Source> open_source(const SourceFile& file, const Settings& settings) {
  Source source;
  source.file = file;
  bytes::OpenOptions open;
  open.encoding = file.encoding;
  open.name = file.name_in_messages;
  open.limits = settings.byte_limits;
  open.threads = settings.threads;
  open.stop = settings.stop;
  source.text = CSVM_TRY(bytes::open_text(file.path, open));
  source.shape = CSVM_TRY(csv::sniff(*source.text, {file.known, settings.csv_limits}));

  csv::IndexOptions index;
  index.limits = settings.csv_limits;
  index.threads = settings.threads;
  // A small file, too, is work for several threads.
  constexpr std::uint64_t least_block_bytes = std::uint64_t{64} << 10;
  index.block_bytes = static_cast<std::size_t>(std::clamp<std::uint64_t>(
      source.text->size() / 16, std::min<std::uint64_t>(least_block_bytes, settings.block_bytes),
      settings.block_bytes));
  index.stop = settings.stop;
  source.index = CSVM_TRY(csv::index(*source.text, source.shape, index));
  if (source.index.records == 0 && source.index.rejects.empty()) {
    return Error{Errc::invalid_input, fmt::format("'{}' has a header but no rows; export it again",
                                                  source.text->name())};
  }

  std::vector<std::string> headers = source.shape.header;
  if (headers.empty()) headers.resize(source.index.max_cells);
  source.headers = columns::unique_headers(headers);
  columns::ProposeOptions propose;
  propose.fuzzy_threshold = settings.header_threshold;
  propose.overrides = CSVM_TRY(overrides_of(source, settings.fields));
  columns::Source described{file.name, source.headers, CSVM_TRY(sample(source, settings))};
  source.mapping = columns::propose(settings.fields, described, propose);
  return source;
}

}  // namespace

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::reading:
      return "reading";
    case Stage::mapping:
      return "mapping";
    case Stage::matching:
      return "matching";
    case Stage::writing:
      return "writing";
  }
  return "reading";
}

Result<std::vector<Source>> open_sources(const std::vector<SourceFile>& files,
                                         const Settings& settings) {
  std::vector<Source> sources(files.size());
  struct Opened {
    std::size_t files = 0;
    std::uint64_t rows = 0;
  };
  Guarded<Opened> opened;
  // Of a small file most of the work is to find out what it is, which one thread does.
  const auto open = [&](unsigned, std::size_t index) -> Result<void> {
    sources[index] = CSVM_TRY(open_source(files[index], settings));
    opened.with([&](Opened& done) {
      ++done.files;
      done.rows += sources[index].index.records;
      if (!settings.progress) return;
      settings.progress({Stage::reading,
                         0.2 * static_cast<double>(done.files) / static_cast<double>(files.size()),
                         done.rows, 0});
    });
    return {};
  };
  CSVM_CHECK(run_parallel(settings.threads, files.size(), settings.stop, open));
  std::uint64_t rows = 0;
  for (Source& source : sources) {
    source.first_row = rows;
    rows += source.index.records;
  }
  return sources;
}

}  // namespace csvm::pipeline
