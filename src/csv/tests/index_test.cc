// The index is that of reading from front to back, whatever the blocks and threads.
#include <random>

#include "tests/reading.h"

namespace csvm::csv {
namespace {

// Rows of all kinds: plain, quoted, of several lines, ragged, damaged, long, blank lines.
std::string mixed_rows(std::mt19937_64& random, int count) {
  static const std::string long_cell(300, 'l');
  static const std::vector<std::string> kinds = {"a,b,c\n",
                                                 "1,2,3\r\n",
                                                 "\"q,q\",\"\",x\n",
                                                 "\"two\nlines\",y,\"three\r\nmore\nlines\"\n",
                                                 "short,row\n",
                                                 "a,b,c,d,e\n",
                                                 "a,b,c,,\n",
                                                 "\n",
                                                 "\"a\"\"b\",\"c\"\"\",d\n",
                                                 "loose,\"quote,x\n",
                                                 "in\"side,\"x\" y,z\n",
                                                 "bad,\"end\n",
                                                 long_cell + ",b,c\n",
                                                 "\xc3\xa9,\xff,c\n",
                                                 "a,b,c\r"};
  std::string text;
  for (int i = 0; i < count; ++i) text += kinds[random() % kinds.size()];
  if (random() % 2 == 0) text += "last,without,end";
  return text;
}

class Index : public testing::TestWithParam<unsigned> {};

TEST_P(Index, IsTheSameForAllBlocksAndThreads) {
  std::mt19937_64 random(GetParam());
  for (int round = 0; round < 12; ++round) {
    const std::string content = mixed_rows(random, 60);
    SCOPED_TRACE(testing::PrintToString(content));
    read_all(content, shape_of(3, {}, 20));
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Index, testing::Range(1U, 9U));

TEST(Blocks, BeginAtRecordsWhereverTheyAreCut) {
  const std::string content = "a,b\n\"x\ny\",c\nd,e\n\nf,\"g\n\n\nh\"\ni,j";
  const auto text = bytes::text_from_string("leads.csv", content);
  const Shape shape = shape_of(2);
  const Contents whole = read_in_blocks(*text, shape, 1000, 1);
  EXPECT_EQ(whole.rows,
            (Table{{"a", "b"}, {"x\ny", "c"}, {"d", "e"}, {"f", "g\n\n\nh"}, {"i", "j"}}));
  EXPECT_EQ(whole.lines, (std::vector<std::uint64_t>{1, 2, 4, 6, 10}));
  for (std::size_t block_bytes = 1; block_bytes <= content.size(); ++block_bytes) {
    SCOPED_TRACE(block_bytes);
    expect_same(whole, read_in_blocks(*text, shape, block_bytes, 1));
    expect_same(whole, read_in_blocks(*text, shape, block_bytes, 4));
  }
}

TEST(Counts, AreOfRecordsAndTheirWidths) {
  const Contents contents =
      read_all("a,b,c\n1,2\n1,2,3,\n1,2,3,,,6\n\n1\n1,2,3,,\n1,2,3\n", shape_of(3, {}, 3));
  const csv::Index& index = contents.index;
  EXPECT_EQ(index.records, 7U);
  EXPECT_EQ(index.max_cells, 6U);
  EXPECT_EQ(index.short_records, 2U);
  EXPECT_EQ(index.long_records, 1U);
  ASSERT_EQ(index.first_ragged.size(), 3U);
  EXPECT_EQ(index.first_ragged[0].line, 2U);
  EXPECT_EQ(index.first_ragged[0].byte, 6U);
  EXPECT_EQ(index.first_ragged[0].cells, 2U);
  EXPECT_EQ(index.first_ragged[1].line, 4U);
  EXPECT_EQ(index.first_ragged[1].cells, 6U);
  EXPECT_EQ(index.first_ragged[2].line, 6U);
}

TEST(Counts, ListTheFirstHundredOnly) {
  std::string content;
  for (int i = 0; i < 250; ++i) content += "1,2\n";
  const auto text = bytes::text_from_string("leads.csv", content);
  const auto index = csv::index(*text, shape_of(3));
  ASSERT_TRUE(index);
  EXPECT_EQ(index->short_records, 250U);
  ASSERT_EQ(index->first_ragged.size(), 100U);
  EXPECT_EQ(index->first_ragged.back().line, 100U);
}

TEST(Counts, OfAHeaderGoBeforeThoseOfMostRecords) {
  Shape shape = shape_of(3);
  shape.header = {"a", "b"};
  const auto text = bytes::text_from_string("leads.csv", "1,2,3\n1,2\n");
  const auto index = csv::index(*text, shape);
  ASSERT_TRUE(index);
  EXPECT_EQ(index->long_records, 1U);
  EXPECT_EQ(index->short_records, 0U);
  EXPECT_EQ(index->max_cells, 3U);
}

TEST(EmptyText, HasNoBlocks) {
  const auto text = bytes::text_from_string("leads.csv", "");
  const auto index = csv::index(*text, shape_of(1));
  ASSERT_TRUE(index);
  EXPECT_TRUE(index->blocks.empty());
  EXPECT_EQ(index->records, 0U);
}

TEST(Indexing, EndsWhenAskedTo) {
  const auto text = bytes::text_from_string("leads.csv", "a,b\nc,d\n");
  std::stop_source stop;
  stop.request_stop();
  IndexOptions options;
  options.stop = stop.get_token();
  const auto index = csv::index(*text, shape_of(2), options);
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code, Errc::cancelled);
}

TEST(Indexing, SaysHowFarItIs) {
  std::string content;
  for (int i = 0; i < 1000; ++i) content += "some,row\n";
  const auto text = bytes::text_from_string("leads.csv", content);
  std::uint64_t most = 0;
  IndexOptions options;
  options.block_bytes = 1000;
  options.progress = [&](std::uint64_t bytes) { most = std::max(most, bytes); };
  ASSERT_TRUE(csv::index(*text, shape_of(2), options));
  EXPECT_EQ(most, content.size());
}

// A long text in blocks of the usual size, by several threads.
TEST(LargeText, IsReadInParallelAsInOneGo) {
  std::mt19937_64 random(7);
  const std::string content = mixed_rows(random, 40000);
  const auto text = bytes::text_from_string("leads.csv", content);
  const Shape shape = shape_of(3, {}, 1000);
  const Contents whole = read_in_blocks(*text, shape, std::size_t{1} << 30, 1);
  expect_same(whole, read_in_blocks(*text, shape, std::size_t{64} << 10, 4));
  expect_same(whole, read_in_blocks(*text, shape, 10007, 2));
}

// Records that need the slow path, records longer than the small piece that is looked at first,
// the last one without a line end: picked alone they are what they are in their block.
TEST(RecordPickedAlone, IsTheRecordOfItsBlock) {
  for (const std::size_t bytes :
       {2040, 2044, 2045, 2046, 2047, 2048, 2049, 2050, 2060, 5000, 70000}) {
    SCOPED_TRACE(bytes);
    const std::string cell(bytes - 4, 'x');
    for (const std::string end : {"\n", "\r\n", "\r", ""}) {
      for (const std::string& record :
           {"a," + cell, "\"a\n\"," + cell, "a,\"" + cell + "\"", "a,\"" + cell + "\n\""}) {
        const std::string next = end.empty() ? "" : "b,c" + end + end + "\"d\ne\",f" + end;
        const auto text = bytes::text_from_string("leads.csv", record + end + next);
        const Shape shape = shape_of(2, {}, 10);
        const Contents contents = read_in_blocks(*text, shape, std::size_t{1} << 20, 1);
        EXPECT_EQ(contents.rows.size(), end.empty() ? 1U : 3U);
        expect_records_alone(*text, shape, contents, {});
      }
    }
    if (Test::HasFailure()) return;
  }
}

TEST(RecordPickedAlone, IsNotSpoiledByDamageBehindIt) {
  const auto text = bytes::text_from_string("leads.csv", "a,b,c\n1,\xff,3\nd,\"e\nf\",g");
  Batch batch;
  ASSERT_TRUE(read_record(*text, shape_of(3, {}, 10), 0, {}, batch));
  EXPECT_EQ(row_of(batch, batch.records[0], {}), (Row{"a", "b", "c"}));
  ASSERT_TRUE(read_record(*text, shape_of(3, {}, 10), 12, {}, batch));
  EXPECT_EQ(row_of(batch, batch.records[0], {}), (Row{"d", "e\nf", "g"}));
}

}  // namespace
}  // namespace csvm::csv
