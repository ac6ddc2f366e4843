// What holds for any input, tried on random tables. A failure prints the seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <set>

#include "scratch.h"

namespace csvm::pipeline {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t n) { return random() % n; }

template <std::size_t n>
std::string one_of(Random& random, const std::array<const char*, n>& words) {
  return words[below(random, n)];
}

// Few names and companies, so that many rows are the same lead; some cells are dirty.
std::string cell(Random& random, const std::string& header) {
  if (below(random, 12) == 0) return one_of<6>(random, {"", "N/A", " ", "-", "x,y", "a\nb \"c\""});
  const std::string first = one_of<4>(random, {"Ann", "BOB", "cleo", "Zo\u00eb"});
  const std::string last = one_of<4>(random, {"Lee", "o'brien", "van der Berg", "PARK"});
  const std::string company = one_of<3>(random, {"Acme", "Bolt", "Corex"});
  if (header == "First Name") return first;
  if (header == "Last Name") return last;
  if (header == "Full Name" || header == "Contact Name") return first + " " + last;
  if (header == "Company") return company + one_of<4>(random, {"", " Inc", ", Inc.", "  GmbH"});
  if (header == "Email") {
    return first + "@" + company +
           one_of<3>(random, {".example", ".EXAMPLE", ".example; b@c.example"});
  }
  if (header == "LinkedIn") return "http://linkedin.com/in/" + first + last;
  if (header == "Website")
    return one_of<3>(random, {"https://www.", "", "HTTP://"}) + company + ".example/x";
  if (header == "Phone") return "+1 415 555 01" + std::to_string(below(random, 90) + 10);
  if (header == "City") return one_of<2>(random, {"Berlin", "Lyon"});
  if (header == "Country") return one_of<2>(random, {"Germany", "France"});
  return "note " + std::to_string(below(random, 1000));
}

std::string spelled(const std::string& value, char delimiter, bool always_quoted) {
  std::string out;
  csv::append_cell(out, value, delimiter);
  if (always_quoted && !out.starts_with('"')) out = '"' + out + '"';
  return out;
}

struct Input {
  std::vector<SourceFile> files;
  std::vector<std::vector<std::string>> rows;  // non-empty cells; the first one is unique
};

Input random_input(Random& random, const Scratch& scratch) {
  static const std::vector<std::string> all_headers = {
      "First Name", "Last Name", "Full Name", "Company", "Email", "LinkedIn",
      "Website",    "Phone",     "City",      "Country", "Remark"};
  Input input;
  int id = 0;
  for (int f = 0; f < 3; ++f) {
    std::vector<std::string> headers;
    for (const auto& header : all_headers) {
      if (below(random, 3) != 0) headers.push_back(header);
    }
    std::ranges::shuffle(headers, random);
    const char delimiter = f == 1 ? ';' : ',';
    const std::string line_end = f == 2 ? "\r\n" : "\n";
    std::string text = "Row Id";
    for (const auto& header : headers) text += delimiter + header;
    text += line_end;
    const std::size_t rows = 5 + below(random, 60);
    for (std::size_t r = 0; r < rows; ++r) {
      std::vector<std::string> values = {"row-" + std::to_string(id++)};
      text += values[0];
      const bool is_short = below(random, 15) == 0;
      for (const auto& header : headers) {
        if (is_short && below(random, 3) == 0) break;
        const std::string value = cell(random, header);
        text += delimiter + spelled(value, delimiter, f == 0);
        if (!value.empty()) values.push_back(value);
      }
      if (!is_short && below(random, 20) == 0) {
        values.push_back("surplus");
        text += delimiter + values.back();
      }
      text += line_end;
      input.rows.push_back(std::move(values));
    }
    input.files.push_back(scratch.file("f" + std::to_string(f) + ".csv", text));
  }
  return input;
}

class RunOfRandomTables : public testing::TestWithParam<unsigned> {};

TEST_P(RunOfRandomTables, AccountsForEveryRow) {
  Random random(GetParam());
  const Scratch scratch;
  const Input input = random_input(random, scratch);
  const auto lists = {scratch.file("stop.csv", "Email\nann@acme.example\n")};
  for (const auto mode : {cluster::Mode::none, cluster::Mode::exact}) {
    Collector sink;
    const Summary summary = run_files(input.files, people_settings(mode), sink, lists);
    EXPECT_EQ(summary.total.read, input.rows.size());
    EXPECT_EQ(summary.total.kept, sink.records().size());
    EXPECT_EQ(summary.total.kept + summary.total.merged + summary.total.suppressed +
                  summary.total.rejected,
              summary.total.read);
    EXPECT_GE(sink.left_out().size(), summary.total.merged + summary.total.suppressed);
    for (std::size_t c = 0; c < summary.table.columns.size(); ++c) {
      const auto column = sink.column(summary.table.columns[c]);
      const auto filled = std::ranges::count_if(column, [](const auto& v) { return !v.empty(); });
      EXPECT_EQ(summary.total.filled[c], static_cast<std::uint64_t>(filled))
          << summary.table.columns[c];
    }
  }
}

