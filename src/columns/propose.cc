// From judgements of single columns to the mapping of the whole file.
#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "assign.h"
#include "csvm/columns.h"
#include "csvm/text.h"
#include "feeds.h"
#include "judge.h"
#include "roles.h"
#include "row.h"
#include "verdict.h"

namespace csvm::columns {
namespace {

constexpr int exact_score = 100;
constexpr int alias_score = 98;
// From here on only the rank decides which of several columns is the primary one.
constexpr int sure_score = 90;
// Fuzzy similarity says less than a word that is understood.
constexpr int fuzzy_penalty = 8;
constexpr std::size_t shortest_fuzzy = 5;

/// A field that a column may feed.
struct Candidate {
  std::size_t field;
  int score;
  int rank;
  Why why;
  bool as_fallback;
  std::string reason;
};

/// A name or alias of a field, ready for comparing.
struct Spelling {
  std::string words;  // joined by blanks
  Concepts concepts;  // what it says
  std::size_t field;
  bool is_name;
};

class Proposer {
 public:
  Proposer(const FieldSet& fields, const Source& source, const ProposeOptions& options)
      : fields_(fields), source_(source), options_(options), row_(make_row(fields.type, source)) {
    for (std::size_t i = 0; i < fields.fields.size(); ++i) {
      const auto role = static_cast<std::size_t>(fields.fields[i].role);
      if (fields.fields[i].role != Role::other && !field_of_role_[role]) field_of_role_[role] = i;
      add_spelling(fields.fields[i].name, i, true);
    }
    for (std::size_t i = 0; i < fields.fields.size(); ++i) {
      for (const std::string& alias : fields.fields[i].aliases) add_spelling(alias, i, false);
    }
  }

  Mapping run() {
    const std::size_t columns = row_.columns.size();
    mapping_.columns.resize(columns);
    mapping_.primary.resize(fields_.fields.size());
    candidates_.resize(columns);
    if (row_.platform != nullptr) mapping_.platform = row_.platform->name;
    apply_overrides();
    for (std::size_t i = 0; i < columns; ++i) {
      if (!overridden_.contains(i)) find_candidates(i);
    }
    choose_primaries();
    attach_fallbacks();
    describe_rest();
    compose(fields_, row_, mapping_);
    return std::move(mapping_);
  }

 private:
  void add_spelling(std::string_view text, std::size_t field, bool is_name) {
    std::string words;
    std::string key;
    for (const std::string& word : header_words(text)) {
      if (!words.empty()) words += ' ';
      words += word;
      key += word;
    }
    if (key.empty()) return;
    by_key_.try_emplace(std::move(key), spellings_.size());
    const Concepts concepts = read_headers({std::string(text)}).front().concepts;
    spellings_.push_back({std::move(words), concepts, field, is_name});
  }

  void apply_overrides() {
    for (const Override& wish : options_.overrides) {
      if (wish.column >= row_.columns.size()) continue;
      ColumnDecision& decision = mapping_.columns[wish.column];
      std::optional<std::size_t> field;
      if (wish.field) {
        const auto found = std::ranges::find(fields_.fields, *wish.field, &Field::name);
        if (found == fields_.fields.end()) continue;  // no such field: as if nothing was said
        field = static_cast<std::size_t>(found - fields_.fields.begin());
      }
      if (decision.field && mapping_.primary[*decision.field] == wish.column) {
        mapping_.primary[*decision.field].reset();  // the later wish for a column counts
      }
      overridden_.insert(wish.column);
      decision.field = field;
      decision.confidence = 100;
      decision.why = Why::user;
      decision.reason = field ? "chosen by you" : "left out by you";
      if (field && !mapping_.primary[*field]) mapping_.primary[*field] = wish.column;
    }
  }

