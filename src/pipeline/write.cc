#include "write.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "contacts.h"
#include "families.h"
#include "in_order.h"
#include "provenance.h"
#include "row_builder.h"

namespace csvm::pipeline {
namespace {

// A record of a cluster that was read again: its text, so that its values stay.
struct PickedRow {
  csv::Batch batch;
  Row row;
};

// What one worker counts; added up at the end.
struct Tally {
  std::vector<SourceCounts> sources;
  std::vector<std::int64_t> merged_cells;  // per column: filled cells lost by merging
  std::vector<std::vector<std::uint64_t>> shared;
  std::uint64_t fields_merged = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t clusters = 0;
};

void count_filled(std::span<const std::string_view> values, std::vector<std::uint64_t>& filled) {
  for (std::size_t c = 0; c < values.size(); ++c) filled[c] += values[c].empty() ? 0 : 1;
}

// A value that is in no column of the survivor would be nowhere, if the row it stands in were not
// written with those that were merged away.
bool loses_a_value(std::span<const std::string_view> row,
                   std::span<const std::string_view> survivor) {
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (row[c].empty() || row[c] == survivor[c]) continue;
    if (std::ranges::find(survivor, row[c]) == survivor.end()) return true;
  }
  return false;
}

class Writer {
 public:
  Writer(const WritePlan& plan, const Families& families)
      : plan_(plan),
        families_(families),
        accumulator_(plan.settings.survivor, plan.layout.table.columns.size()),
        explainer_(plan.survey.comparables, plan.matching),
        contacts_(plan.layout) {
    const std::size_t sources = plan.sources.size();
    const std::size_t columns = plan.layout.table.columns.size();
    // One builder a source: what its cleaner counts is then the source's.
    builders_.reserve(sources);
    for (std::size_t s = 0; s < sources; ++s)
      builders_.emplace_back(plan.layout, plan.settings.rules);
    if (plan.settings.provenance) {
      provenance_.emplace(plan.sources, plan.layout);
      for (RowBuilder& builder : builders_) builder.trace_into(trace_);
      leads_.resize(columns);
    }
    tally_.sources.resize(sources);
    for (auto& source : tally_.sources) source.filled.assign(columns, 0);
    tally_.merged_cells.assign(columns, 0);
    tally_.shared.assign(sources, std::vector<std::uint64_t>(sources, 0));
  }

  /// Spells the rows of one block. `survivors_before` counts the records of the result before it.
  Result<void> spell_block(const BlockPlace& place, std::uint64_t survivors_before, RowSink& sink,
                           Spelled& out) {
    const Source& source = plan_.sources[place.source];
    CSVM_CHECK(csv::read_block(*source.text, source.shape, source.index.blocks[place.block],
                               plan_.settings.csv_limits, batch_));
    std::uint64_t survivors = survivors_before;
    auto id = static_cast<std::uint32_t>(place.first_row);
    const std::uint32_t end = id + static_cast<std::uint32_t>(batch_.records.size());
    for (const csv::Record& record : batch_.records) {
      const std::uint32_t row = id++;
      ask_ahead(row, end);
      if (families_.first_of(row) != row) continue;  // goes with the first of its cluster
      builders_[place.source].build(place.source, source.shape.dialect, batch_, record,
                                    marks_of(row), row_);
      SourceCounts& counts = tally_.sources[place.source];
      count_filled(row_.values, counts.filled);
      if (families_.is_suppressed(row)) {
        CSVM_CHECK(leave_out_suppressed(place.source, row, record.line, sink, out));
      } else if (families_.next_of(row) == Families::none) {
        ++counts.kept;
        ++survivors;
        ++tally_.shared[place.source][place.source];
        sink.spell(row_.values, out);
        if (provenance_) {
          provenance_->start();
          leads_.assign(leads_.size(), true);
          provenance_->add({place.source, record.line}, row_.values, trace_, leads_);
          provenance_->spell(survivors, row_.values, sink, out);
        }
      } else {
        ++counts.kept;
        ++survivors;
        CSVM_CHECK(merge_cluster(place.source, row, survivors, sink, out));
      }
    }
    return {};
  }

  const Tally& tally() const { return tally_; }
  const clean::Cleaner& cleaner(std::size_t source) const { return builders_[source].cleaner(); }

 private:
  std::uint32_t source_of(std::uint32_t row) const {
    const auto after = std::ranges::upper_bound(plan_.sources, row, {}, &Source::first_row);
    return static_cast<std::uint32_t>(after - plan_.sources.begin() - 1);
  }

  // The rows that those of a block are merged with lie anywhere: their memory is asked for a few
  // rows ahead.
  void ask_ahead(std::uint32_t row, std::uint32_t end) const {
    constexpr std::uint32_t far = 12;
    constexpr std::uint32_t near = 4;
    const Survey& survey = plan_.survey;
    const auto other_of = [&](std::uint32_t ahead) {
      return ahead < end && families_.first_of(ahead) == ahead ? families_.next_of(ahead)
                                                               : Families::none;
    };
    if (const std::uint32_t other = other_of(row + far); other != Families::none) {
      families_.ask_for(other);
      __builtin_prefetch(&survey.byte_of_row[other]);
      __builtin_prefetch(&survey.line_of_row[other]);
      __builtin_prefetch(&survey.marks[other]);
      survey.comparables.ask_for(other);
    }
    if (const std::uint32_t other = other_of(row + near); other != Families::none) {
      survey.comparables.ask_for_text(other);
    }
  }