TEST_P(RunOfRandomTables, GivesTheSameBytesForAnyThreadsBlocksAndMemory) {
  Random random(GetParam());
  const Scratch scratch;
  const Input input = random_input(random, scratch);
  const auto lists = {scratch.file("stop.csv", "Website\nbolt.example\n")};
  Settings settings = people_settings(cluster::Mode::exact);
  Collector expected;
  const Summary counts = run_files(input.files, settings, expected, lists);
  struct Way {
    unsigned threads;
    std::size_t block_bytes;
    std::uint64_t memory_bytes;
  };
  for (const auto& way : {Way{2, 64, 0}, Way{3, 500, 1}, Way{8, 1, 0}, Way{1, 4096, 1}}) {
    settings.threads = way.threads;
    settings.block_bytes = way.block_bytes;
    settings.memory_bytes = way.memory_bytes;
    Collector sink;
    const Summary summary = run_files(input.files, settings, sink, lists);
    const std::string how =
        std::to_string(way.threads) + " threads, blocks of " + std::to_string(way.block_bytes);
    EXPECT_EQ(sink.columns, expected.columns) << how;
    EXPECT_EQ(sink.records_text, expected.records_text) << how;
    EXPECT_EQ(sink.left_out_text, expected.left_out_text) << how;
    EXPECT_EQ(summary.cleaned, counts.cleaned) << how;
    EXPECT_EQ(summary.conflicts, counts.conflicts) << how;
    EXPECT_EQ(summary.fields_merged, counts.fields_merged) << how;
    EXPECT_EQ(summary.shared, counts.shared) << how;
    for (std::size_t s = 0; s < counts.sources.size(); ++s) {
      EXPECT_EQ(summary.sources[s].damage, counts.sources[s].damage) << how;
      EXPECT_EQ(summary.sources[s].filled, counts.sources[s].filled) << how;
    }
  }
}

// Cleaning is off, so that values are to be found as they are. A row that lost a value to another
// row of its cluster stands among the left-out rows; every other row is in a record of the result.
TEST_P(RunOfRandomTables, KeepsEveryValueOfEveryRow) {
  Random random(GetParam());
  const Scratch scratch;
  const Input input = random_input(random, scratch);
  for (const auto rule : {merge::Survivor::most_complete, merge::Survivor::longest,
                          merge::Survivor::most_frequent, merge::Survivor::newest_file}) {
    Settings settings = people_settings(cluster::Mode::exact);
    settings.rules.enabled.reset();
    settings.survivor = rule;
    Collector sink;
    const Summary summary = run_files(input.files, settings, sink);
    Rows places = sink.left_out();  // first: a left-out row is whole
    std::ranges::move(sink.records(), std::back_inserter(places));
    for (const auto& values : input.rows) {
      const auto place = std::ranges::find_if(
          places, [&](const auto& row) { return std::ranges::find(row, values[0]) != row.end(); });
      ASSERT_NE(place, places.end()) << values[0] << " is nowhere";
      for (const auto& value : values) {
        EXPECT_NE(std::ranges::find(*place, value), place->end())
            << "'" << value << "' of " << values[0] << " under " << to_string(rule);
      }
    }
  }
}

TEST_P(RunOfRandomTables, KnowsTheOriginOfEveryValue) {
  Random random(GetParam());
  const Scratch scratch;
  const Input input = random_input(random, scratch);
  for (const auto rule : {merge::Survivor::most_complete, merge::Survivor::most_frequent}) {
    Settings settings = people_settings(cluster::Mode::exact);
    settings.survivor = rule;
    settings.further_contacts = 2;
    Collector without;
    run_files(input.files, settings, without);
    settings.provenance = true;
    Collector sink;
    const Summary summary = run_files(input.files, settings, sink);
    EXPECT_EQ(sink.records_text, without.records_text);
    settings.threads = 3;
    settings.block_bytes = 500;
    Collector other;
    run_files(input.files, settings, other);
    EXPECT_EQ(sink.origins_text, other.origins_text);

    const Rows records = sink.records();
    std::vector<std::set<std::string>> known(records.size());
    for (const auto& origin : Collector::rows(sink.origins_text)) {
      const auto record = static_cast<std::size_t>(std::stoul(origin[0])) - 1;
      const std::string& column = origin[1];
      const auto c =
          static_cast<std::size_t>(std::ranges::find(sink.columns, column) - sink.columns.begin());
      EXPECT_EQ(records[record][c], origin[2]);
      EXPECT_TRUE(known[record].insert(column).second) << column << " has two origins";
      EXPECT_FALSE(origin[5].empty()) << column << " was made from no header";
      // A value that no rule changed and that was made of nothing else stands there as it is.
      if (origin[7].empty()) {
        EXPECT_EQ(origin[2], origin[6]) << column;
      }
    }
    std::uint64_t origins = 0;
    for (const auto& columns : known) origins += columns.size();
    EXPECT_EQ(origins, std::accumulate(summary.total.filled.begin(), summary.total.filled.end(),
                                       std::uint64_t{0}));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RunOfRandomTables, testing::Range(1u, 25u));

}  // namespace
}  // namespace csvm::pipeline
