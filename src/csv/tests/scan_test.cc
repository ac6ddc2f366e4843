// The vectorised scan against its scalar twin, and both against what the grammar says.
#include <random>

#include "tests/reading.h"

namespace csvm::csv {
namespace {

ScanRules rules_for(std::uint32_t expected) {
  ScanRules rules;
  rules.expected = expected;
  rules.long_bytes = 1000;
  rules.many_cells = 12;
  return rules;
}

// Text with much structure: quotes open and close in their places most of the time.
std::string random_text(std::mt19937_64& random, std::size_t bytes) {
  static constexpr std::string_view pieces[] = {
      ",",          ",",        ",",           "\n",    "\n",      "\r\n",     "\r",
      "a",          "bc",       "hello world", "\"x\"", "\"x,y\"", "\"x\ny\"", "\"\"",
      "\"a\"\"b\"", "\xc3\xa9", ",\"",         "\",",   "\n\"",    "\"\n"};
  std::string text;
  while (text.size() < bytes) text += pieces[random() % std::size(pieces)];
  return text;
}

class Twins : public testing::TestWithParam<unsigned> {};

TEST_P(Twins, AgreeOnRandomText) {
  std::mt19937_64 random(GetParam());
  for (int round = 0; round < 400; ++round) {
    const std::string text = random_text(random, random() % 400);
    SCOPED_TRACE(testing::PrintToString(text));
    ScanRules rules = rules_for(1 + random() % 4);
    rules.quoting = random() % 8 != 0;
    if (random() % 8 == 0) rules.quote = '\'';
    expect_twins_agree(rules, text, random() % (text.size() + 1));
    if (testing::Test::HasFailure()) return;
  }
}

TEST_P(Twins, AgreeOnRandomBytesOfFewKinds) {
  std::mt19937_64 random(GetParam() + 1000);
  static constexpr std::string_view alphabet(",,\"\"\n\ra\0", 8);
  for (int round = 0; round < 400; ++round) {
    std::string text;
    for (std::size_t i = random() % 300; i > 0; --i) text += alphabet[random() % alphabet.size()];
    SCOPED_TRACE(testing::PrintToString(text));
    expect_twins_agree(rules_for(1 + random() % 4), text, random() % (text.size() + 1));
    if (testing::Test::HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Twins, testing::Values(1U, 2U, 3U, 4U, 5U));

// Every structural character at every place of a chunk of 64 bytes.
TEST(Scan, SeesStructureAtEveryPlaceOfAChunk) {
  for (std::size_t before = 0; before <= 130; ++before) {
    const std::string fill(before, 'x');
    for (const std::string_view middle : {"\"\n", ",", "\n", "\r\n", "\r", "\n\"a\"\"b\",c\n",
                                          "\n\"a\nb\",c\n", "\n\n\n", "\"\"", ",\"\",\n"}) {
      const std::string text = fill + std::string(middle) + "y,z\n";
      SCOPED_TRACE(testing::PrintToString(text));
      expect_twins_agree(rules_for(2), text, text.size());
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(Scan, CountsRecordsLinesAndOddOnes) {
  const std::string text = "a,b\n\"x\ny\",c\r\n\nd\ne,f\rg,h,i\nj,k";
  ScanState state;
  std::vector<OddRecord> odd;
  const Piece piece{text.data(), text.size(), 0, true};
  EXPECT_EQ(count_records_simd(rules_for(2), piece, text.size(), state, odd), ScanStop::reached);
  EXPECT_EQ(state.records, 6U);
  EXPECT_EQ(state.lines, 7U);
  EXPECT_EQ(state.record_start, text.size());
  const std::vector<OddRecord> expected{{14, 16, 1, 4}, {20, 26, 3, 6}};
  EXPECT_TRUE(odd == expected);
}

TEST(Scan, StopsBehindTheRecordThatReachesTheStop) {
  const std::string text = "a,b\nc,d\ne,f\n";
  for (std::uint64_t stop = 1; stop <= text.size(); ++stop) {
    ScanState state;
    std::vector<OddRecord> odd;
    const Piece piece{text.data(), text.size(), 0, true};
    EXPECT_EQ(count_records_simd(rules_for(2), piece, stop, state, odd), ScanStop::reached);
    EXPECT_EQ(state.record_start, (stop + 3) / 4 * 4);
  }
}

TEST(Scan, LeavesToTheSlowPathWhatItCannotDecide) {
  const auto why = [](std::string_view text) {
    ScanState state;
    Batch batch;
    const Piece piece{text.data(), text.size(), 0, true};
    const ScanStop stop = split_cells_simd(rules_for(2), piece, 0, 1, state, batch);
    EXPECT_EQ(state.record_start, stop == ScanStop::strange ? 4U : text.size());
    EXPECT_EQ(batch.cells.size(), stop == ScanStop::strange ? 2U : 4U);
    return stop;
  };
  EXPECT_EQ(why("a,b\nc,d\n"), ScanStop::none);
  EXPECT_EQ(why("a,b\nc\"c,d\n"), ScanStop::strange);    // a quote inside a cell
  EXPECT_EQ(why("a,b\n\"c\"c,d\n"), ScanStop::strange);  // text behind a quote
  EXPECT_EQ(why("a,b\n\"c\" ,d\n"), ScanStop::strange);  // a blank behind a quote
  EXPECT_EQ(why("a,b\n\"c,d\n"), ScanStop::strange);     // never closed
  EXPECT_EQ(why("a,b\n\"c\nd\"\n"), ScanStop::strange);  // lines and of the wrong width
  EXPECT_EQ(why("a,b\n1,2,3,4,5,6,7,8,9,10,11,12,13\n"), ScanStop::strange);
  EXPECT_EQ(why("a,b\n" + std::string(1001, 'x') + ",d\n"), ScanStop::strange);
  EXPECT_EQ(why(std::string_view("a,b\n\0\n", 6)), ScanStop::strange);
}

TEST(Rules, AreOnlyThereForThePlainGrammar) {
  EXPECT_TRUE(scan_rules(shape_of(2), {}));
  EXPECT_TRUE(scan_rules(shape_of(2, {.delimiter = '\t', .quote = '\''}), {}));
  const auto unquoted = scan_rules(shape_of(2, {.quote = '\0'}), {});
  ASSERT_TRUE(unquoted);
  EXPECT_FALSE(unquoted->quoting);
  EXPECT_FALSE(scan_rules(shape_of(2, {.escape = '\\'}), {}));
  EXPECT_FALSE(scan_rules(shape_of(2, {.comment = '#'}), {}));
  EXPECT_FALSE(scan_rules(shape_of(2, {.double_quote = false}), {}));
  EXPECT_FALSE(scan_rules(shape_of(2, {.trim = true}), {}));
}

}  // namespace
}  // namespace csvm::csv