  CleanMarks marks_of(std::uint32_t row) const {
    return plan_.survey.marks.empty() ? CleanMarks{0} : plan_.survey.marks[row];
  }

  Result<void> pick(std::uint32_t row, std::uint32_t source_number) {
    const Source& source = plan_.sources[source_number];
    const auto& byte_of_row = plan_.survey.byte_of_row;
    const bool last = row + 1 == source.first_row + source.index.records;
    const std::uint64_t next = last ? source.text->size() : byte_of_row[row + 1];
    CSVM_CHECK(csv::read_record(*source.text, source.shape, byte_of_row[row],
                                plan_.settings.csv_limits, picked_.batch, next));
    builders_[source_number].build(source_number, source.shape.dialect, picked_.batch,
                                   picked_.batch.records.front(), marks_of(row), picked_.row);
    count_filled(picked_.row.values, tally_.sources[source_number].filled);
    return {};
  }

  Result<void> merge_cluster(std::uint32_t source_number, std::uint32_t first,
                             std::uint64_t survivor, RowSink& sink, Spelled& out) {
    accumulator_.start();
    contacts_.start();
    contacts_.add(row_.values);
    member_sources_.assign(1, source_number);
    const auto& file = plan_.sources[source_number].file;
    accumulator_.add({row_.values, file.rank, file.file_time});
    if (provenance_) provenance_->start();
    std::uint32_t member = 0;
    note_origins({source_number, plan_.survey.line_of_row[first]}, row_.values, member);
    for (std::size_t c = 0; c < row_.values.size(); ++c) {
      tally_.merged_cells[c] += row_.values[c].empty() ? 0 : 1;
    }
    for (std::uint32_t row = families_.next_of(first); row != Families::none;
         row = families_.next_of(row)) {
      const cluster::Link& link = families_.link_of(row);
      explainer_.look_at(link);
      const std::uint32_t number = source_of(row);
      CSVM_CHECK(pick(row, number));
      const auto& member_file = plan_.sources[number].file;
      accumulator_.add({picked_.row.values, member_file.rank, member_file.file_time});
      note_origins({number, plan_.survey.line_of_row[row]}, picked_.row.values, ++member);
      for (std::size_t c = 0; c < picked_.row.values.size(); ++c) {
        tally_.merged_cells[c] += picked_.row.values[c].empty() ? 0 : 1;
      }
      contacts_.add(picked_.row.values);
      ++tally_.sources[number].merged;
      if (std::ranges::find(member_sources_, number) == member_sources_.end()) {
        member_sources_.push_back(number);
      }
      const std::string_view reason = explainer_.explain();
      sink.spell_left_out({{number, plan_.survey.line_of_row[row]},
                           survivor,
                           static_cast<double>(link.score),
                           reason,
                           picked_.row.values},
                          out);
    }
    const auto values = contacts_.put_into(accumulator_.values());
    if (loses_a_value(row_.values, values)) {
      static constexpr std::string_view reason = "first of its record; other values were chosen";
      sink.spell_left_out(
          {{source_number, plan_.survey.line_of_row[first]}, survivor, 100, reason, row_.values},
          out);
    }
    for (std::size_t c = 0; c < values.size(); ++c) {
      tally_.merged_cells[c] -= values[c].empty() ? 0 : 1;
    }
    ++tally_.clusters;
    tally_.fields_merged += accumulator_.filled();
    tally_.conflicts += accumulator_.conflicts();
    for (const auto a : member_sources_) {
      for (const auto b : member_sources_) ++tally_.shared[a][b];
    }
    sink.spell(values, out);
    if (provenance_) provenance_->spell(survivor, values, sink, out);
    return {};
  }

  // `member` of the cluster was just added to the accumulator, and its row is the last one built.
  void note_origins(RowPlace place, std::span<const std::string_view> values,
                    std::uint32_t member) {
    if (!provenance_) return;
    // Which value is the most frequent is not known before the last row; then any row that has it
    // is as good as another.
    const bool is_known = plan_.settings.survivor != merge::Survivor::most_frequent;
    const auto origins = accumulator_.origins();
    for (std::size_t c = 0; c < leads_.size(); ++c) leads_[c] = is_known && origins[c] == member;
    provenance_->add(place, values, trace_, leads_);
  }

