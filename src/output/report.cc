#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "csvm/output.h"
#include "json_text.h"

namespace csvm::output {
namespace {

namespace json = boost::json;

// 0..1 with four decimals: enough for a share, and the same text on every machine.
double share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return 0;
  return std::round(1e4 * static_cast<double>(part) / static_cast<double>(whole)) / 1e4;
}

double milliseconds(double seconds) { return std::round(seconds * 1e6) / 1e3; }

json::object counts_of(const pipeline::SourceCounts& counts) {
  return {{"total_records", counts.read},        {"records_out", counts.kept},
          {"duplicates_removed", counts.merged}, {"suppressed", counts.suppressed},
          {"rejected", counts.rejected},         {"warnings", counts.warnings}};
}

json::object fill_rates(const pipeline::Table& table, const std::vector<std::uint64_t>& filled,
                        std::uint64_t rows) {
  json::object rates;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    rates[table.columns[c]] = share(filled[c], rows);
  }
  return rates;
}

json::array warnings_of(const pipeline::Source& source) {
  json::array warnings;
  for (const csv::Record& record : source.index.first_ragged) {
    warnings.push_back(json::object{
        {"line", record.line},
        {"message", record.cells < source.headers.size()
                        ? "fewer cells than the header; the missing ones count as empty"
                        : "more cells than the header; the surplus is kept in column_<n>"},
        {"cells", record.cells}});
  }
  return warnings;
}

json::array rejects_of(const pipeline::Source& source) {
  constexpr std::size_t most = 100;  // all of them are in the rejected file
  json::array rejects;
  for (const csv::Reject& reject : source.index.rejects) {
    if (rejects.size() == most) break;
    rejects.push_back(json::object{{"line", reject.line},
                                   {"byte", source.text->original_offset(reject.byte)},
                                   {"reason", reject.reason}});
  }
  return rejects;
}

json::object damage_json(std::uint64_t scientific, std::uint64_t dates, std::uint64_t zeros,
                         std::uint64_t mojibake) {
  return {{"scientific_numbers", scientific},
          {"dates_from_ranges", dates},
          {"lost_zeros", zeros},
          {"mojibake", mojibake}};
}

json::object damage_of(const clean::Damage& damage) {
  return damage_json(damage.scientific_numbers, damage.dates_from_ranges, damage.lost_zeros(),
                     damage.mojibake);
}

// Lost zeros are proven file by file, so the whole is the sum of the answers.
json::object damage_of(const pipeline::Summary& summary) {
  clean::Damage total;
  std::uint64_t lost_zeros = 0;
  for (const auto& source : summary.sources) {
    total += source.damage;
    lost_zeros += source.damage.lost_zeros();
  }
  return damage_json(total.scientific_numbers, total.dates_from_ranges, lost_zeros, total.mojibake);
}

json::object source_json(const pipeline::Source& source, const pipeline::SourceCounts& counts,
                         const pipeline::Table& table, const columns::FieldSet& fields) {
  json::object object = counts_of(counts);
  object["file"] = source.file.name;
  object["encoding"] = source.text->encoding();
  object["delimiter"] = std::string(1, source.shape.dialect.delimiter);
  object["bytes"] = source.text->original_size();
  object["preamble_lines"] = source.shape.preamble_lines;
  object["platform"] = source.mapping.platform;
  object["mapping"] = columns_json(source, fields);
  object["fill_rates"] = fill_rates(table, counts.filled, counts.read - counts.rejected);
  object["spreadsheet_damage"] = damage_of(counts.damage);
  object["ragged_rows"] = warnings_of(source);
  object["rejected_rows"] = rejects_of(source);
  return object;
}

