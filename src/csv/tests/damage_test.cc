// One broken record spoils itself at most, and is reported by its place.
#include <algorithm>

#include "tests/reading.h"

namespace csvm::csv {
namespace {

using testing::Test;

constexpr std::uint64_t much_evidence = 10;

Contents read_damaged(const std::string& text, std::uint32_t columns = 3) {
  return read_all(text, shape_of(columns, {}, much_evidence));
}

TEST(UnclosedQuote, IsReadAsTextWhereTheWidthThenFits) {
  const Contents contents = read_damaged("1,2,3\n4,\"x,6\n7,8,9\n7,8,9\n");
  EXPECT_EQ(contents.rows,
            (Table{{"1", "2", "3"}, {"4", "\"x", "6"}, {"7", "8", "9"}, {"7", "8", "9"}}));
  EXPECT_EQ(contents.index.repaired_records, 1U);
  ASSERT_EQ(contents.index.first_repaired.size(), 1U);
  EXPECT_EQ(contents.index.first_repaired[0].line, 2U);
  EXPECT_EQ(contents.index.first_repaired[0].byte, 6U);
}

TEST(UnclosedQuote, IsRejectedAloneWhereNoReadingFits) {
  const Contents contents = read_damaged("1,2,3\n4,\"x\n7,8,9\n7,8,9\n");
  EXPECT_EQ(contents.rows, (Table{{"1", "2", "3"}, {"7", "8", "9"}, {"7", "8", "9"}}));
  EXPECT_EQ(contents.lines, (std::vector<std::uint64_t>{1, 3, 4}));
  ASSERT_EQ(contents.rejects.size(), 1U);
  EXPECT_EQ(contents.rejects[0].line, 2U);
  EXPECT_EQ(contents.rejects[0].byte, 6U);
  EXPECT_EQ(contents.rejects[0].bytes, 5U);
  EXPECT_EQ(contents.rejects[0].reason, "the quote opened in column 2 is not closed properly");
}

TEST(UnclosedQuote, InTheLastRecordTakesNothingBeforeIt) {
  const Contents contents = read_damaged("1,2,3\n4,5,6\n7,\"8");
  EXPECT_EQ(contents.rows, (Table{{"1", "2", "3"}, {"4", "5", "6"}}));
  ASSERT_EQ(contents.rejects.size(), 1U);
  EXPECT_EQ(contents.rejects[0].line, 3U);
}

// The quotes of two damaged records fit each other: what lies between them is not one cell.
TEST(TwoLooseQuotes, DoNotSwallowTheRecordsBetweenThem) {
  const Contents contents = read_damaged("1,2,3\n4,\"5,6\n7,8,9\na,b,c\nd,e,\"f\ng,h,i\nj,k,l\n");
  const Table whole{
      {"1", "2", "3"}, {"7", "8", "9"}, {"a", "b", "c"}, {"g", "h", "i"}, {"j", "k", "l"}};
  for (const Row& row : whole) {
    EXPECT_EQ(std::count(contents.rows.begin(), contents.rows.end(), row), 1)
        << testing::PrintToString(row);
  }
}

TEST(TwoLooseQuotes, DoNotSwallowTheRecordsBetweenThemWhenNoReadingFits) {
  const Contents contents = read_damaged("1,2,3\n4,\"5\n7,8,9\na,b,c\nd,e\"\ng,h,i\nj,k,l\n");
  const Table whole{
      {"1", "2", "3"}, {"7", "8", "9"}, {"a", "b", "c"}, {"g", "h", "i"}, {"j", "k", "l"}};
  for (const Row& row : whole) {
    EXPECT_EQ(std::count(contents.rows.begin(), contents.rows.end(), row), 1)
        << testing::PrintToString(row);
  }
  ASSERT_EQ(contents.rejects.size(), 1U);
  EXPECT_EQ(contents.rejects[0].line, 2U);
}

TEST(QuotesInsideQuotes, AreTextWhereTheWidthThenFits) {
  const Contents contents = read_damaged("1,2,3\n4,\"5\" x\" y\",6\n\"7\"7,8,\"9\"\na,b,c\n");
  EXPECT_EQ(
      contents.rows,
      (Table{{"1", "2", "3"}, {"4", "5\" x\" y", "6"}, {"\"7\"7", "8", "9"}, {"a", "b", "c"}}));
  EXPECT_EQ(contents.index.repaired_records, 2U);
}

TEST(CellsOfSeveralLines, StayWholeWhenTheirWidthFits) {
  const Contents contents = read_damaged("1,\"a,b,c\nd,e,f\ng,h,i\n\",3\n4,5,6\n");
  EXPECT_EQ(contents.rows, (Table{{"1", "a,b,c\nd,e,f\ng,h,i\n", "3"}, {"4", "5", "6"}}));
}

TEST(CellsOfSeveralLines, StayWholeInRaggedRowsToo) {
  const Contents contents = read_damaged("1,2,3\n4,\"x\ny\nz\"\n7,\"x\ny\",8,9\na,b,c\n");
  EXPECT_EQ(contents.rows,
            (Table{{"1", "2", "3"}, {"4", "x\ny\nz"}, {"7", "x\ny", "8", "9"}, {"a", "b", "c"}}));
  EXPECT_EQ(contents.index.short_records, 1U);
  EXPECT_EQ(contents.index.long_records, 1U);
}

TEST(InvalidBytes, RejectTheirRecordAndNameThemselves) {
  const Contents contents = read_damaged("1,2,3\n4,\xff,6\n7,\xc3\xa9,9\n7,\xc3,9\n");
  EXPECT_EQ(contents.rows, (Table{{"1", "2", "3"}, {"7", "\u00e9", "9"}}));
  ASSERT_EQ(contents.rejects.size(), 2U);
  EXPECT_EQ(contents.rejects[0].line, 2U);
  EXPECT_EQ(contents.rejects[0].byte, 6U);
  EXPECT_EQ(contents.rejects[0].bytes, 6U);
  EXPECT_EQ(contents.rejects[0].reason,
            "byte 0xFF at byte 8 of the text is not valid in its encoding");
  EXPECT_EQ(contents.rejects[1].line, 4U);
  EXPECT_EQ(contents.rejects[1].reason,
            "byte 0xC3 at byte 21 of the text is not valid in its encoding");
}

TEST(InvalidBytes, InACellOfManyBlocksRejectOneRecord) {
  const std::string far(3000, 'y');
  const Contents contents =
      read_damaged("1,2,3\n4,\"" + far + "\n" + far + "\xed\xa0\x80\",6\n7,8,9\n");
  EXPECT_EQ(contents.rows, (Table{{"1", "2", "3"}, {"7", "8", "9"}}));
  ASSERT_EQ(contents.rejects.size(), 1U);
  EXPECT_EQ(contents.rejects[0].reason,
            "byte 0xED at byte 6010 of the text is not valid in its encoding");
}

TEST(HoleOfZeroBytes, IsRejectedAndTheRestRead) {
  const Contents contents =
      read_damaged("1,2,3\n" + std::string(300, '\0') + "\n4,5,6\n" + std::string(20, '\0'));
  EXPECT_EQ(contents.rows, (Table{{"1", "2", "3"}, {"4", "5", "6"}}));
  ASSERT_EQ(contents.rejects.size(), 2U);
  EXPECT_EQ(contents.rejects[0].line, 2U);
  EXPECT_EQ(contents.rejects[0].reason, "the line holds nothing but zero bytes");
  EXPECT_EQ(contents.rejects[1].line, 4U);
}

TEST(HoleOfZeroBytes, IsNoneWhenItIsShort) {
  const std::string zero(1, '\0');
  const Contents contents = read_damaged("1,2,3\n" + zero + "\n4,5,6\n");
  EXPECT_EQ(contents.rows, (Table{{"1", "2", "3"}, {zero}, {"4", "5", "6"}}));
}

TEST(EveryByte, LiesInARecordARejectOrALineThatIsNeither) {
  const std::string text =
      "1,2,3\n\n4,\"5\nx\"y,6\n7,8\n\"a\nb\",c,d\n\n,\"\n9,9,9\n1,\xff,2\n3,3,3\n\"";
  const Contents contents = read_damaged(text);
  std::uint64_t accounted = 0;
  for (const Reject& reject : contents.rejects) {
    EXPECT_FALSE(reject.reason.empty());
    EXPECT_GT(reject.bytes, 0U);
    accounted += reject.bytes;
  }
  // A record reaches to whatever follows it: the next record or a reject.
  std::vector<std::uint64_t> starts = contents.bytes;
  for (const Reject& reject : contents.rejects) starts.push_back(reject.byte);
  starts.push_back(text.size());
  std::sort(starts.begin(), starts.end());
  for (const std::uint64_t byte : contents.bytes) {
    accounted += *std::upper_bound(starts.begin(), starts.end(), byte) - byte;
  }
  EXPECT_EQ(accounted, text.size());
}

// Each record of a large file damaged in turn: its neighbours stay as they were.
class OneDamagedRecord : public testing::TestWithParam<std::string> {};

TEST_P(OneDamagedRecord, SpoilsNoOther) {
  constexpr int count = 60;
  const auto row = [](int i) {
    const std::string number = std::to_string(i);
    return i % 7 == 3 ? number + ",\"two\nlines\",\"c,c\"\n" : number + ",b" + number + ",c\n";
  };
  for (int damaged = 0; damaged < count; ++damaged) {
    SCOPED_TRACE(damaged);
    std::string text;
    for (int i = 0; i < count; ++i) text += i == damaged ? GetParam() : row(i);
    const Contents contents = read_damaged(text);
    int found = 0;
    for (const Row& cells : contents.rows) {
      if (cells.size() != 3 || cells[0].empty()) continue;
      for (int i = 0; i < count; ++i) {
        if (i == damaged || cells[0] != std::to_string(i)) continue;
        const Row wanted =
            i % 7 == 3 ? Row{cells[0], "two\nlines", "c,c"} : Row{cells[0], "b" + cells[0], "c"};
        EXPECT_EQ(cells, wanted);
        ++found;
      }
    }
    EXPECT_EQ(found, count - 1);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Damage, OneDamagedRecord,
                         testing::Values("x,\"y,z\n", "x,\"y\n", "\"x,y,z\n", "x,y,\"z\n",
                                         "\"x\"\"y,z\n", "x,y\",z\n", "x,\"y\"y,z\n", "x,\xff,z\n",
                                         "\"\n", "x,\"y\n\n\n", "x\n", "x,y,z,u\n",
                                         "x,\"\"\"y,z\n"));

}  // namespace
}  // namespace csvm::csv