  Result<void> leave_out_suppressed(std::uint32_t source_number, std::uint32_t first,
                                    std::uint64_t line, RowSink& sink, Spelled& out) {
    static constexpr std::string_view reason = "on the suppression list";
    static constexpr std::string_view with_it = "same lead as a row on the suppression list";
    const auto reason_of = [&](std::uint32_t row) {
      return plan_.survey.suppressed[row] ? reason : with_it;
    };
    const auto leave_out = [&](std::uint32_t number, std::uint64_t at, std::uint32_t row,
                               std::span<const std::string_view> values) {
      ++tally_.sources[number].suppressed;
      for (std::size_t c = 0; c < values.size(); ++c) {
        tally_.merged_cells[c] += values[c].empty() ? 0 : 1;
      }
      sink.spell_left_out({{number, at}, std::nullopt, 100, reason_of(row), values}, out);
    };
    leave_out(source_number, line, first, row_.values);
    for (std::uint32_t row = families_.next_of(first); row != Families::none;
         row = families_.next_of(row)) {
      const std::uint32_t number = source_of(row);
      CSVM_CHECK(pick(row, number));
      leave_out(number, plan_.survey.line_of_row[row], row, picked_.row.values);
    }
    return {};
  }

  const WritePlan& plan_;
  const Families& families_;
  std::vector<RowBuilder> builders_;  // by source
  csv::Batch batch_;
  Row row_;
  PickedRow picked_;
  merge::Accumulator accumulator_;
  cluster::Explainer explainer_;
  Contacts contacts_;
  std::optional<Provenance> provenance_;
  RowTrace trace_;           // of the last row that was built, with provenance_
  std::vector<bool> leads_;  // by column
  std::vector<std::uint32_t> member_sources_;
  Tally tally_;
};

void add_up(const Tally& tally, Summary& summary) {
  for (std::size_t s = 0; s < tally.sources.size(); ++s) {
    const SourceCounts& from = tally.sources[s];
    SourceCounts& to = summary.sources[s];
    to.kept += from.kept;
    to.merged += from.merged;
    to.suppressed += from.suppressed;
    for (std::size_t c = 0; c < from.filled.size(); ++c) {
      to.filled[c] += from.filled[c];
      summary.total.filled[c] += from.filled[c];
    }
    for (std::size_t t = 0; t < tally.sources.size(); ++t) {
      summary.shared[s][t] += tally.shared[s][t];
    }
  }
  for (std::size_t c = 0; c < tally.merged_cells.size(); ++c) {
    summary.total.filled[c] -= static_cast<std::uint64_t>(tally.merged_cells[c]);
  }
  summary.fields_merged += tally.fields_merged;
  summary.conflicts += tally.conflicts;
  summary.clusters += tally.clusters;
}

}  // namespace

Result<void> write(const WritePlan& plan, RowSink& sink, Summary& summary,
                   const std::function<void(std::uint64_t rows)>& progress) {
  const auto blocks = all_blocks(plan.sources);
  std::uint64_t rows = 0;
  for (const Source& source : plan.sources) rows += source.index.records;
  const Families families =
      CSVM_TRY(Families::of(plan.clusters, plan.survey.suppressed, rows, *plan.survey.scratch));

  // Which record of the result each block begins with.
  std::vector<std::uint64_t> survivors_before(blocks.size(), 0);
  std::uint64_t survivors = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    survivors_before[b] = survivors;
    const std::uint64_t end = b + 1 < blocks.size() ? blocks[b + 1].first_row : rows;
    for (std::uint64_t row = blocks[b].first_row; row < end; ++row) {
      survivors += families.survives(static_cast<std::uint32_t>(row)) ? 1 : 0;
    }
  }

  std::vector<std::unique_ptr<Writer>> writers;
  for (unsigned i = 0; i < plan.settings.threads; ++i) {
    writers.push_back(std::make_unique<Writer>(plan, families));
  }

  struct Block {
    Spelled spelled;
    std::uint64_t rows = 0;  // with those before
  };
  InOrder<Block> order(results_ahead * plan.settings.threads, [&](Block& block) -> Result<void> {
    CSVM_CHECK(sink.write(block.spelled));
    summary.neutralised += block.spelled.neutralised;
    if (progress) progress(block.rows);
    plan.survey.scratch->trim();
    return {};
  });
  const auto spell = [&](unsigned number, std::size_t index) -> Result<void> {
    InOrder<Block>::Task task(order, index);
    Spelled& spelled = task.result.spelled;
    spelled.records.clear();
    spelled.left_out.clear();
    spelled.origins.clear();
    spelled.neutralised = 0;
    CSVM_CHECK(writers[number]->spell_block(blocks[index], survivors_before[index], sink, spelled));
    task.result.rows = index + 1 < blocks.size() ? blocks[index + 1].first_row : rows;
    return task.hand_over();
  };
  CSVM_CHECK(run_parallel(plan.settings.threads, blocks.size(), plan.settings.stop, spell));

  for (const auto& writer : writers) {
    add_up(writer->tally(), summary);
    for (std::size_t s = 0; s < plan.sources.size(); ++s) {
      summary.cleaned += writer->cleaner(s).counts();
      summary.sources[s].damage += writer->cleaner(s).damage();
    }
  }
  return {};
}

}  // namespace csvm::pipeline
