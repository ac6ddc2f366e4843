#include "dialect.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

#include "cell_kind.h"

namespace csvm::csv {
namespace {

// What is scored; more adds time, not certainty.
constexpr std::size_t scored_bytes = std::size_t{64} << 10;
constexpr std::size_t scored_records = 400;

struct Score {
  double value = 0;
  double layout = 0;        // the same, stray quotes not looked at
  double quoted_share = 0;  // of the cells that are not empty
  std::uint64_t quoted_cells = 0;
  std::uint64_t rejects = 0;
  std::uint64_t wide_records = 0;  // more than one cell
  bool lone = false;               // hardly a record has more than one cell: no delimiter, then
};

// After CleverCSV (van den Burg, Nazabal, Sutton: "Wrangling messy CSV files by detecting row and
// type patterns"): how regular the rows are, times how many cells have a known type.
Score score(const Sample& sample, const Dialect& dialect, const SampleRecords& parsed) {
  std::map<std::size_t, std::size_t> widths;
  std::size_t cells = 0;
  std::size_t filled = 0;
  std::size_t good = 0;
  std::size_t strays = 0;
  Score result;
  for (const SampleRecord& record : parsed.records) {
    ++widths[record.cells.size()];
    if (record.cells.size() > 1) ++result.wide_records;
    strays += record.stray_quotes ? 1 : 0;
    for (const Cell& cell : record.cells) {
      ++cells;
      const std::string_view raw = sample.raw(cell);
      if (!raw.empty()) ++filled;
      if (cell.quoted) ++result.quoted_cells;
      if (cell.quoted || reads_like_one_value(raw, dialect.delimiter)) ++good;
    }
  }
  result.rejects = parsed.rejects;
  const std::size_t records = parsed.records.size();
  if (records == 0) return result;
  // A lone cell says nothing for a delimiter.
  constexpr double lone_cell = 1e-3;
  // A character that splits fewer than one record in twenty stands in values of a single column,
  // unless the header has it too.
  result.lone = result.wide_records * 20 < records && parsed.records.front().cells.size() == 1;
  double pattern = 0;
  for (const auto& [width, count] : widths) {
    const auto w = static_cast<double>(width);
    pattern += static_cast<double>(count) * std::max(lone_cell, w - 1) / w;
  }
  pattern /= static_cast<double>(widths.size());
  if (result.lone) pattern = lone_cell * static_cast<double>(records);
  const double types = static_cast<double>(good) / static_cast<double>(cells);
  const double total = static_cast<double>(records + parsed.rejects);
  const double whole = static_cast<double>(records) / total;
  const double tidy = 1 - 0.5 * static_cast<double>(strays) / total;
  result.layout = pattern * types * whole * whole * whole;
  result.value = result.layout * tidy;
  result.quoted_share = static_cast<double>(result.quoted_cells) /
                        static_cast<double>(std::max<std::size_t>(1, filled));
  return result;
}

// Characters that stand between two quotes often enough to be the delimiter.
std::string between_quotes(std::string_view text, char quote) {
  std::map<char, std::size_t> counts;
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] == quote && text[i + 2] == quote) ++counts[text[i + 1]];
  }
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  std::string found;
  for (const auto& [c, count] : counts) {
    const auto byte = static_cast<unsigned char>(c);
    const bool punctuation = byte > 0x20 && byte < 0x7f && !(c >= '0' && c <= '9') &&
                             !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z');
    if ((punctuation || c == ' ') && c != quote && c != '"' && c != '\\' &&
        count >= std::max<std::size_t>(2, lines)) {
      found.push_back(c);
    }
  }
  return found;
}

struct Candidate {
  Dialect dialect;
  Score score;
};

class Contest {
 public:
  Contest(const Sample& sample, const DialectHints& known) : sample_(sample) {
    base_.quote = known.quote.value_or('"');
    base_.escape = known.escape.value_or('\0');
    base_.comment = known.comment.value_or('\0');
    base_.double_quote = known.double_quote.value_or(true);
    base_.trim = known.trim.value_or(false);
    base_.delimiter = known.delimiter.value_or(',');
    best_.dialect = base_;
    text_ = sample.text().substr(0, scored_bytes);
  }

  std::string_view text() const { return text_; }
  const Dialect& base() const { return base_; }
  const Candidate& best() const { return best_; }

  Result<Candidate> rate(const Dialect& dialect) const {
    const SampleRecords parsed =
        CSVM_TRY(sample_.records(dialect, Limits{}, scored_bytes, scored_records));
    return Candidate{dialect, score(sample_, dialect, parsed)};
  }
  void offer(const Candidate& candidate, double advantage = 1) {
    if (candidate.score.value > best_.score.value * advantage) best_ = candidate;
  }
  void replace(const Candidate& candidate) { best_ = candidate; }

