#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "csvm/pipeline.h"
#include "places.h"
#include "row_builder.h"
#include "supporting.h"
#include "survey.h"
#include "write.h"

namespace csvm::pipeline {
namespace {

constexpr std::size_t listed_a_task = 512;  // possible duplicates

cluster::Settings matching_settings(const std::vector<Source>& sources, const Settings& settings) {
  cluster::Settings matching = settings.matching;
  matching.type = settings.fields.type;
  matching.threads = settings.threads;
  matching.memory_bytes = settings.memory_bytes;
  matching.stop = settings.stop;

  const auto is_fed = [&](std::initializer_list<columns::Role> roles) {
    return std::ranges::any_of(sources, [&](const Source& source) {
      for (std::size_t f = 0; f < settings.fields.fields.size(); ++f) {
        if (std::ranges::find(roles, settings.fields.fields[f].role) == roles.end()) continue;
        if (!source.mapping.fields[f].empty()) return true;
      }
      return false;
    });
  };
  using columns::Role;
  if (settings.fields.type == columns::TableType::people) {
    matching.has_name = is_fed({Role::full_name, Role::first_name, Role::last_name});
    matching.has_company = is_fed({Role::company_name});
  } else {
    matching.has_name = is_fed({Role::company_name});
    matching.has_company = is_fed({Role::company_domain});
  }
  return matching;
}

Result<SuppressionList> suppression_list(const std::vector<Source>& sources,
                                         const Settings& settings) {
  SuppressionList list(settings.fields.type);
  if (sources.empty()) return list;
  const Layout whole = lay_out(settings, sources, {});
  const auto supporting = CSVM_TRY(supporting_columns(whole, sources, settings.csv_limits));
  const Layout layout =
      reduce(whole, roles_to_match(settings.fields.type, cluster::Mode::fuzzy), places(supporting));
  clean::Rules rules = settings.rules;
  rules.enabled.set();
  RowBuilder builder(layout, rules);
  cluster::KeyReader keys(settings.fields.type);
  csv::Batch batch;
  Row row;
  for (const BlockPlace& place : all_blocks(sources)) {
    const Source& source = sources[place.source];
    CSVM_CHECK(csv::read_block(*source.text, source.shape, source.index.blocks[place.block],
                               settings.csv_limits, batch));
    for (const csv::Record& record : batch.records) {
      builder.build(place.source, source.shape.dialect, batch, record, 0, row);
      auto values = values_to_match(layout, row.values);
      add_supporting(supporting, row.values, values);
      list.add(values, keys);
    }
  }
  return list;
}

// The promise that nothing is lost, checked: the rows that the index found are the rows that the
// write pass placed.
Result<void> check_ledger(const std::vector<Source>& sources, const Summary& summary) {
  for (std::size_t s = 0; s < sources.size(); ++s) {
    const SourceCounts& counts = summary.sources[s];
    if (counts.read == counts.kept + counts.merged + counts.suppressed + counts.rejected) continue;
    return Error{Errc::internal,
                 fmt::format("the rows of {} do not add up: {} read, but {} kept + {} merged + {} "
                             "suppressed + {} rejected; no result was written, please report this",
                             sources[s].file.name, counts.read, counts.kept, counts.merged,
                             counts.suppressed, counts.rejected)};
  }
  return {};
}

Summary empty_summary(const std::vector<Source>& sources, const Layout& layout) {
  Summary summary;
  summary.table = layout.table;
  summary.sources.resize(sources.size());
  summary.shared.assign(sources.size(), std::vector<std::uint64_t>(sources.size(), 0));
  summary.total.filled.assign(layout.table.columns.size(), 0);
  for (std::size_t s = 0; s < sources.size(); ++s) {
    SourceCounts& counts = summary.sources[s];
    const csv::Index& index = sources[s].index;
    counts.filled.assign(layout.table.columns.size(), 0);
    counts.rejected = index.rejects.size();
    counts.read = index.records + counts.rejected;
    counts.warnings = index.short_records + index.long_records;
  }
  return summary;
}

void add_sources(Summary& summary) {
  for (const SourceCounts& source : summary.sources) {
    summary.total.read += source.read;
    summary.total.kept += source.kept;
    summary.total.merged += source.merged;
    summary.total.suppressed += source.suppressed;
    summary.total.rejected += source.rejected;
    summary.total.warnings += source.warnings;
  }
}

// Reports a stage's rows as a share of the whole run.
std::function<void(std::uint64_t)> reporter(const Settings& settings, Stage stage, double from,
                                            double to, std::uint64_t rows) {
  if (!settings.progress) return {};
  return [&settings, stage, from, to, rows](std::uint64_t done) {
    const double share = rows == 0 ? 1 : static_cast<double>(done) / static_cast<double>(rows);
    settings.progress({stage, from + (to - from) * share, done, rows});
  };
}

}  // namespace

Result<Summary> run(const std::vector<Source>& sources, const std::vector<Source>& suppression,
                    const Settings& settings, RowSink& sink) {
  const auto now = [&] { return settings.clock ? settings.clock() : 0.0; };
  std::uint64_t rows = 0;
  for (const Source& source : sources) rows += source.index.records;
  if (rows >= std::numeric_limits<std::uint32_t>::max()) {
    return Error{Errc::limit_exceeded,
                 fmt::format("{} rows are more than one run can hold ({}); merge in parts", rows,
                             std::numeric_limits<std::uint32_t>::max() - 1)};
  }
  cluster::Settings matching = matching_settings(sources, settings);
  const bool matches = matching.mode != cluster::Mode::none;

  // Without cleaning, matching and suppression the rows need no survey.
  const SuppressionList list = CSVM_TRY(suppression_list(suppression, settings));
  const bool splits_emails = settings.rules.on(clean::Rule::emails);
  const double survey_from = now();
  Survey surveyed(matching, settings.memory_bytes);
  if (matches || splits_emails || !list.empty()) {
    surveyed = CSVM_TRY(survey(sources, list, matching, settings,
                               reporter(settings, Stage::matching, 0.2, 0.45, rows)));
  }
  const double match_from = now();
  cluster::Clusters clusters;
  if (matches) {
    matching.decisions = CSVM_TRY(decided_rows(sources, surveyed, settings.decisions));
    clusters = CSVM_TRY(cluster::match(surveyed.comparables, matching));
  }

  const double write_from = now();
  Layout layout = lay_out(settings, sources, surveyed.more_emails);
  if (!surveyed.marks.empty()) take_marks(surveyed.layout, layout);
  Summary summary = empty_summary(sources, layout);
  CSVM_CHECK(sink.begin(layout.table, sources));
  CSVM_CHECK(write({sources, settings, layout, surveyed, matching, clusters}, sink, summary,
                   reporter(settings, Stage::writing, 0.6, 1.0, rows)));
  add_sources(summary);
  CSVM_CHECK(check_ledger(sources, summary));

  for (const cluster::Link& link : clusters.links) {
    ++summary.joined_by_score[static_cast<std::size_t>(std::clamp(link.score, 0.0F, 100.0F))];
  }
  summary.possible.resize(clusters.possible.size());
  const auto explain = [&](unsigned, std::size_t slice) -> Result<void> {
    const std::size_t end = std::min(summary.possible.size(), (slice + 1) * listed_a_task);
    cluster::Explainer explainer(surveyed.comparables, matching);
    for (std::size_t i = slice * listed_a_task; i < end; ++i) {
      const cluster::Link& link = clusters.possible[i];
      explainer.look_at(link);
      summary.possible[i] = {place_of(sources, surveyed, link.row),
                             place_of(sources, surveyed, link.with),
                             static_cast<double>(link.score), std::string(explainer.explain())};
    }
    return {};
  };
  CSVM_CHECK(run_parallel(settings.threads,
                          (summary.possible.size() + listed_a_task - 1) / listed_a_task,
                          settings.stop, explain));
  number_records(surveyed, clusters, summary.possible);
  if (settings.list_first_rows) summary.first_rows = first_rows(sources, surveyed, clusters);
  summary.survey_seconds = match_from - survey_from;
  summary.match_seconds = write_from - match_from;
  summary.write_seconds = now() - write_from;
  return summary;
}

Result<Matched> match(const std::vector<Source>& sources, const Settings& settings) {
  cluster::Settings matching = matching_settings(sources, settings);
  const SuppressionList nobody(settings.fields.type);
  auto surveyed =
      std::make_shared<const Survey>(CSVM_TRY(survey(sources, nobody, matching, settings, {})));
  Matched matched;
  if (matching.mode == cluster::Mode::none) {
    // Nothing was compared: every row is its own.
    const Source& last = sources.back();
    matched.clusters.of_row.resize(last.first_row + last.index.records);
    std::iota(matched.clusters.of_row.begin(), matched.clusters.of_row.end(), 0U);
  } else {
    matching.decisions = CSVM_TRY(decided_rows(sources, *surveyed, settings.decisions));
    matched.clusters = CSVM_TRY(cluster::match(surveyed->comparables, matching));
  }
  matched.explain = [surveyed, matching](const cluster::Link& link) {
    return cluster::explain(surveyed->comparables, link, matching);
  };
  return matched;
}

}  // namespace csvm::pipeline
