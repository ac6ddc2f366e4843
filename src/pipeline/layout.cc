#include "layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace csvm::pipeline {
namespace {

constexpr std::size_t role_count = static_cast<std::size_t>(columns::Role::year_founded) + 1;

// "Email Status", "email_status" and "EmailStatus" of several files are one additional column.
std::string name_key(std::string_view name) {
  std::string key;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte)) key += static_cast<char>(std::tolower(byte));
  }
  return key.empty() ? std::string(name) : key;
}

// Gives out the result's additional columns.
class AdditionalColumns {
 public:
  explicit AdditionalColumns(Table& table) : table_(table) {
    for (const auto& name : table.columns) field_names_.insert(name);
  }

  void next_source() { taken_.clear(); }

  // A column of our own, which no header of a file shares.
  std::int32_t own_column(const std::string& name) {
    table_.columns.push_back(unused(name));
    return static_cast<std::int32_t>(table_.columns.size()) - 1;
  }

  std::int32_t column(const std::string& name) {
    // Two headers of one file never share a column, however alike they are.
    std::string key = name_key(name);
    while (!taken_.insert(key).second) key += '#';
    const auto [place, is_new] =
        by_key_.emplace(key, static_cast<std::int32_t>(table_.columns.size()));
    if (is_new) table_.columns.push_back(unused(name));
    return place->second;
  }

 private:
  std::string unused(const std::string& name) {
    std::string candidate = name;
    for (int n = 2; !field_names_.insert(candidate).second; ++n) {
      candidate = fmt::format("{} ({})", name, n);
    }
    return candidate;
  }

  Table& table_;
  std::unordered_map<std::string, std::int32_t> by_key_;
  std::unordered_set<std::string> field_names_;
  std::unordered_set<std::string> taken_;  // keys of the present source
};

bool is_contact(columns::Role role) {
  return role == columns::Role::work_email || role == columns::Role::personal_email ||
         role == columns::Role::phone;
}

bool is_simple(const std::vector<columns::Feed>& feeds) {
  return feeds.size() == 1 && feeds[0].how == columns::Composition::first_nonempty &&
         feeds[0].columns.size() == 1;
}

columns::Role part_role(const columns::Feed& feed, columns::Role field_role) {
  switch (feed.how) {
    case columns::Composition::first_nonempty:
      return field_role;
    case columns::Composition::join_location:
      return columns::Role::other;
    case columns::Composition::join_name:
      return columns::Role::first_name;
    case columns::Composition::split_first_name:
    case columns::Composition::split_last_name:
      return columns::Role::full_name;
  }
  return columns::Role::other;
}

// Plans for one source; `field_columns[f]` is the result's column of field f, or none.
SourcePlan plan_source(const columns::FieldSet& fields, const Source& source,
                       const std::vector<std::int32_t>& field_columns,
                       AdditionalColumns& additional) {
  SourcePlan plan;
  const auto& mapping = source.mapping;
  plan.columns.resize(std::max<std::size_t>(source.headers.size(), source.index.max_cells));
  for (std::size_t c = 0; c < plan.columns.size(); ++c) {
    plan.columns[c].source_column = static_cast<std::uint32_t>(c);
  }

  // First what each field reads: a column's cleaning follows the field it is primary of, else the
  // first field that reads it.
  for (std::size_t f = 0; f < fields.fields.size(); ++f) {
    const auto& feeds = mapping.fields[f];
    const columns::Role role = fields.fields[f].role;
    if (feeds.empty()) continue;
    if (is_simple(feeds)) {
      ColumnPlan& column = plan.columns[feeds[0].columns[0]];
      column.direct = field_columns[f];
      column.spill = field_columns[f];
      column.role = role;
      continue;
    }
    plan.composites.push_back({field_columns[f], role, feeds});
    for (const auto& feed : feeds) {
      for (const std::size_t c : feed.columns) {
        ColumnPlan& column = plan.columns[c];
        column.held = true;
        if (column.role == columns::Role::other) column.role = part_role(feed, role);
        const bool is_primary = mapping.primary[f] == c;
        if (feed.how == columns::Composition::first_nonempty && !is_primary) {
          column.alternate_of = field_columns[f];
        }
      }
    }
  }
  // Then what is kept besides: everything that is not some field's own first choice.
  for (std::size_t c = 0; c < plan.columns.size(); ++c) {
    ColumnPlan& column = plan.columns[c];
    bool is_first_choice = column.direct != no_column;
    for (const auto& composite : plan.composites) {
      const auto& first = composite.feeds.front();
      if (first.how != columns::Composition::first_nonempty || first.columns.front() != c) continue;
      is_first_choice = true;
      column.spill = composite.column;
    }
    if (is_first_choice) {
      column.alternate_of = no_column;
      continue;
    }
    const bool has_header = c < source.headers.size();
    column.additional =
        additional.column(has_header ? source.headers[c] : fmt::format("column_{}", c + 1));
  }
  return plan;
}

}  // namespace