 private:
  const Sample& sample_;
  std::string_view text_;
  Dialect base_;
  Candidate best_;
};

bool holds_pair(std::string_view text, char first, std::string_view seconds) {
  for (std::size_t i = text.find(first); i != std::string_view::npos && i + 1 < text.size();
       i = text.find(first, i + 1)) {
    if (seconds.find(text[i + 1]) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Result<Dialect> find_dialect(const Sample& sample, const DialectHints& known) {
  Contest contest(sample, known);
  const std::string_view text = contest.text();
  std::string delimiters;
  if (known.delimiter) {
    delimiters.push_back(*known.delimiter);
  } else {
    for (const char c : std::string_view(",;\t|^~\x1f\x01")) {
      if (text.find(c) != std::string_view::npos) delimiters.push_back(c);
    }
  }

  // Quoted by apostrophes: only where they stand around most cells.
  const bool apostrophes = !known.quote && text.find('\'') != std::string_view::npos;
  const auto with = [&](char delimiter, char quote, char escape) {
    Dialect dialect = contest.base();
    dialect.delimiter = delimiter;
    dialect.quote = quote;
    dialect.escape = escape;
    return dialect;
  };
  const Dialect& base = contest.base();
  constexpr double rare_handicap = 1.5;  // of delimiters that hardly any program writes
  for (const char delimiter : delimiters) {
    const bool rare =
        !known.delimiter && std::string_view(",;\t|").find(delimiter) == std::string_view::npos;
    const double advantage = rare ? rare_handicap : 1;
    const Candidate plain = CSVM_TRY(contest.rate(with(delimiter, base.quote, base.escape)));
    contest.offer(plain, advantage);
    if (!known.escape && base.quote != '\0' &&
        holds_pair(text, '\\', std::string{base.quote, delimiter})) {
      // A backslash is an escape only where that mends what is broken without it; a quote inside a
      // cell without quotes is not.
      const Candidate escaped = CSVM_TRY(contest.rate(with(delimiter, base.quote, '\\')));
      if (escaped.score.rejects < plain.score.rejects ||
          (escaped.score.rejects == plain.score.rejects &&
           escaped.score.layout > plain.score.layout * 1.05)) {
        contest.offer(escaped, advantage);
      }
    }
  }
  // A delimiter that only quotes around it give away (":", "+" ...).
  if (!known.delimiter) {
    for (const char quote : std::string_view(apostrophes ? "\"'" : "\"")) {
      if (known.quote && quote != base.quote) continue;
      for (const char delimiter : between_quotes(text, quote)) {
        if (delimiters.find(delimiter) != std::string::npos) continue;
        const Candidate candidate = CSVM_TRY(contest.rate(with(delimiter, quote, base.escape)));
        if (candidate.score.quoted_share >= 0.5 && candidate.score.rejects == 0) {
          contest.offer(candidate, rare_handicap);
        }
      }
    }
  }
  if (!known.delimiter && contest.best().score.lone) {
    // One column: the usual delimiter, unless values hold it and another splits none of them.
    for (const char delimiter : std::string_view(",;\t|")) {
      const Candidate candidate = CSVM_TRY(contest.rate(with(delimiter, base.quote, base.escape)));
      if (candidate.score.wide_records > 0) continue;
      contest.replace(candidate);
      break;
    }
  }
  if (!known.trim && base.quote != '\0') {
    // Blanks are cut off only where quotes behind them would split records otherwise.
    const Candidate best = contest.best();
    if (text.find(std::string{best.dialect.delimiter, ' ', base.quote}) != std::string_view::npos) {
      Dialect trimmed = best.dialect;
      trimmed.trim = true;
      const Candidate candidate = CSVM_TRY(contest.rate(trimmed));
      if (candidate.score.rejects <= best.score.rejects &&
          candidate.score.layout > best.score.layout * 1.2) {
        contest.replace(candidate);
      }
    }
  }
  if (apostrophes) {
    const Candidate& best = contest.best();
    if (best.score.quoted_cells == 0) {
      std::string tried = delimiters.empty() ? std::string(",") : delimiters;
      Candidate found;
      for (const char delimiter : tried) {
        const Candidate candidate = CSVM_TRY(contest.rate(with(delimiter, '\'', base.escape)));
        if (candidate.score.quoted_share >= 0.5 && candidate.score.quoted_cells >= 2 &&
            candidate.score.rejects == 0 && candidate.score.value > found.score.value) {
          found = candidate;
        }
      }
      if (found.score.value * 1.3 > best.score.value && found.score.value > 0) {
        contest.replace(found);
      }
    }
  }
  return contest.best().dialect;
}

}  // namespace csvm::csv
