// What is beyond a limit is named by what it is and where it stands, and nothing else suffers.
#include "tests/reading.h"

namespace csvm::csv {
namespace {

Limits limits_of(std::size_t cell, std::size_t record, std::size_t columns) {
  Limits limits;
  limits.max_cell_bytes = cell;
  limits.max_record_bytes = record;
  limits.max_columns = columns;
  return limits;
}

void expect_only_reject(const Contents& contents, std::uint64_t line, std::uint64_t byte,
                        const std::string& reason) {
  ASSERT_EQ(contents.rejects.size(), 1U);
  EXPECT_EQ(contents.rejects[0].line, line);
  EXPECT_EQ(contents.rejects[0].byte, byte);
  EXPECT_EQ(contents.rejects[0].reason, reason);
  EXPECT_EQ(contents.rows, (Table{{"1", "2"}, {"3", "4"}}));
}

TEST(CellLimit, TakesACellOfExactlyThatSize) {
  const std::string cell(10, 'x');
  const Limits limits = limits_of(10, 1000, 10);
  EXPECT_EQ(read_all("1," + cell + "\n", shape_of(2), limits).rows, (Table{{"1", cell}}));
  expect_only_reject(read_all("1,2\na,x" + cell + "\n3,4\n", shape_of(2), limits), 2, 4,
                     "a cell is larger than 10 bytes");
}

TEST(CellLimit, HoldsForQuotedCells) {
  const std::string cell = "\"12345\n7890\"";
  expect_only_reject(read_all("1,2\n" + cell + ",a\n3,4\n", shape_of(2), limits_of(10, 1000, 10)),
                     2, 4, "a cell is larger than 10 bytes");
}

TEST(RecordLimit, TakesARecordOfExactlyThatSize) {
  const Limits limits = limits_of(100, 10, 10);
  EXPECT_EQ(read_all("1234,67890\n", shape_of(2), limits).rows, (Table{{"1234", "67890"}}));
  expect_only_reject(read_all("1,2\n1234,678901\n3,4\n", shape_of(2), limits), 2, 4,
                     "the record is larger than 10 bytes");
}

TEST(ColumnLimit, TakesSoManyColumnsAndNoMore) {
  const Limits limits = limits_of(100, 1000, 3);
  EXPECT_EQ(read_all("1,2\na,b,c\n", shape_of(2), limits).rows,
            (Table{{"1", "2"}, {"a", "b", "c"}}));
  expect_only_reject(read_all("1,2\na,b,c,d\n3,4\n", shape_of(2), limits), 2, 4,
                     "the record has more than 3 columns");
}

TEST(Limits, HoldOnTheSlowPathToo) {
  const Dialect escaped{.escape = '\\'};
  expect_only_reject(read_all("1,2\na,b,c,d\n3,4\n", shape_of(2, escaped), limits_of(100, 1000, 3)),
                     2, 4, "the record has more than 3 columns");
  expect_only_reject(
      read_all("1,2\na,12345678901\n3,4\n", shape_of(2, escaped), limits_of(10, 1000, 3)), 2, 4,
      "a cell is larger than 10 bytes");
}

TEST(Limits, OfTheFirstRecordAreAnErrorOfTheFile) {
  SniffOptions options;
  options.limits = limits_of(100, 1000, 3);
  const auto text = bytes::text_from_string("wide.csv", "sep=,\na,b,c,d\n");
  const auto shape = sniff(*text, options);
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error().code, Errc::limit_exceeded);
  EXPECT_EQ(shape.error().message, "'wide.csv', line 2: the record has more than 3 columns");
}

TEST(DefaultLimits, TakeWhatSpreadsheetsWrite) {
  std::string wide;
  for (int i = 0; i < 16383; ++i) wide += "x,";
  wide += "x\n";
  EXPECT_EQ(read_all(wide, shape_of(16384)).rows.at(0).size(), 16384U);
  EXPECT_EQ(read_all("x," + wide, shape_of(16384)).rejects.size(), 1U);
}

TEST(LongCell, IsReadWhateverItsPlaceInTheBlocks) {
  const std::string cell(300000, 'y');
  const auto text = bytes::text_from_string(
      "long.csv", "1,2\n\"" + cell + "\n" + cell + "\"," + cell + "\n3,4\n");
  const Shape shape = shape_of(2);
  for (const std::size_t block_bytes : {1000, 4096, 65536, 1 << 20}) {
    const Contents contents = read_in_blocks(*text, shape, block_bytes, 2);
    EXPECT_EQ(contents.rows, (Table{{"1", "2"}, {cell + "\n" + cell, cell}, {"3", "4"}}));
    EXPECT_EQ(contents.lines, (std::vector<std::uint64_t>{1, 2, 4}));
    expect_records_alone(*text, shape, contents, {});
  }
}

// A text that counts what is read of it.
class Counting : public bytes::Text {
 public:
  explicit Counting(std::string content)
      : text_(bytes::text_from_string("t", std::move(content))) {}
  std::uint64_t size() const override { return text_->size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    read_ += out.size();
    return text_->read_at(offset, out);
  }
  std::uint64_t original_offset(std::uint64_t offset) const override { return offset; }
  const std::string& name() const override { return text_->name(); }
  const std::string& encoding() const override { return text_->encoding(); }
  std::uint64_t original_size() const override { return text_->size(); }
  bool well_formed() const override { return true; }
  std::uint64_t bytes_read() const { return read_; }

 private:
  std::unique_ptr<bytes::Text> text_;
  mutable std::uint64_t read_ = 0;
};

// Each block that lies in the middle of a cell once looked for its end: 20 times the text.
TEST(LongCell, IsNotSearchedAgainByEachBlockInIt) {
  const Counting text("1,2\na," + std::string(20'000'000, 'x') + "\n3,4\n");
  const auto index = csv::index(text, shape_of(2));
  ASSERT_TRUE(index);
  EXPECT_EQ(index->records, 3U);
  EXPECT_LT(text.bytes_read(), 5 * text.size());
}

TEST(PickingARecord, ReadsLittleOfTheText) {
  std::string content;
  for (int i = 0; i < 10000; ++i) content += "some,row\n";
  const Counting text(std::move(content));
  Batch batch;
  ASSERT_TRUE(read_record(text, shape_of(2), 45000, {}, batch));
  EXPECT_EQ(row_of(batch, batch.records[0], {}), (Row{"some", "row"}));
  EXPECT_EQ(batch.text, "some,row\n");
  EXPECT_LE(text.bytes_read(), 4096U);
}

}  // namespace
}  // namespace csvm::csv