Layout lay_out(const Settings& settings, const std::vector<Source>& sources,
               const std::vector<std::size_t>& more_emails) {
  const columns::FieldSet& fields = settings.fields;
  Layout layout;
  layout.table.type = fields.type;
  layout.of_role.assign(role_count, no_column);

  std::vector<std::int32_t> field_columns(fields.fields.size(), no_column);
  for (std::size_t f = 0; f < fields.fields.size(); ++f) {
    const bool fed = std::ranges::any_of(
        sources, [&](const Source& source) { return !source.mapping.fields[f].empty(); });
    if (settings.drop_empty_fields && !fed) continue;
    field_columns[f] = static_cast<std::int32_t>(layout.table.columns.size());
    layout.table.columns.push_back(fields.fields[f].name);
    auto& of_role = layout.of_role[static_cast<std::size_t>(fields.fields[f].role)];
    if (of_role == no_column && fields.fields[f].role != columns::Role::other) {
      of_role = field_columns[f];
    }
  }
  layout.table.fields = layout.table.columns.size();

  AdditionalColumns additional(layout.table);
  for (std::size_t f = 0; f < fields.fields.size(); ++f) {
    if (field_columns[f] == no_column) continue;
    std::size_t further = f < more_emails.size() ? more_emails[f] : 0;
    if (is_contact(fields.fields[f].role)) further = std::max(further, settings.further_contacts);
    if (further == 0) continue;
    NumberedColumns numbered{field_columns[f], {}};
    for (std::size_t n = 0; n < further; ++n) {
      numbered.others.push_back(
          additional.own_column(fmt::format("{} {}", fields.fields[f].name, n + 2)));
    }
    layout.numbered.push_back(std::move(numbered));
  }
  for (const Source& source : sources) {
    additional.next_source();
    layout.sources.push_back(plan_source(fields, source, field_columns, additional));
  }

  // A handle and a URL of the same company are derived from each other where both are fields.
  const auto url = layout.column_of(columns::Role::company_linkedin);
  const auto handle = layout.column_of(columns::Role::company_linkedin_handle);
  if (url != no_column && handle != no_column) {
    layout.linkedin_url = url;
    layout.linkedin_handle = handle;
  }
  return layout;
}

Layout reduce(const Layout& layout, const std::vector<columns::Role>& roles,
              const std::vector<std::int32_t>& kept) {
  std::unordered_set<std::int32_t> needed;
  for (const auto role : roles) {
    if (layout.column_of(role) != no_column) needed.insert(layout.column_of(role));
  }
  Layout reduced = layout;
  reduced.numbered.clear();
  for (auto& source : reduced.sources) {
    std::erase_if(source.composites,
                  [&](const CompositePlan& plan) { return !needed.contains(plan.column); });
    std::unordered_set<std::size_t> read;
    for (const auto& plan : source.composites) {
      for (const auto& feed : plan.feeds) read.insert(feed.columns.begin(), feed.columns.end());
    }
    for (auto& column : source.columns) {
      if (std::ranges::find(kept, column.additional) == kept.end()) column.additional = no_column;
      column.held = read.contains(column.source_column);
      if (!needed.contains(column.direct)) column.direct = no_column;
    }
    std::erase_if(source.columns, [](const ColumnPlan& plan) {
      return !plan.held && plan.direct == no_column && plan.additional == no_column;
    });
    std::int8_t mark = 0;
    for (auto& column : source.columns) {
      // Cleaning these also looks for damage, which only the last pass counts.
      const bool is_looked_at =
          column.role == columns::Role::phone || column.role == columns::Role::employee_count;
      if (mark < std::numeric_limits<CleanMarks>::digits && !is_looked_at) column.mark = mark++;
    }
  }
  return reduced;
}

void take_marks(const Layout& reduced, Layout& layout) {
  for (std::size_t s = 0; s < layout.sources.size(); ++s) {
    for (const ColumnPlan& marked : reduced.sources[s].columns) {
      ColumnPlan& column = layout.sources[s].columns[marked.source_column];
      if (column.role == marked.role) column.mark = marked.mark;
    }
  }
}

}  // namespace csvm::pipeline
