// Opens the sources: bytes, shape, index, mapping.
#include <fmt/format.h>

#include <algorithm>

#include "csvm/pipeline.h"

namespace csvm::pipeline {
namespace {

constexpr std::size_t samples_per_column = 60;

// Some non-empty cells of every column, from blocks all over the file: the first rows of an
// export are often its oldest, and not like the rest.
Result<std::vector<std::vector<std::string>>> sample(const Source& source,
                                                     const Settings& settings) {
  std::vector<std::vector<std::string>> samples(source.headers.size());
  csv::Batch batch;
  std::string scratch;
  const auto& blocks = source.index.blocks;
  const std::size_t places = std::min<std::size_t>(blocks.size(), 4);
  for (std::size_t n = 0; n < places; ++n) {
    const std::size_t enough = samples_per_column * (n + 1) / places;
    const csv::Block& block = blocks[n * blocks.size() / places];
    CSVM_CHECK(csv::read_start(*source.text, source.shape, block, std::uint64_t{128} << 10,
                               settings.csv_limits, batch));
    for (const csv::Record& record : batch.records) {
      bool all_full = true;
      for (std::size_t c = 0; c < std::min<std::size_t>(record.cells, samples.size()); ++c) {
        if (samples[c].size() >= enough) continue;
        all_full = false;
        const auto value =
            csv::value(batch, batch.cells[record.first_cell + c], source.shape.dialect, scratch);
        if (value.find_first_not_of(" \t\r\n") == std::string_view::npos) continue;
        samples[c].emplace_back(value.substr(0, 400));
      }
      if (all_full) break;
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
  open.limits = settings.byte_limits;
  open.threads = settings.threads;
  open.stop = settings.stop;
  source.text = CSVM_TRY(bytes::open_text(file.path, open));
  source.shape = CSVM_TRY(csv::sniff(*source.text, {file.known, settings.csv_limits}));

  csv::IndexOptions index;
  index.limits = settings.csv_limits;
  index.threads = settings.threads;
  index.block_bytes = settings.block_bytes;
  index.stop = settings.stop;
  source.index = CSVM_TRY(csv::index(*source.text, source.shape, index));
  if (source.index.records == 0 && source.index.rejects.empty()) {
    return Error{Errc::invalid_input,
                 fmt::format("'{}' has a header but no rows; export it again", source.text->name())};
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
  std::vector<Source> sources;
  std::uint64_t rows = 0;
  for (const SourceFile& file : files) {
    Source source = CSVM_TRY(open_source(file, settings));
    source.first_row = rows;
    rows += source.index.records;
    sources.push_back(std::move(source));
    if (settings.progress) {
      settings.progress(
          {Stage::reading,
           0.2 * static_cast<double>(sources.size()) / static_cast<double>(files.size()), rows, 0});
    }
  }
  return sources;
}

}  // namespace csvm::pipeline
