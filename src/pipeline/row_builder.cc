#include "row_builder.h"

#include <algorithm>

namespace csvm::pipeline {
namespace {

bool is_email(columns::Role role) {
  return role == columns::Role::work_email || role == columns::Role::personal_email;
}

bool points_into(std::string_view part, const std::string& text) {
  return part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size();
}

void append_part(std::string& out, std::string_view part, std::string_view separator) {
  if (part.empty()) return;
  if (!out.empty()) out += separator;
  out += part;
}

}  // namespace

RowBuilder::RowBuilder(const Layout& layout, const clean::Rules& rules)
    : layout_(layout),
      cleaner_(rules),
      clean_nothing_(rules.enabled.none()),
      split_emails_(rules.on(clean::Rule::emails)) {
  std::size_t most_columns = 0;
  for (const auto& source : layout.sources) {
    for (const auto& column : source.columns) {
      most_columns = std::max<std::size_t>(most_columns, column.source_column + 1);
    }
  }
  held_.resize(most_columns);
}

std::size_t RowBuilder::more_emails(std::int32_t column) const {
  for (const auto& [email_column, count] : more_emails_) {
    if (email_column == column) return count;
  }
  return 0;
}

std::string_view RowBuilder::cleaned(const ColumnPlan& column, std::string_view raw, Row& row) {
  other_emails_.clear();
  if (clean_nothing_) return raw;
  if (!split_emails_ || !is_email(column.role)) return cleaner_.clean(column.role, raw);
  const std::string_view first = cleaner_.clean_emails(raw, other_emails_);
  if (!other_emails_.empty() && column.spill != no_column)
    spill(column.spill, column.source_column, row);
  return first;
}

std::string_view RowBuilder::cleaned_with_trace(const ColumnPlan& column, std::string_view raw,
                                                Row& row) {
  const clean::Counts before = cleaner_.counts();
  const std::string_view clean = cleaned(column, raw, row);
  trace_->read(column.source_column, raw, before, cleaner_.counts());
  return clean;
}

void RowBuilder::spill(std::int32_t field, std::uint32_t source_column, Row& row) {
  more_emails_.emplace_back(field, other_emails_.size());
  for (const auto& numbered : layout_.numbered) {
    if (numbered.column != field) continue;
    const std::size_t count = std::min(other_emails_.size(), numbered.others.size());
    for (std::size_t n = 0; n < count; ++n) {
      row.values[static_cast<std::size_t>(numbered.others[n])] = row.text.store(other_emails_[n]);
      if (trace_ != nullptr) trace_->put(numbered.others[n], Making::split).from = {source_column};
    }
  }
}

CleanMarks RowBuilder::build(std::size_t source, const csv::Dialect& dialect,
                             const csv::Batch& batch, const csv::Record& record, CleanMarks marks,
                             Row& row) {
  const SourcePlan& plan = layout_.sources[source];
  row.values.assign(layout_.table.columns.size(), {});
  row.text.clear();
  more_emails_.clear();
  if (trace_ != nullptr) {
    trace_->start(held_.size(), row.values.size());
    marks = 0;  // what a rule changed is seen by cleaning again
  }
  const csv::Cell* const cells = batch.cells.data() + record.first_cell;
  const auto kept = [&](std::string_view value) {
    return points_into(value, batch.text) ? value : row.text.store(value);
  };

  for (const ColumnPlan& column : plan.columns) {
    std::string_view value;
    if (column.source_column < record.cells && cells[column.source_column].bytes != 0) {
      const csv::Cell& cell = cells[column.source_column];
      const std::string_view raw =
          cell.escaped ? csv::value(batch, cell, dialect, unescaped_)
                       : std::string_view(batch.text.data() + cell.begin, cell.bytes);
      if (column.mark != no_mark && (marks >> column.mark & 1U) != 0) {
        other_emails_.clear();
        value = cell.escaped ? row.text.store(raw) : raw;
      } else {
        const std::uint64_t mojibake = cleaner_.damage().mojibake;
        const std::string_view clean =
            trace_ == nullptr ? cleaned(column, raw, row) : cleaned_with_trace(column, raw, row);
        const bool is_same = clean.data() == raw.data() && clean.size() == raw.size();
        if (column.mark != no_mark && is_same && cleaner_.damage().mojibake == mojibake) {
          marks |= static_cast<CleanMarks>(CleanMarks{1} << column.mark);
        }
        value = is_same && !cell.escaped ? raw : kept(clean);
      }
      // An alternate with several addresses keeps its whole cell: only its first can be used.
      if (column.additional != no_column && !other_emails_.empty() && column.spill == no_column) {
        row.values[static_cast<std::size_t>(column.additional)] =
            kept(cleaner_.clean(columns::Role::other, raw));
        if (trace_ != nullptr) trace_->put(column.additional).from = {column.source_column};
        held_[column.source_column] = value;
        continue;
      }
    }
    if (column.held) held_[column.source_column] = value;
    if (value.empty()) continue;
    if (column.direct != no_column) row.values[static_cast<std::size_t>(column.direct)] = value;
    if (column.additional != no_column) {
      row.values[static_cast<std::size_t>(column.additional)] = value;
    }
    if (trace_ != nullptr) {
      for (const std::int32_t place : {column.direct, column.additional}) {
        if (place != no_column) trace_->put(place).from = {column.source_column};
      }
    }
  }
  split_column_.reset();
  for (const CompositePlan& composite : plan.composites) compose(composite, row);
  if (!plan.composites.empty()) {
    for (const ColumnPlan& column : plan.columns) {
      if (column.alternate_of == no_column || column.additional == no_column) continue;
      auto& alternate = row.values[static_cast<std::size_t>(column.additional)];
      if (alternate == row.values[static_cast<std::size_t>(column.alternate_of)]) alternate = {};
    }
  }
  if (layout_.linkedin_url != no_column && !clean_nothing_) derive_linkedin(row);
  return marks;
}

void RowBuilder::compose(const CompositePlan& plan, Row& row) {
  auto& place = row.values[static_cast<std::size_t>(plan.column)];
  for (const columns::Feed& feed : plan.feeds) {
    composed_.clear();
    switch (feed.how) {
      case columns::Composition::first_nonempty:
        for (const std::size_t column : feed.columns) {
          if (held_[column].empty()) continue;
          place = held_[column];
          if (trace_ != nullptr) {
            trace_->put(plan.column).from = {static_cast<std::uint32_t>(column)};
          }
          return;
        }
        continue;
      case columns::Composition::join_location:
        for (const std::size_t column : feed.columns) append_part(composed_, held_[column], ", ");
        break;
      case columns::Composition::join_name:
        for (const std::size_t column : feed.columns) append_part(composed_, held_[column], " ");
        break;
      case columns::Composition::split_first_name:
        composed_ = name_parts(feed.columns.front()).first;
        break;
      case columns::Composition::split_last_name:
        composed_ = name_parts(feed.columns.front()).last;
        break;
    }
    if (composed_.empty()) continue;
    place = row.text.store(composed_);
    if (trace_ != nullptr) trace_composed(plan.column, feed);
    return;
  }
}

void RowBuilder::trace_composed(std::int32_t place, const columns::Feed& feed) {
  const bool joined = feed.how == columns::Composition::join_location ||
                      feed.how == columns::Composition::join_name;
  RowTrace::Value& value = trace_->put(place, joined ? Making::joined : Making::split);
  for (const std::size_t column : feed.columns) {
    if (!held_[column].empty()) value.from.push_back(static_cast<std::uint32_t>(column));
    if (!joined) break;  // it was split from the first
  }
}

const clean::NameParts& RowBuilder::name_parts(std::size_t column) {
  if (split_column_ != column) {
    split_column_ = column;
    split_ = clean::split_name(held_[column]);
  }
  return split_;
}

void RowBuilder::derive_linkedin(Row& row) {
  auto& url = row.values[static_cast<std::size_t>(layout_.linkedin_url)];
  auto& handle = row.values[static_cast<std::size_t>(layout_.linkedin_handle)];
  if (handle.empty() && !url.empty()) {
    handle = row.text.store(clean::linkedin_handle(url));
    trace_derived(layout_.linkedin_handle, layout_.linkedin_url);
  } else if (url.empty() && !handle.empty()) {
    url = row.text.store(clean::linkedin_company_url(handle));
    trace_derived(layout_.linkedin_url, layout_.linkedin_handle);
  }
}

void RowBuilder::trace_derived(std::int32_t place, std::int32_t from) {
  if (trace_ == nullptr) return;
  const auto columns = trace_->value(static_cast<std::size_t>(from)).from;
  trace_->put(place, Making::derived).from = columns;
}

}  // namespace csvm::pipeline
