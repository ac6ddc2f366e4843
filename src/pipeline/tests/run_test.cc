#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "scratch.h"

namespace csvm::pipeline {
namespace {

using Column = std::vector<std::string>;

const std::string apollo =
    "First Name,Last Name,Title,Company,Email,Website,City,State,Country,Email Status\n"
    "Ann,Lee,CEO,Acme Inc,ann@acme.example,https://www.acme.example/about,Berlin,,Germany,ok\n"
    "BOB,O'BRIEN,CTO,Bolt,bob@bolt.example,bolt.example,,,,\n";
const std::string crm =
    "Full Name;Company Name;Job Title;email_status;Phone\n"
    "Ann Lee;ACME;Chief Executive Officer;;+1 415 555 0134\n"
    "Cleo Park;Corex;VP;bad;\n";

TEST(Run, MergesExactDuplicatesAndKeepsEverythingElse) {
  Scratch scratch;
  Collector sink;
  const auto summary = run_files({scratch.file("a.csv", apollo), scratch.file("b.csv", crm)},
                                 people_settings(cluster::Mode::exact), sink);
  EXPECT_EQ(summary.total.read, 4u);
  EXPECT_EQ(summary.total.kept, 3u);
  EXPECT_EQ(summary.total.merged, 1u);
  EXPECT_EQ(sink.column("Full Name"), (Column{"Ann Lee", "Bob O'Brien", "Cleo Park"}));
  EXPECT_EQ(sink.column("Company Website"), (Column{"acme.example", "bolt.example", ""}));
  EXPECT_EQ(sink.column("Phone Number"), (Column{"+1 415 555 0134", "", ""}));
  EXPECT_EQ(sink.column("Person Location")[0], "Berlin, Germany");
}

TEST(Run, DoesWithTwoRowsWhatWasDecidedAndSaysWhereTheyStand) {
  Scratch scratch;
  Collector sink;
  auto settings = people_settings(cluster::Mode::exact);
  settings.decisions = {{{0, 2}, {1, 2}, false}, {{1, 3}, {0, 3}, true}};
  settings.list_first_rows = true;
  const auto summary =
      run_files({scratch.file("a.csv", apollo), scratch.file("b.csv", crm)}, settings, sink);
  EXPECT_EQ(sink.column("Full Name"), (Column{"Ann Lee", "Bob O'Brien", "Ann Lee"}));
  ASSERT_EQ(summary.first_rows.size(), 1u);
  EXPECT_EQ(summary.first_rows[0].source, 0u);
  EXPECT_EQ(summary.first_rows[0].line, 3u);
}

TEST(Run, RefusesADecisionAboutALineWithoutARecord) {
  Scratch scratch;
  Collector sink;
  auto settings = people_settings(cluster::Mode::exact);
  settings.decisions = {{{0, 2}, {0, 9}, true}};
  const auto sources = open_sources({scratch.file("a.csv", apollo)}, settings).value();
  const auto summary = run(sources, {}, settings, sink);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().message, "decisions: no record of a.csv begins on line 9");
}

TEST(Run, NumbersTheRecordsOfPossibleDuplicates) {
  Scratch scratch;
  Collector sink;
  const auto summary = run_files(
      {scratch.file("a.csv",
                    "Full Name,Company Name,Company Website\n"
                    "Cleo Park,Corex,corex.example\n"
                    "Cleo Park,Corex,corex.example\n"
                    "Jon Weber,Novak Glass,novak.example\n"
                    "Jomn Weber,Novak Glass,novak.example\n")},
      [] {
        auto settings = people_settings(cluster::Mode::fuzzy);
        settings.matching.possible = 0;
        return settings;
      }(),
      sink);
  ASSERT_EQ(sink.records().size(), 3u);
  ASSERT_FALSE(summary.possible.empty());
  EXPECT_EQ(summary.possible.back().with_record, 2u);
  EXPECT_EQ(summary.possible.back().record, 3u);
}

TEST(Run, PutsAdditionalColumnsOfSeveralFilesTogetherHoweverTheyAreSpelled) {
  Scratch scratch;
  Collector sink;
  run_files({scratch.file("a.csv", apollo), scratch.file("b.csv", crm)},
            people_settings(cluster::Mode::none), sink);
  EXPECT_EQ(sink.column("Email Status"), (Column{"ok", "", "", "bad"}));
  EXPECT_EQ(std::ranges::count(sink.columns, "email_status"), 0);
}

TEST(Run, SaysOfEveryLeftOutRowWhereItWasAndWhereItWent) {
  Scratch scratch;
  Collector sink;
  run_files({scratch.file("a.csv", apollo), scratch.file("b.csv", crm)},
            people_settings(cluster::Mode::exact), sink);
  const auto left_out = sink.left_out();
  ASSERT_EQ(left_out.size(), 1u);
  EXPECT_EQ(left_out[0][0], "1");  // source
  EXPECT_EQ(left_out[0][1], "2");  // line
  EXPECT_EQ(left_out[0][2], "1");  // row of the result
  EXPECT_FALSE(left_out[0][3].empty());
}

TEST(Run, RemovesWhoIsOnTheSuppressionListWithTheWholeCluster) {
  Scratch scratch;
  Collector sink;
  const auto summary = run_files({scratch.file("a.csv", apollo), scratch.file("b.csv", crm)},
                                 people_settings(cluster::Mode::exact), sink,
                                 {scratch.file("stop.csv", "Email\nANN@acme.example\n")});
  EXPECT_EQ(summary.total.suppressed, 2u);
  EXPECT_EQ(sink.column("Full Name"), (Column{"Bob O'Brien", "Cleo Park"}));
  EXPECT_EQ(sink.left_out().size(), 2u);
}

TEST(Run, SuppressesEveryoneOfACompanyThatAListNamesByItsDomain) {
  Scratch scratch;
  Collector sink;
  run_files({scratch.file("a.csv", apollo)}, people_settings(cluster::Mode::none), sink,
            {scratch.file("stop.csv", "Company Website\nhttp://bolt.example/\n")});
  EXPECT_EQ(sink.column("Last Name"), (Column{"Lee"}));
}

// Namesakes, of whom the list has one.
TEST(Run, SuppressesByNameAndDateOfBirthOrStreet) {
  const auto left = [](const std::string& rows, const std::string& list) {
    Scratch scratch;
    Collector sink;
    run_files({scratch.file("a.csv", rows)}, people_settings(cluster::Mode::none), sink,
              {scratch.file("stop.csv", list)});
    return sink.column("Row");
  };
  const std::string born =
      "Row,First Name,Last Name,Company,Date of Birth\n"
      "1,Ann,Lee,Acme,1971-02-03\n2,Ann,Lee,Acme Inc,1990-10-20\n3,Ann,Lee,Bolt,\n";
  EXPECT_EQ(left(born, "Full Name,DOB\nAnn Lee,3.2.1971\n"), (Column{"2", "3"}));
  EXPECT_EQ(left(born, "Full Name,Company,DOB\nAnn Lee,ACME,1990-10-20\n"), (Column{"1", "3"}));
  EXPECT_EQ(left(born, "Full Name,Company,DOB\nAnn Lee,ACME,\n"), (Column{"3"}));
  EXPECT_EQ(left(born, "Full Name\nAnn Lee\n"), (Column{"1", "2", "3"}));
  EXPECT_EQ(left(born, "First Name,DOB\nAnn,1971-02-03\n"), (Column{"1", "2", "3"}));

  const std::string lives =
      "Row,First Name,Last Name,Street,Zip\n"
      "1,Bob,Hill,12 High Street,10115\n2,Bob,Hill,12 High Street,80331\n3,Bob,Hill,7 Oak "
      "Road,10115\n4,Bob,Hill,,10115\n";
  EXPECT_EQ(left(lives, "Full Name,Street,Zip\n\"Hill, Bob\",12 High St.,10115\n"),
            (Column{"2", "3", "4"}));
  EXPECT_EQ(left(lives, "Full Name,Street\nBob Hill,12 HIGH ST\n"), (Column{"3", "4"}));
  EXPECT_EQ(left(lives, "Full Name,Zip\nBob Hill,10115\n"), (Column{"1", "2", "3", "4"}));
}

// "Info" says nothing; its values are dates of birth, or of something else.
TEST(Run, TellsNamesakesApartByAColumnThatOnlyItsValuesMakeDatesOfBirth) {
  const auto kept = [](int first_year) {
    std::string rows = "Full Name,Company,Info\nAnn Lee,Acme,1971-02-03\nAnn Lee,Acme Inc,";
    rows += std::to_string(first_year + 40) + "-10-20\n";
    for (int i = 0; i < 20; ++i) {
      rows += "Person" + std::string(1, static_cast<char>('a' + i)) + " Hill,Firm ";
      rows += std::string(4, static_cast<char>('a' + i)) + "," +
              std::to_string(first_year + 3 * i) + "-05-06\n";
    }
    Scratch scratch;
    Collector sink;
    return run_files({scratch.file("a.csv", rows)}, people_settings(cluster::Mode::fuzzy), sink)
        .total.kept;
  };
  EXPECT_EQ(kept(1940), 22u);
  EXPECT_EQ(kept(1990), 21u);
}

TEST(Run, KeepsSurplusCellsAndPadsShortRows) {
  Scratch scratch;
  Collector sink;
  const auto summary = run_files(
      {scratch.file("a.csv", "First Name,Last Name,Email\nAnn,Lee,a@a.example,surplus\nBob\n")},
      people_settings(cluster::Mode::none), sink);
  EXPECT_EQ(sink.column("column_4"), (Column{"surplus", ""}));
  EXPECT_EQ(summary.total.warnings, 2u);
}

TEST(Run, GivesFurtherAddressesOfACellColumnsOfTheirOwn) {
  Scratch scratch;
  Collector sink;
  run_files({scratch.file("a.csv",
                          "First Name,Last Name,Email,Work Email 2\n"
                          "Ann,Lee,\"ann@a.example; lee@a.example, al@a.example\",own\n")},
            people_settings(cluster::Mode::none), sink);
  EXPECT_EQ(sink.column("Work Email"), (Column{"ann@a.example"}));
  EXPECT_EQ(sink.column("Work Email 2"), (Column{"lee@a.example"}));
  EXPECT_EQ(sink.column("Work Email 3"), (Column{"al@a.example"}));
  const auto row = sink.records()[0];
  EXPECT_EQ(std::ranges::count(row, "own"), 1) << "a header of the same name was overwritten";
}

TEST(Run, ChangesNothingWhenCleaningAndMatchingAreOff) {
  Scratch scratch;
  Collector sink;
  auto settings = people_settings(cluster::Mode::none);
  settings.rules.enabled.reset();
  run_files(
      {scratch.file("a.csv", "Email,Company Website\n  ANN@A.example ,HTTP://www.A.example/\n")},
      settings, sink);
  EXPECT_EQ(sink.column("Work Email"), (Column{"  ANN@A.example "}));
  EXPECT_EQ(sink.column("Company Website"), (Column{"HTTP://www.A.example/"}));
}

TEST(OpenSources, RefusesAnOverrideThatNamesNoHeader) {
  Scratch scratch;
  auto file = scratch.file("a.csv", apollo);
  file.overrides.push_back({"Nope", "Job Title"});
  const auto sources = open_sources({file}, people_settings(cluster::Mode::none));
  ASSERT_FALSE(sources);
  EXPECT_NE(sources.error().message.find("a.csv has no header 'Nope'"), std::string::npos);
}

// Rows of a few people and companies, spelled with noise, so that there are many duplicates.
std::string messy_table(std::mt19937& random, int rows) {
  const Column first = {"Ann", "BOB", "Cleo ", "D\xC3\xB6rte", ""};
  const Column last = {"Lee", "Park", "N/A", "O'Neil", "van Dam"};
  const Column company = {"Acme Inc", "ACME", "Bolt, LLC", "", "Corex GmbH"};
  const Column note = {"", "a,b", "say \"hi\"", "two\nlines", "x"};
  const auto pick = [&](const Column& from) { return from[random() % from.size()]; };
  std::string text = "First Name,Last Name,Company,Email,Note\n";
  for (int r = 0; r < rows; ++r) {
    const Column cells = {
        pick(first), pick(last), pick(company),
        random() % 3 == 0 ? "p" + std::to_string(random() % 50) + "@gmail.com" : "", pick(note)};
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c != 0) text += ',';
      csv::append_cell(text, cells[c]);
    }
    if (random() % 20 == 0) text += ",surplus";
    text += '\n';
  }
  return text;
}

