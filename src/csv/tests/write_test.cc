// What is written is read back as it was.
#include <random>

#include "tests/reading.h"

namespace csvm::csv {
namespace {

std::string written(const Row& row, char delimiter = ',') {
  std::string out;
  append_record(out, std::vector<std::string_view>(row.begin(), row.end()), delimiter);
  return out;
}

TEST(Writing, QuotesOnlyWhatMustBeQuoted) {
  EXPECT_EQ(written({"a", "b c", ""}), "a,b c,\n");
  EXPECT_EQ(written({"a,b", "c;d"}), "\"a,b\",c;d\n");
  EXPECT_EQ(written({"a,b", "c;d"}, ';'), "a,b;\"c;d\"\n");
  EXPECT_EQ(written({"say \"x\""}), "\"say \"\"x\"\"\"\n");
  EXPECT_EQ(written({"a\nb", "c\rd"}), "\"a\nb\",\"c\rd\"\n");
  EXPECT_EQ(written({" a ", "007", "1-2"}), " a ,007,1-2\n");
  EXPECT_EQ(written({""}), "\"\"\n");
  EXPECT_EQ(written({"", ""}), ",\n");
}

// Cells are looked at eight bytes at a time, with what is over in smaller steps.
TEST(Writing, SeesASpecialByteAtEveryPlaceOfACell) {
  for (std::size_t bytes = 1; bytes <= 40; ++bytes) {
    EXPECT_EQ(written({std::string(bytes, 'x')}), std::string(bytes, 'x') + "\n");
    for (std::size_t at = 0; at < bytes; ++at) {
      for (const char special : {',', '\n', '\r', '"'}) {
        std::string cell(bytes, 'x');
        cell[at] = special;
        std::string out;
        append_cell(out, cell);
        ASSERT_TRUE(out.starts_with('"') && out.ends_with('"')) << out;
        ASSERT_EQ(out.size(), bytes + (special == '"' ? 3U : 2U)) << out;
      }
      for (const char plain : {';', '\t', '\'', '\0', '\x80', '\xff', '!', '#', '\x0b', '-'}) {
        std::string cell(bytes, 'x');
        cell[at] = plain;
        std::string out;
        append_cell(out, cell);
        ASSERT_EQ(out, cell);
      }
    }
  }
}

TEST(Writing, AppendsToWhatIsThere) {
  std::string out = "kept\n";
  append_record(out, {"a", "b"});
  append_cell(out, "c\"");
  EXPECT_EQ(out, "kept\na,b\n\"c\"\"\"");
}

class RoundTrip : public testing::TestWithParam<char> {};

TEST_P(RoundTrip, GivesEveryTableBack) {
  std::mt19937_64 random(static_cast<unsigned char>(GetParam()));
  static const std::vector<std::string> pieces = {"a",
                                                  "b c",
                                                  ",",
                                                  ";",
                                                  "\t",
                                                  "|",
                                                  "\"",
                                                  "\"\"",
                                                  "\n",
                                                  "\r",
                                                  "\r\n",
                                                  " ",
                                                  "'",
                                                  "\\",
                                                  "#",
                                                  "\u00e9",
                                                  "\u4e2d",
                                                  "\U0001f600",
                                                  "=1+1",
                                                  "sep=",
                                                  "0",
                                                  "x\"y",
                                                  std::string(90, 'z')};
  for (int round = 0; round < 60; ++round) {
    Table table;
    const std::size_t columns = 1 + random() % 5;
    for (std::size_t i = 1 + random() % 12; i > 0; --i) {
      Row row;
      for (std::size_t column = 0; column < columns; ++column) {
        std::string cell;
        for (std::size_t n = random() % 4; n > 0; --n) cell += pieces[random() % pieces.size()];
        row.push_back(cell);
      }
      table.push_back(row);
    }
    std::string text;
    for (const Row& row : table) text += written(row, GetParam());
    SCOPED_TRACE(testing::PrintToString(text));
    Dialect dialect;
    dialect.delimiter = GetParam();
    const Contents contents =
        read_all(text, shape_of(static_cast<std::uint32_t>(columns), dialect, 10));
    EXPECT_EQ(contents.rows, table);
    EXPECT_TRUE(contents.rejects.empty());
    EXPECT_EQ(contents.index.repaired_records, 0U);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Delimiters, RoundTrip, testing::Values(',', ';', '\t', '|'),
                         [](const auto& test) {
                           return "byte_" + std::to_string(static_cast<int>(test.param));
                         });

}  // namespace
}  // namespace csvm::csv
