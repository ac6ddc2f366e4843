#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "csvm/csv.h"

namespace csvm::csv {
namespace {

using Cells = std::vector<std::string>;

Cells cells_of(const Batch& batch, const Record& record, const Dialect& dialect) {
  Cells cells;
  std::string scratch;
  for (std::uint32_t c = 0; c < record.cells; ++c) {
    cells.emplace_back(value(batch, batch.cells[record.first_cell + c], dialect, scratch));
  }
  return cells;
}

// Every record of a text read alone, whether it is known where the next one starts or not, must be
// what reading the whole text says it is.
void expect_same_alone(const std::string& content) {
  const auto text = bytes::text_from_string("test", content);
  const auto shape = sniff(*text);
  ASSERT_TRUE(shape);
  const auto found = index(*text, *shape);
  ASSERT_TRUE(found);
  Batch whole, alone;
  for (const Block& block : found->blocks) {
    ASSERT_TRUE(read_block(*text, *shape, block, {}, whole));
    for (std::size_t r = 0; r < whole.records.size(); ++r) {
      const std::uint64_t byte = whole.records[r].byte;
      const std::uint64_t next =
          r + 1 < whole.records.size() ? whole.records[r + 1].byte : block.byte + block.bytes;
      for (const std::uint64_t known : {next, std::uint64_t{0}}) {
        ASSERT_TRUE(read_record(*text, *shape, byte, {}, alone, known));
        ASSERT_EQ(alone.records.size(), 1u);
        EXPECT_EQ(cells_of(alone, alone.records[0], shape->dialect),
                  cells_of(whole, whole.records[r], shape->dialect))
            << "record " << r << ", next " << known;
      }
    }
  }
}

TEST(ReadRecord, GivesTheRecordThatReadingAllGives) {
  expect_same_alone(
      "name,about\nAnn,plain\n\"Bob \"\"B\"\"\",\"two\nlines, one\r\ncell\"\r\n\nCleo,\n");
  expect_same_alone("name;about\r\nAnn;x\r\nBob;y\r\nCleo;z");
}

TEST(ReadRecord, IsNotMisledByDamageBehindIt) {
  expect_same_alone(
      "a,b,c\n1,2,3\n4,5,6\n7,\"8 is open,9\n10,11,12\n13,\"14\" x,15\n16,17,18\n19,20,21\n");
  expect_same_alone("a,b\n1,\xff\n2,fine\n3,\xc3\n4,fine\n5,fine\n");
}

TEST(ReadRecord, ReadsARecordLongerThanAnyPiece) {
  const std::string longest(200'000, 'x');
  expect_same_alone("a,b\n1,\"" + longest + "\"\n2," + longest + "\n3,short\n");
}

TEST(ReadRecord, RefusesAPlaceWhereNoRecordStarts) {
  const auto text = bytes::text_from_string("test", "a,b\n1,2\n\n");
  const auto shape = sniff(*text);
  ASSERT_TRUE(shape);
  Batch batch;
  const auto read = read_record(*text, *shape, 8, {}, batch);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::invalid_input);
}

}  // namespace
}  // namespace csvm::csv