TEST(Run, GivesTheSameBytesForAnyThreadsAndBlocksAndAccountsForEveryRow) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    std::mt19937 random(seed);
    Scratch scratch;
    const std::vector<SourceFile> files = {scratch.file("a.csv", messy_table(random, 300)),
                                           scratch.file("b.csv", messy_table(random, 200)),
                                           scratch.file("c.csv", messy_table(random, 1))};
    for (const auto mode : {cluster::Mode::none, cluster::Mode::exact, cluster::Mode::fuzzy}) {
      std::string records, left_out;
      for (const unsigned threads : {1u, 2u, 5u}) {
        for (const std::size_t block_bytes : {std::size_t{200}, std::size_t{1} << 20}) {
          auto settings = people_settings(mode);
          settings.threads = threads;
          settings.block_bytes = block_bytes;
          Collector sink;
          const auto summary = run_files(files, settings, sink);
          EXPECT_EQ(summary.total.read, 501u);
          EXPECT_EQ(summary.total.kept, sink.records().size());
          EXPECT_LE(summary.total.merged, sink.left_out().size());
          if (records.empty()) {
            records = sink.records_text;
            left_out = sink.left_out_text;
          }
          EXPECT_EQ(sink.records_text, records)
              << "seed " << seed << ", threads " << threads << ", block " << block_bytes;
          EXPECT_EQ(sink.left_out_text, left_out);
        }
      }
    }
  }
}