  void find_candidates(std::size_t index) {
    const Column& column = row_.columns[index];
    ColumnDecision& decision = mapping_.columns[index];
    if (column.key.empty()) {
      decision.reason = "the header is empty";
      return;
    }
    Judgement judgement = judge(row_, index);
    if (match_spelling(index, judgement)) return;
    for (Proposal& proposal : judgement.proposals) {
      const auto& field = field_of_role_[static_cast<std::size_t>(proposal.role)];
      if (!field || proposal.score < least_score) continue;
      candidates_[index].push_back({*field, proposal.score, proposal.rank, proposal.why,
                                    proposal.as_fallback, std::move(proposal.reason)});
    }
    if (candidates_[index].empty() && judgement.proposals.empty()) match_fuzzily(index);
    if (!candidates_[index].empty()) return;
    decision.reason = judgement.refusal.empty() ? "no field of this table has this meaning"
                                                : std::move(judgement.refusal);
    decision.runner_up = field_of_role_[static_cast<std::size_t>(judgement.refused)];
  }

  /// The user's own words: the name of a field or one of its aliases.
  bool match_spelling(std::size_t index, const Judgement& judgement) {
    const Column& column = row_.columns[index];
    const auto found = by_key_.find(column.key);
    if (found == by_key_.end()) return false;
    const Spelling& spelling = spellings_[found->second];
    const Role role = fields_.fields[spelling.field].role;
    if (verdict(role, column.meaning.part, column.values) == Verdict::veto) return false;
    bool as_fallback = true;
    int rank = spelling.is_name ? -1 : 0;
    for (const Proposal& proposal : judgement.proposals) {
      if (proposal.role != role) continue;
      as_fallback = proposal.as_fallback;
      rank += proposal.rank;
    }
    candidates_[index].push_back(
        {spelling.field, spelling.is_name ? exact_score : alias_score, rank,
         spelling.is_name ? Why::exact : Why::alias, as_fallback,
         spelling.is_name ? "the name of the field" : "another name of the field"});
    return true;
  }

  /// Similarity of the whole header, for what no word explains.
  void match_fuzzily(std::size_t index) {
    const Column& column = row_.columns[index];
    const Meaning& meaning = column.meaning;
    if (meaning.attribute != Attribute::none || column.reading.normal.size() < shortest_fuzzy) {
      return;
    }
    const text::CachedRatio ratio(column.reading.normal);
    const double threshold = options_.fuzzy_threshold;
    const Spelling* best = nullptr;
    double best_ratio = 0;
    for (const Spelling& spelling : spellings_) {
      if (spelling.words.size() < shortest_fuzzy) continue;
      const double similarity = ratio(spelling.words, threshold);
      if (similarity < threshold || similarity <= best_ratio) continue;
      // What is understood of the header the alias must say too: "Company State" is not "Company
      // Site".
      if (!column.reading.concepts.without(spelling.concepts).empty()) continue;
      best = &spelling;
      best_ratio = similarity;
    }
    if (best == nullptr) return;
    const Role role = fields_.fields[best->field].role;
    if (verdict(role, meaning.part, column.values) == Verdict::veto) return;
    candidates_[index].push_back({best->field, static_cast<int>(best_ratio) - fuzzy_penalty,
                                  meaning.rank, Why::fuzzy, false,
                                  fmt::format("similar to \"{}\"", best->words)});
  }

  void choose_primaries() {
    std::vector<std::vector<int>> scores(fields_.fields.size(),
                                         std::vector<int>(row_.columns.size(), 0));
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      for (const Candidate& candidate : candidates_[i]) {
        if (mapping_.primary[candidate.field]) continue;  // the user's word stands
        const int score = std::min(candidate.score, sure_score) * 100 - candidate.rank;
        int& best = scores[candidate.field][i];
        best = std::max(best, score);
      }
    }
    const auto given = assign(scores);
    for (std::size_t field = 0; field < given.size(); ++field) {
      if (!given[field]) continue;
      mapping_.primary[field] = given[field];
      for (const Candidate& candidate : candidates_[*given[field]]) {
        if (candidate.field == field) {
          decide(*given[field], candidate);
          break;
        }
      }
    }
  }

