#include <fmt/format.h>

#include <algorithm>

#include "csvm/jobs.h"
#include "csvm/output.h"
#include "patience.h"

namespace csvm::jobs {
namespace {

constexpr std::size_t preview_records = 10;
constexpr std::size_t max_warnings = 20;
constexpr std::size_t max_preview_bytes = 500;  // of one cell

columns::FieldSet fields_of(const recipe::MappingConfiguration& configuration,
                            columns::TableType type) {
  return type == columns::TableType::company ? configuration.company : configuration.people;
}

pipeline::SourceFile source_of(const store::SourceFile& file, const std::string& path) {
  pipeline::SourceFile source;
  source.path = path;
  source.name = file.name;
  source.name_in_messages = file.name;
  source.file_time = file.created_at.time_since_epoch().count();
  return source;
}

// The page and the API name files by id; the pipeline knows them by path.
recipe::Recipe by_path(recipe::Recipe recipe, const std::vector<store::SourceFile>& files,
                       const std::vector<pipeline::SourceFile>& sources) {
  recipe::rename_files(recipe, [&](std::string& name) {
    const auto file = std::ranges::find(files, name, &store::SourceFile::id);
    if (file != files.end()) {
      name = sources[static_cast<std::size_t>(file - files.begin())].path;
    }
  });
  return recipe;
}

// A table of people has a column that only a person fills. An e-mail address may be a company's,
// but not where nothing else says which.
columns::TableType suggested_type(const pipeline::Source& as_people,
                                  const columns::FieldSet& people) {
  using columns::Role;
  bool has_address = false;
  bool has_company = false;
  for (std::size_t f = 0; f < people.fields.size(); ++f) {
    if (as_people.mapping.fields[f].empty()) continue;
    const Role role = people.fields[f].role;
    const bool is_of_person = role == Role::first_name || role == Role::last_name ||
                              role == Role::full_name || role == Role::person_linkedin ||
                              role == Role::job_title || role == Role::personal_email;
    if (is_of_person) return columns::TableType::people;
    has_address = has_address || role == Role::work_email;
    has_company = has_company || role == Role::company_name || role == Role::company_domain;
  }
  return has_address && !has_company ? columns::TableType::people : columns::TableType::company;
}

std::vector<std::string> warnings_of(const pipeline::Source& source) {
  std::vector<std::string> warnings;
  const csv::Index& index = source.index;
  const std::string& name = source.file.name;
  for (const csv::Reject& reject : index.rejects) {
    if (warnings.size() == max_warnings / 2) break;
    warnings.push_back(fmt::format("{}: line {}, byte {}: {}; the row will be rejected", name,
                                   reject.line, source.text->original_offset(reject.byte),
                                   reject.reason));
  }
  if (index.short_records + index.long_records > 0) {
    warnings.push_back(fmt::format(
        "{}: {} rows have fewer and {} rows have more cells than the header; all are kept{}", name,
        index.short_records, index.long_records,
        index.first_ragged.empty()
            ? std::string()
            : fmt::format(" (the first is on line {})", index.first_ragged.front().line)));
  }
  if (index.repaired_records > 0) {
    warnings.push_back(fmt::format("{}: {} rows have a quote that is none; it was read as text",
                                   name, index.repaired_records));
  }
  if (source.shape.preamble_lines > 0) {
    warnings.push_back(fmt::format("{}: {} lines before the header were left out", name,
                                   source.shape.preamble_lines));
  }
  return warnings;
}

// How many of the first `most` bytes of UTF-8 cut no character in two.
std::size_t whole_characters(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text.size();
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return most;
}

Result<std::vector<std::vector<std::string>>> preview_of(const pipeline::Source& source,
                                                         const csv::Limits& limits) {
  std::vector<std::vector<std::string>> preview;
  if (source.index.blocks.empty()) return preview;
  csv::Batch batch;
  CSVM_CHECK(
      csv::read_block(*source.text, source.shape, source.index.blocks.front(), limits, batch));
  std::string scratch;
  for (const csv::Record& record : batch.records) {
    if (preview.size() == preview_records) break;
    std::vector<std::string> cells;
    for (std::uint32_t c = 0; c < record.cells; ++c) {
      const auto value =
          csv::value(batch, batch.cells[record.first_cell + c], source.shape.dialect, scratch);
      cells.emplace_back(value.substr(0, whole_characters(value, max_preview_bytes)));
    }
    preview.push_back(std::move(cells));
  }
  return preview;
}

Result<FileFacts> read_facts(const Environment& environment, const std::string& path,
                             const std::string& name, std::stop_token stop,
                             const recipe::FileReading& reading) {
  const auto configuration = environment.configuration();
  pipeline::Settings settings;
  settings.fields = configuration->people;
  settings.rules = configuration->rules;
  settings.stop = std::move(stop);
  store::SourceFile file;
  file.name = name;
  pipeline::SourceFile described = source_of(file, path);
  described.encoding = reading.encoding;
  described.known.delimiter = reading.delimiter;
  const auto sources = CSVM_TRY(pipeline::open_sources({described}, settings));
  const pipeline::Source& source = sources.front();

  FileFacts facts;
  facts.records = source.index.records;
  facts.headers = source.headers;
  facts.delimiter = std::string(1, source.shape.dialect.delimiter);
  facts.encoding = source.text->encoding();
  facts.platform = source.mapping.platform;
  facts.suggested_type = suggested_type(source, settings.fields);
  facts.warnings = warnings_of(source);
  facts.preview = CSVM_TRY(preview_of(source, settings.csv_limits));
  return facts;
}

}  // namespace

Result<FileFacts> inspect(const Environment& environment, const files::Place& place,
                          const std::string& name, std::stop_token stop,
                          const recipe::FileReading& reading) {
  const auto local = CSVM_TRY(environment.files.fetch(place, stop));
  return read_facts(environment, local->path(), name, std::move(stop), reading);
}

Result<FileFacts> inspect_head(const Environment& environment, const files::Place& scratch,
                               const std::string& name, std::string_view head) {
  const auto local = CSVM_TRY(environment.files.scratch(scratch));
  CSVM_CHECK(output::write_file(local->path(), head));
  FileFacts facts = CSVM_TRY(read_facts(environment, local->path(), name, {}, {}));
  // Where the bytes break off a record looks short, or its quote is not closed.
  facts.warnings.clear();
  if (facts.records > 0) --facts.records;
  if (facts.preview.size() > facts.records) facts.preview.resize(facts.records);
  return facts;
}

Result<OpenUpload> open_upload(const Environment& environment, std::string_view session,
                               std::string_view upload, const recipe::Recipe& recipe,
                               std::stop_token stop) {
  OpenUpload opened;
  opened.files = CSVM_TRY(patiently(environment, stop, [&] {
                   return environment.store.find_upload(session, upload);
                 })).files;
  std::vector<pipeline::SourceFile> sources;
  for (const store::SourceFile& file : opened.files) {
    if (file.state != store::FileState::complete) {
      return Error{
          Errc::conflict,
          fmt::format("'{}' is still being received; wait for it or remove it", file.name)};
    }
    opened.local.push_back(
        CSVM_TRY(environment.files.fetch({std::string(session), file.id}, stop)));
    sources.push_back(source_of(file, opened.local.back()->path()));
  }
  const auto configuration = environment.configuration();
  opened.settings.fields = fields_of(*configuration, recipe.type);
  opened.settings.rules = configuration->rules;
  opened.settings.stop = std::move(stop);
  CSVM_CHECK(recipe::apply(by_path(recipe, opened.files, sources), opened.settings, sources));
  opened.sources = CSVM_TRY(pipeline::open_sources(sources, opened.settings));
  return opened;
}

}  // namespace csvm::jobs