TEST(Run, StopsWhenAsked) {
  Scratch scratch;
  auto settings = people_settings(cluster::Mode::exact);
  const auto sources = open_sources({scratch.file("a.csv", apollo)}, settings);
  ASSERT_TRUE(sources);
  std::stop_source stop;
  stop.request_stop();
  settings.stop = stop.get_token();
  Collector sink;
  const auto summary = run(*sources, {}, settings, sink);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, Errc::cancelled);
}

TEST(Run, PassesOnTheErrorOfASink) {
  class Full final : public RowSink {
    Result<void> begin(const Table&, const std::vector<Source>&) override { return {}; }
    void spell(std::span<const std::string_view>, Spelled& out) const override {
      out.records += 'x';
    }
    void spell_left_out(const LeftOut&, Spelled&) const override {}
    Result<void> write(const Spelled&) override { return Error{Errc::io, "disk full"}; }
  };
  Scratch scratch;
  auto settings = people_settings(cluster::Mode::none);
  settings.threads = 3;
  settings.block_bytes = 20;
  const auto sources = open_sources({scratch.file("a.csv", apollo)}, settings);
  ASSERT_TRUE(sources);
  Full sink;
  const auto summary = run(*sources, {}, settings, sink);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().message, "disk full");
}

}  // namespace
}  // namespace csvm::pipeline
