#include "survey.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "in_order.h"
#include "row_builder.h"
#include "supporting.h"

namespace csvm::pipeline {

std::vector<BlockPlace> all_blocks(const std::vector<Source>& sources) {
  std::vector<BlockPlace> blocks;
  for (std::uint32_t s = 0; s < sources.size(); ++s) {
    const auto& index = sources[s].index;
    for (std::uint32_t b = 0; b < index.blocks.size(); ++b) {
      blocks.push_back({s, b, sources[s].first_row + index.blocks[b].first_record});
    }
  }
  return blocks;
}

cluster::RowValues values_to_match(const Layout& layout,
                                   const std::vector<std::string_view>& values) {
  using columns::Role;
  const auto of = [&](Role role) {
    const std::int32_t column = layout.column_of(role);
    return column == no_column ? std::string_view() : values[static_cast<std::size_t>(column)];
  };
  cluster::RowValues row;
  row.full_name = of(Role::full_name);
  row.first_name = of(Role::first_name);
  row.last_name = of(Role::last_name);
  row.company_name = of(Role::company_name);
  row.domain = of(Role::company_domain);
  row.person_linkedin = of(Role::person_linkedin);
  row.company_linkedin = of(Role::company_linkedin);
  row.work_email = of(Role::work_email);
  row.personal_email = of(Role::personal_email);
  row.phone = of(Role::phone);
  row.person_location = of(Role::person_location);
  row.company_location = of(Role::company_location);
  row.year_founded = of(Role::year_founded);
  return row;
}

std::vector<columns::Role> roles_to_match(columns::TableType type, cluster::Mode mode) {
  using columns::Role;
  std::vector<Role> roles = {Role::work_email,
                             Role::personal_email};  // for their further addresses
  if (mode == cluster::Mode::none) return roles;
  roles.push_back(Role::company_name);
  if (type == columns::TableType::people) {
    roles.insert(roles.end(),
                 {Role::full_name, Role::first_name, Role::last_name, Role::person_linkedin});
  }
  if (type == columns::TableType::company || mode == cluster::Mode::fuzzy) {
    roles.push_back(Role::company_domain);
  }
  if (mode == cluster::Mode::fuzzy) {
    roles.insert(roles.end(),
                 {Role::full_name, Role::first_name, Role::last_name, Role::person_linkedin,
                  Role::company_linkedin, Role::phone, Role::person_location,
                  Role::company_location, Role::year_founded, Role::company_linkedin_handle});
  }
  return roles;
}

Result<Survey> survey(const std::vector<Source>& sources, const SuppressionList& suppression,
                      const cluster::Settings& matching, const Settings& settings,
                      const std::function<void(std::uint64_t rows)>& progress) {
  std::uint64_t rows = 0;
  for (const Source& source : sources) rows += source.index.records;

  // Suppression looks at strong identifiers, whatever is matched.
  const auto mode = suppression.empty() ? matching.mode : cluster::Mode::fuzzy;
  Settings all_fields = settings;  // so that field f is column f
  all_fields.drop_empty_fields = false;
  const Layout whole = lay_out(all_fields, sources, {});
  std::vector<SupportingColumn> supporting;
  if (mode == cluster::Mode::fuzzy) {
    supporting = CSVM_TRY(supporting_columns(whole, sources, settings.csv_limits));
  }
  const Layout layout =
      reduce(whole, roles_to_match(settings.fields.type, mode), places(supporting));
  clean::Rules rules = settings.rules;
  rules.enabled.set();

  Survey survey(matching, settings.memory_bytes);
  const bool compares = matching.mode != cluster::Mode::none;
  if (compares) {
    survey.byte_of_row = CSVM_TRY(survey.scratch->array<std::uint64_t>(rows));
    survey.line_of_row = CSVM_TRY(survey.scratch->array<std::uint32_t>(rows));
    survey.marks = CSVM_TRY(survey.scratch->array<CleanMarks>(rows));
  }
  // vector<bool> packs its bits: blocks that share a word must not write it at once.
  std::vector<std::uint8_t> suppressed(suppression.empty() ? 0 : rows);
  survey.more_emails.assign(settings.fields.fields.size(), 0);

  struct Worker {
    csv::Batch batch;
    Row row;
    std::unique_ptr<RowBuilder> builder;
    cluster::KeyReader keys;
    std::vector<std::size_t> more_emails;
  };
  std::vector<Worker> workers;
  for (unsigned number = 0; number < settings.threads; ++number) {
    workers.push_back({{},
                       {},
                       std::make_unique<RowBuilder>(layout, rules),
                       cluster::KeyReader(settings.fields.type),
                       std::vector<std::size_t>(settings.fields.fields.size(), 0)});
  }
  const auto blocks = all_blocks(sources);
  struct Read {
    std::optional<cluster::Comparables> comparables;
    std::uint64_t rows = 0;  // with those before
  };
  InOrder<Read> order(results_ahead * settings.threads, [&](Read& block) -> Result<void> {
    if (compares) survey.comparables.append(std::move(*block.comparables));
    block.comparables.reset();
    if (progress) progress(block.rows);
    survey.scratch->trim();
    return {};
  });
  const auto read = [&](unsigned number, std::size_t index) -> Result<void> {
    InOrder<Read>::Task task(order, index);
    Worker& worker = workers[number];
    const BlockPlace& place = blocks[index];
    const Source& source = sources[place.source];
    CSVM_CHECK(csv::read_block(*source.text, source.shape, source.index.blocks[place.block],
                               settings.csv_limits, worker.batch));
    auto& comparables = task.result.comparables.emplace(matching);
    std::uint64_t id = place.first_row;
    for (const csv::Record& record : worker.batch.records) {
      const CleanMarks marks = worker.builder->build(place.source, source.shape.dialect,
                                                     worker.batch, record, 0, worker.row);
      for (std::size_t f = 0; worker.builder->has_more_emails() && f < worker.more_emails.size();
           ++f) {
        const auto more = worker.builder->more_emails(static_cast<std::int32_t>(f));
        worker.more_emails[f] = std::max(worker.more_emails[f], more);
      }
      auto values = values_to_match(layout, worker.row.values);
      add_supporting(supporting, worker.row.values, values);
      if (compares) {
        comparables.add(values);
        survey.byte_of_row[id] = record.byte;
        survey.marks[id] = marks;
        survey.line_of_row[id] = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(record.line, std::numeric_limits<std::uint32_t>::max()));
      }
      if (!suppressed.empty()) suppressed[id] = suppression.matches(values, worker.keys) ? 1 : 0;
      ++id;
    }
    task.result.rows = id;
    return task.hand_over();
  };
  CSVM_CHECK(run_parallel(settings.threads, blocks.size(), settings.stop, read));

  for (const Worker& worker : workers) {
    for (std::size_t f = 0; f < survey.more_emails.size(); ++f) {
      survey.more_emails[f] = std::max(survey.more_emails[f], worker.more_emails[f]);
    }
  }
  survey.layout = layout;
  survey.suppressed.assign(suppressed.begin(), suppressed.end());
  return survey;
}

}  // namespace csvm::pipeline
