#include "provenance.h"

#include <fmt/format.h>

#include <algorithm>

namespace csvm::pipeline {
namespace {

void append_listed(std::string& text, std::string_view part, std::string_view separator) {
  if (!text.empty()) text += separator;
  text += part;
}

std::string_view name_of(Making making) {
  switch (making) {
    case Making::joined:
      return "joined";
    case Making::split:
      return "split";
    case Making::derived:
      return "derived";
    case Making::taken:
      break;
  }
  return {};
}

}  // namespace

Provenance::Provenance(const std::vector<Source>& sources, const Layout& layout)
    : sources_(sources),
      field_of_(layout.table.columns.size(), no_column),
      columns_(layout.table.columns.size()) {
  for (const NumberedColumns& numbered : layout.numbered) {
    for (const std::int32_t other : numbered.others) {
      field_of_[static_cast<std::size_t>(other)] = numbered.column;
    }
  }
}

void Provenance::start() {
  for (Column& column : columns_) {
    column.different.clear();
    column.leading.reset();
  }
}

Provenance::Origin Provenance::origin_of(RowPlace place, std::string_view value, std::size_t column,
                                         const RowTrace& trace) const {
  Origin origin{std::string(value), place, {}, {}, {}};
  const auto& headers = sources_[place.source].headers;
  const RowTrace::Value& made = trace.value(column);
  std::bitset<clean::rule_count> rules;
  for (const std::uint32_t from : made.from) {
    // A row may have more cells than the header.
    append_listed(origin.headers,
                  from < headers.size() ? headers[from] : fmt::format("cell {}", from + 1), " + ");
    append_listed(origin.original, trace.cell(from).raw, " + ");
    rules |= trace.cell(from).changed_by;
  }
  for (std::size_t rule = 0; rule < clean::rule_count; ++rule) {
    if (!rules.test(rule)) continue;
    append_listed(origin.changed_by, clean::to_string(static_cast<clean::Rule>(rule)), ", ");
  }
  if (made.making != Making::taken) append_listed(origin.changed_by, name_of(made.making), ", ");
  return origin;
}

void Provenance::add(RowPlace place, std::span<const std::string_view> values,
                     const RowTrace& trace, const std::vector<bool>& leads) {
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (values[c].empty()) continue;
    const bool is_new = find(c, values[c]) == nullptr;
    if (!is_new && !leads[c]) continue;
    Origin origin = origin_of(place, values[c], c, trace);
    if (leads[c]) columns_[c].leading = origin;
    if (is_new) columns_[c].different.push_back(std::move(origin));
  }
}

const Provenance::Origin* Provenance::find(std::size_t column, std::string_view value) const {
  const auto& different = columns_[column].different;
  const auto found = std::ranges::find(different, value, &Origin::value);
  return found == different.end() ? nullptr : &*found;
}

const Provenance::Origin* Provenance::find_further(std::int32_t field,
                                                   std::string_view value) const {
  const Origin* origin = find(static_cast<std::size_t>(field), value);
  for (std::size_t c = 0; origin == nullptr && c < columns_.size(); ++c) {
    if (field_of_[c] == field) origin = find(c, value);
  }
  return origin;
}

void Provenance::spell(std::uint64_t record, std::span<const std::string_view> values,
                       const RowSink& sink, Spelled& out) const {
  std::string lost;
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (values[c].empty()) continue;
    const auto& leading = columns_[c].leading;
    const Origin* origin = leading && leading->value == values[c] ? &*leading : find(c, values[c]);
    // A further address or phone may have been another row's first.
    if (origin == nullptr && field_of_[c] != no_column)
      origin = find_further(field_of_[c], values[c]);
    if (origin == nullptr) continue;
    lost.clear();
    for (const Origin& other : columns_[c].different) {
      if (std::ranges::find(values, other.value) != values.end()) continue;
      append_listed(lost,
                    fmt::format("{} ({}:{})", other.value, sources_[other.place.source].file.name,
                                other.place.line),
                    "; ");
    }
    sink.spell_origin({record, c, values[c], origin->place, origin->headers, origin->original,
                       origin->changed_by, lost},
                      out);
  }
}

}  // namespace csvm::pipeline
