#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "csvm/csv.h"
#include "csvm/output.h"

namespace csvm::output {
namespace {

namespace fs = std::filesystem;

class CsvSinkWrites : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() /
        ("csv_sink_" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) +
         testing::UnitTest::GetInstance()->current_test_info()->name() + std::to_string(getpid()));
    fs::create_directories(folder_);
    paths_ = paths_beside((folder_ / "leads.csv").string());
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
  Paths paths_;
};

TEST_F(CsvSinkWrites, RecordsAndLeftOutRowsUnderTheirNames) {
  auto sink = CsvSink::create(paths_, false);
  ASSERT_TRUE(sink) << sink.error().message;
  std::vector<pipeline::Source> sources(1);
  sources[0].file.name = "a.csv";
  ASSERT_TRUE((*sink)->begin({columns::TableType::people, {"Name", "Note"}, 1}, sources));
  pipeline::Spelled spelled;
  const std::vector<std::string_view> kept = {"Ann", "says \"hi\", twice"};
  const std::vector<std::string_view> merged = {"ANN", ""};
  (*sink)->spell(kept, spelled);
  (*sink)->spell_left_out({{0, 3}, 1, 97.4, "same name", merged}, spelled);
  ASSERT_TRUE((*sink)->write(spelled));
  EXPECT_FALSE(fs::exists(paths_.records)) << "offered before it was whole";
  ASSERT_TRUE((*sink)->commit());
  EXPECT_EQ(content(paths_.records), "Name,Note\nAnn,\"says \"\"hi\"\", twice\"\n");
  EXPECT_EQ(content(paths_.duplicates),
            "Source File,Line,Merged Into Row,Score,Reason,Name,Note\n"
            "a.csv,3,1,97,same name,ANN,\n");
}

TEST_F(CsvSinkWrites, NothingWhenTheRunEndsBeforeCommit) {
  {
    auto sink = CsvSink::create(paths_, false);
    ASSERT_TRUE(sink);
    ASSERT_TRUE((*sink)->begin({columns::TableType::people, {"Name"}, 1}, {}));
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(CsvSinkWrites, FormulasSoThatNoneRunsWhenAskedTo) {
  auto sink = CsvSink::create(paths_, true);
  ASSERT_TRUE(sink);
  pipeline::Spelled spelled;
  const std::vector<std::string_view> row = {"=1+\"x\"", "+1 415 555 0134"};
  (*sink)->spell(row, spelled);
  EXPECT_EQ(spelled.records, "\"'=1+\"\"x\"\"\",+1 415 555 0134\n");
  EXPECT_EQ(spelled.neutralised, 1u);
}

TEST(PathsBeside, ReplaceTheSuffixOnly) {
  EXPECT_EQ(paths_beside("out.d/leads.csv").rejected, "out.d/leads_rejected.csv");
  EXPECT_EQ(paths_beside("out.d/leads").report, "out.d/leads_report.json");
}

// A failure prints the seed.
TEST_F(CsvSinkWrites, WhatReadsBackAsItWas) {
  std::vector<pipeline::Source> sources(1);
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    const auto cell = [&random] {
      static constexpr std::string_view parts[] = {
          "a", ",", "\"", "\n", "\r\n", " ", "\r", ";", "=1", "ab", "0123456789abcdef"};
      std::string text;
      for (auto n = random() % 6; n > 0; --n) text += parts[random() % std::size(parts)];
      return text;
    };
    const pipeline::Table table{columns::TableType::people, {"First", "Second", "Third"}, 3};
    std::vector<std::vector<std::string>> rows{table.columns};
    auto sink = CsvSink::create(paths_, false);
    ASSERT_TRUE(sink) << sink.error().message;
    ASSERT_TRUE((*sink)->begin(table, sources));
    pipeline::Spelled spelled;
    for (int n = 0; n < 50; ++n) {
      rows.push_back({cell(), cell(), cell()});
      const std::vector<std::string_view> values(rows.back().begin(), rows.back().end());
      (*sink)->spell(values, spelled);
    }
    ASSERT_TRUE((*sink)->write(spelled));
    ASSERT_TRUE((*sink)->commit());

    const auto text = bytes::text_from_string("result", content(paths_.records));
    csv::Shape shape;
    shape.columns = 3;
    const auto index = csv::index(*text, shape);
    ASSERT_TRUE(index);
    csv::Batch batch;
    std::vector<std::vector<std::string>> read;
    std::string scratch;
    for (const auto& block : index->blocks) {
      ASSERT_TRUE(csv::read_block(*text, shape, block, {}, batch));
      for (const auto& record : batch.records) {
        auto& row = read.emplace_back();
        for (std::uint32_t c = 0; c < record.cells; ++c) {
          row.emplace_back(
              csv::value(batch, batch.cells[record.first_cell + c], shape.dialect, scratch));
        }
      }
    }
    ASSERT_EQ(read, rows) << "seed " << seed;
  }
}

}  // namespace
}  // namespace csvm::output