// For each pair of sources, how much of each is in the other.
json::array overlap_of(const pipeline::Summary& summary,
                       const std::vector<pipeline::Source>& sources) {
  json::array overlap;
  for (std::size_t a = 0; a < sources.size(); ++a) {
    for (std::size_t b = a + 1; b < sources.size(); ++b) {
      const std::uint64_t both = summary.shared[a][b];
      const std::uint64_t either = summary.shared[a][a] + summary.shared[b][b] - both;
      overlap.push_back(json::object{{"a", sources[a].file.name},
                                     {"b", sources[b].file.name},
                                     {"leads_in_both", both},
                                     {"share_of_a", share(both, summary.shared[a][a])},
                                     {"share_of_b", share(both, summary.shared[b][b])},
                                     {"share_of_either", share(both, either)}});
    }
  }
  return overlap;
}

json::array possible_of(const pipeline::Summary& summary,
                        const std::vector<pipeline::Source>& sources) {
  constexpr std::size_t most = 10'000;
  const auto place = [&](const pipeline::RowPlace& row) {
    return json::object{{"file", sources[row.source].file.name}, {"line", row.line}};
  };
  json::array possible;
  for (const auto& pair : summary.possible) {
    if (possible.size() == most) break;
    possible.push_back(json::object{{"a", place(pair.with)},
                                    {"b", place(pair.row)},
                                    {"score", std::round(pair.score)},
                                    {"reason", pair.reason}});
  }
  return possible;
}

// Rows joined to others and pairs that stayed apart, by whole score from the lowest one listed.
json::object scores_of(const pipeline::Summary& summary, const pipeline::Settings& settings) {
  const auto from = static_cast<std::size_t>(settings.matching.possible);
  std::vector<std::uint64_t> apart(summary.joined_by_score.size(), 0);
  for (const auto& pair : summary.possible) {
    ++apart[static_cast<std::size_t>(std::clamp(pair.score, 0.0, 100.0))];
  }
  json::array joined_from, apart_from;
  for (std::size_t score = from; score < apart.size(); ++score) {
    joined_from.push_back(summary.joined_by_score[score]);
    apart_from.push_back(apart[score]);
  }
  return {{"from", from}, {"joined", std::move(joined_from)}, {"apart", std::move(apart_from)}};
}

}  // namespace

std::string report_json(const pipeline::Summary& summary,
                        const std::vector<pipeline::Source>& sources,
                        const pipeline::Settings& settings, const RunFacts& facts) {
  json::object counts = counts_of(summary.total);
  counts["possible_duplicates"] = summary.possible.size();
  counts["clusters"] = summary.clusters;
  counts["fields_merged"] = summary.fields_merged;
  counts["conflicts"] = summary.conflicts;
  json::object cleaning;
  for (std::size_t r = 0; r < clean::rule_count; ++r) {
    const auto rule = static_cast<clean::Rule>(r);
    cleaning[clean::to_string(rule)] = summary.cleaned.changed[r];
  }
  counts["domains_cleaned"] =
      summary.cleaned.changed[static_cast<std::size_t>(clean::Rule::domains)];
  counts["cells_neutralised"] = summary.neutralised;

  json::object report;
  report["program"] = "csv-merger " + facts.version;
  report["started_at"] = facts.started_at;
  report["table_type"] = summary.table.type == columns::TableType::people ? "people" : "company";
  report["counts"] = std::move(counts);
  report["cleaning"] = std::move(cleaning);
  report["spreadsheet_damage"] = damage_of(summary);
  json::array files;
  for (std::size_t s = 0; s < sources.size(); ++s) {
    files.push_back(source_json(sources[s], summary.sources[s], summary.table, settings.fields));
  }
  report["files"] = std::move(files);
  report["overlap"] = overlap_of(summary, sources);
  report["fill_rates"] = fill_rates(summary.table, summary.total.filled, summary.total.kept);
  report["scores"] = scores_of(summary, settings);
  report["possible_duplicates"] = possible_of(summary, sources);
  report["timings_ms"] = json::object{{"reading", milliseconds(summary.index_seconds)},
                                      {"surveying", milliseconds(summary.survey_seconds)},
                                      {"matching", milliseconds(summary.match_seconds)},
                                      {"writing", milliseconds(summary.write_seconds)},
                                      {"total", milliseconds(facts.seconds)}};
  std::string text;
  append_pretty(text, report, 0);
  text += '\n';
  return text;
}

}  // namespace csvm::output
