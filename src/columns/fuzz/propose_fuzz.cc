// Any headers and cells, one column a line, cells between tabs: the mapping is consistent in
// itself, the same each time, and the headers can be made unique.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <unordered_set>

#include "csvm/columns.h"

namespace {

namespace columns = csvm::columns;

columns::Source source_of(std::string_view text) {
  columns::Source source;
  while (!text.empty() && source.headers.size() < 200) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto tab = std::min(line.find('\t'), line.size());
    source.headers.emplace_back(line.substr(0, tab));
    std::vector<std::string>& samples = source.samples.emplace_back();
    line.remove_prefix(std::min(tab + 1, line.size()));
    while (!line.empty()) {
      const auto next = std::min(line.find('\t'), line.size());
      samples.emplace_back(line.substr(0, next));
      line.remove_prefix(std::min(next + 1, line.size()));
    }
  }
  return source;
}

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto type = data[0] % 2 == 0 ? columns::TableType::people : columns::TableType::company;
  const columns::FieldSet& fields = columns::built_in_fields(type);
  const columns::Source source = source_of({reinterpret_cast<const char*>(data) + 2, size - 2});
  columns::ProposeOptions options;
  options.fuzzy_threshold = data[1] % 101;
  if (data[1] > 200) options.overrides.push_back({data[1] % 7U, fields.fields[data[0] % 9U].name});
  const columns::Mapping mapping = columns::propose(fields, source, options);

  check(mapping.columns.size() == source.headers.size());
  check(mapping.fields.size() == fields.fields.size());
  for (const columns::ColumnDecision& decision : mapping.columns) {
    check(!decision.field || *decision.field < fields.fields.size());
    check(decision.confidence >= 0 && decision.confidence <= 100);
    check(!decision.reason.empty());
    check(decision.samples.size() <= 3);
  }
  for (std::size_t field = 0; field < mapping.fields.size(); ++field) {
    const auto& primary = mapping.primary[field];
    check(!primary || mapping.columns.at(*primary).field == field);
    for (const columns::Feed& feed : mapping.fields[field]) {
      check(!feed.columns.empty());
      for (const std::size_t column : feed.columns) check(column < source.headers.size());
    }
  }
  const columns::Mapping again = columns::propose(fields, source, options);
  for (std::size_t i = 0; i < mapping.columns.size(); ++i) {
    check(again.columns[i].field == mapping.columns[i].field);
  }
  const std::vector<std::string> unique = columns::unique_headers(source.headers);
  check(std::unordered_set<std::string>(unique.begin(), unique.end()).size() ==
        source.headers.size());
  return 0;
}