  void attach_fallbacks() {
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (mapping_.columns[i].field) continue;
      for (const Candidate& candidate : candidates_[i]) {
        if (!candidate.as_fallback || !mapping_.primary[candidate.field]) continue;
        decide(i, candidate);
        break;
      }
    }
  }

  void decide(std::size_t index, const Candidate& candidate) {
    ColumnDecision& decision = mapping_.columns[index];
    decision.field = candidate.field;
    decision.confidence = candidate.score;
    decision.why = candidate.why;
    decision.reason = candidate.reason;
    for (const Candidate& other : candidates_[index]) {
      if (other.field != candidate.field) {
        decision.runner_up = other.field;
        break;
      }
    }
  }

  void describe_rest() {
    for (std::size_t i = 0; i < mapping_.columns.size(); ++i) {
      ColumnDecision& decision = mapping_.columns[i];
      if (!decision.field && decision.why != Why::user && !candidates_[i].empty()) {
        decision.runner_up = candidates_[i].front().field;
        decision.reason = "another column suits this field better";
      }
      if (i >= source_.samples.size()) continue;
      for (const std::string& sample : source_.samples[i]) {
        if (decision.samples.size() == 3) break;
        if (!sample.empty()) decision.samples.push_back(sample);
      }
    }
  }

  const FieldSet& fields_;
  const Source& source_;
  const ProposeOptions& options_;
  Row row_;
  std::optional<std::size_t> field_of_role_[static_cast<std::size_t>(Role::year_founded) + 1];
  std::vector<Spelling> spellings_;
  std::unordered_map<std::string, std::size_t> by_key_;
  std::vector<std::vector<Candidate>> candidates_;  // [column]
  std::unordered_set<std::size_t> overridden_;
  Mapping mapping_;
};

/// Blanks as people see them: also no-break and zero-width ones, and a stray byte order mark.
std::string_view without_blanks(std::string_view text) {
  static constexpr std::string_view blanks[] = {" ",      "\t",     "\r",    "\n",
                                                "\u00a0", "\u200b", "\ufeff"};
  for (bool changed = true; changed;) {
    changed = false;
    for (const std::string_view blank : blanks) {
      if (text.starts_with(blank)) {
        text.remove_prefix(blank.size());
        changed = true;
      }
      if (!text.empty() && text.ends_with(blank)) {
        text.remove_suffix(blank.size());
        changed = true;
      }
    }
  }
  return text;
}

}  // namespace

std::string_view to_string(Why why) {
  switch (why) {
    case Why::none:
      return "none";
    case Why::exact:
      return "exact";
    case Why::alias:
      return "alias";
    case Why::fuzzy:
      return "fuzzy";
    case Why::values:
      return "values";
    case Why::composed:
      return "composed";
    case Why::platform:
      return "platform";
    case Why::user:
      return "user";
  }
  return "none";
}

Mapping propose(const FieldSet& fields, const Source& source, const ProposeOptions& options) {
  return Proposer(fields, source, options).run();
}

std::vector<std::string> unique_headers(const std::vector<std::string>& headers) {
  std::vector<std::string> names(headers.size());
  std::unordered_set<std::string> taken;
  // Names that stand alone keep what they say; only their repetitions give way to them.
  for (std::size_t i = 0; i < headers.size(); ++i) {
    std::string name(without_blanks(headers[i]));
    if (!name.empty() && taken.insert(name).second) names[i] = std::move(name);
  }
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!names[i].empty()) continue;
    const std::string_view said = without_blanks(headers[i]);
    std::string name = said.empty() ? fmt::format("column_{}", i + 1) : std::string();
    for (std::size_t n = 2; name.empty() || !taken.insert(name).second; ++n) {
      name =
          said.empty() ? fmt::format("column_{} ({})", i + 1, n) : fmt::format("{} ({})", said, n);
    }
    names[i] = std::move(name);
  }
  return names;
}

}  // namespace csvm::columns
