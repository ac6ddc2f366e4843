// The grammar of docs/csv-grammar.md, case by case; each is read by every path (reading.h).
#include <ostream>

#include "tests/reading.h"

namespace csvm::csv {
namespace {

struct Case {
  std::string name;
  std::string input;
  Table rows;
  Dialect dialect = {};
  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

class Reading : public testing::TestWithParam<Case> {};

TEST_P(Reading, GivesTheSameRowsByEveryPath) {
  const auto& [name, input, rows, dialect] = GetParam();
  const auto columns = static_cast<std::uint32_t>(rows.empty() ? 1 : rows.front().size());
  const Contents contents = read_all(input, shape_of(columns, dialect));
  EXPECT_EQ(contents.rows, rows);
  EXPECT_TRUE(contents.rejects.empty());
}

const Dialect semicolon{.delimiter = ';'};
const Dialect tab{.delimiter = '\t'};
const Dialect apostrophe{.quote = '\''};
const Dialect unquoted{.quote = '\0'};
const Dialect backslash{.escape = '\\'};
const Dialect only_backslash{.escape = '\\', .double_quote = false};
const Dialect comments{.comment = '#'};
const Dialect trimmed{.trim = true};
const std::string long_cell(5000, 'x');

INSTANTIATE_TEST_SUITE_P(
    Grammar, Reading,
    testing::Values(
        Case{"nothing", "", {}}, Case{"one_cell", "a", {{"a"}}},
        Case{"two_records", "a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}},
        Case{"no_line_end_at_the_end", "a,b\nc,d", {{"a", "b"}, {"c", "d"}}},
        Case{"crlf", "a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
        Case{"lone_cr", "a,b\rc,d\r", {{"a", "b"}, {"c", "d"}}},
        Case{"mixed_line_ends",
             "a,b\nc,d\r\ne,f\rg,h",
             {{"a", "b"}, {"c", "d"}, {"e", "f"}, {"g", "h"}}},
        Case{"cr_at_the_very_end", "a,b\nc,d\r", {{"a", "b"}, {"c", "d"}}},
        Case{"empty_cells", ",,\n,x,\n", {{"", "", ""}, {"", "x", ""}}},
        Case{"delimiter_at_the_end", "a,\nb,", {{"a", ""}, {"b", ""}}},
        Case{"blank_lines_are_no_records", "\n\na,b\n\r\n\nc,d\n\n", {{"a", "b"}, {"c", "d"}}},
        Case{"blank_lines_of_crs", "\r\ra,b\r\rc,d\r\r", {{"a", "b"}, {"c", "d"}}},
        Case{"a_line_of_blanks_is_a_record", "a\n \nb\n", {{"a"}, {" "}, {"b"}}},
        Case{"an_empty_quoted_cell_alone", "a\n\"\"\nb\n", {{"a"}, {""}, {"b"}}},
        Case{"quoted", "\"a\",\"b\"\n", {{"a", "b"}}},
        Case{"delimiter_in_quotes", "\"a,b\",c\n", {{"a,b", "c"}}},
        Case{"line_end_in_quotes", "\"a\nb\",c\nd,e\n", {{"a\nb", "c"}, {"d", "e"}}},
        Case{"crlf_in_quotes", "\"a\r\nb\",c\r\nd,e\r\n", {{"a\r\nb", "c"}, {"d", "e"}}},
        Case{"cr_in_quotes", "\"a\rb\",c\rd,e", {{"a\rb", "c"}, {"d", "e"}}},
        Case{"blank_lines_in_quotes", "\"a\n\n\nb\",c\n", {{"a\n\n\nb", "c"}}},
        Case{"doubled_quote", "\"a\"\"b\",c\n", {{"a\"b", "c"}}},
        Case{"only_doubled_quotes", "\"\"\"\",\"\"\"\"\"\"\n", {{"\"", "\"\""}}},
        Case{"quote_closed_at_the_end_of_text", "a,\"b\"", {{"a", "b"}}},
        Case{"quote_inside_a_plain_cell", "a\"b,c\"d\"\ne,f\n", {{"a\"b", "c\"d\""}, {"e", "f"}}},
        Case{"blanks_behind_a_closing_quote", "\"a\"  ,\"b\"\t\nc,d\n", {{"a", "b"}, {"c", "d"}}},
        Case{"blanks_before_a_quote", "a, \"b\"\nc,d\n", {{"a", " \"b\""}, {"c", "d"}}},
        Case{"short_and_long_rows", "a,b\nc\nd,e,f\n", {{"a", "b"}, {"c"}, {"d", "e", "f"}}},
        Case{"utf8",
             "\u00e9,\u4e2d\u6587\n\U0001f600,\u00fc\n",
             {{"\u00e9", "\u4e2d\u6587"}, {"\U0001f600", "\u00fc"}}},
        Case{"unicode_line_ends_are_text", "a\u2028b,c\u0085d\n", {{"a\u2028b", "c\u0085d"}}},
        Case{"zero_byte_in_a_cell", std::string("a\0b,c\n", 6), {{std::string("a\0b", 3), "c"}}},
        Case{"vertical_tab_and_form_feed", "a\vb,c\fd\n", {{"a\vb", "c\fd"}}},
        Case{"long_cell",
             "a," + long_cell + "\nb,\"" + long_cell + "\n\"\nc,d\n",
             {{"a", long_cell}, {"b", long_cell + "\n"}, {"c", "d"}}},
        Case{"semicolons", "a;b,c\n", {{"a", "b,c"}}, semicolon},
        Case{"tabs", "a\t\tb\n", {{"a", "", "b"}}, tab},
        Case{"apostrophes_quote", "'a,b','it''s'\n", {{"a,b", "it's"}}, apostrophe},
        Case{"no_quoting", "\"a,b\"\n\"c,d\n", {{"\"a", "b\""}, {"\"c", "d"}}, unquoted},
        Case{"escaped_quote", "\"a\\\"b\",c\n", {{"a\"b", "c"}}, backslash},
        Case{"escaped_delimiter", "a\\,b,c\n", {{"a,b", "c"}}, backslash},
        Case{"escaped_line_end", "a\\\nb,c\nd,e\n", {{"a\nb", "c"}, {"d", "e"}}, backslash},
        Case{"escaped_escape", "\"a\\\\\",c\n", {{"a\\", "c"}}, backslash},
        Case{
            "escape_before_a_letter_is_text", "\\N,\"C:\\dir\"\n", {{"\\N", "C:\\dir"}}, backslash},
        Case{"escape_and_doubled_quote", "\"a\"\"b\\\"c\",d\n", {{"a\"b\"c", "d"}}, backslash},
        Case{"no_doubled_quotes", "\"a\\\"b\",\"c\"\n", {{"a\"b", "c"}}, only_backslash},
        Case{"comment_lines", "#x,y\na,b\n#\nc,#d\n", {{"a", "b"}, {"c", "#d"}}, comments},
        Case{"a_quoted_cell_is_no_comment", "\"#a\",b\n", {{"#a", "b"}}, comments},
        Case{"trimmed", " a ,\tb\t\n\" c \", \n", {{"a", "b"}, {" c ", ""}}, trimmed},
        Case{"trimmed_before_a_quote", "a, \"b,c\"\n", {{"a", "b,c"}}, trimmed}),
    [](const auto& test) { return test.param.name; });

TEST(Lines, CountLineEndsInsideCellsToo) {
  const Contents contents =
      read_all("a,b\r\n\"x\r\ny\nz\",c\r\n\r\nd,e\rf,g\n\"\n\",h", shape_of(2));
  EXPECT_EQ(contents.lines, (std::vector<std::uint64_t>{1, 2, 6, 7, 8}));
  EXPECT_EQ(contents.bytes, (std::vector<std::uint64_t>{0, 5, 19, 23, 27}));
}

TEST(Lines, CountFromWhereTheDataBegins) {
  Shape shape = shape_of(2);
  const std::string preamble = "Export of May\n\n";
  shape.data_byte = preamble.size();
  shape.data_line = 3;
  const auto text = bytes::text_from_string("leads.csv", preamble + "a,b\nc,d\n");
  const Contents contents = read_in_blocks(*text, shape, 1, 1);
  EXPECT_EQ(contents.rows, (Table{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(contents.lines, (std::vector<std::uint64_t>{3, 4}));
}

TEST(Value, IsWhatTheCellMeansNotHowItIsWritten) {
  Batch batch;
  batch.text = R"(a""b\"c\n)";
  const Cell cell{0, static_cast<std::uint32_t>(batch.text.size()) & 0x3fffffffU, 1, 1};
  std::string scratch;
  EXPECT_EQ(value(batch, cell, Dialect{}, scratch), R"(a"b\"c\n)");
  EXPECT_EQ(value(batch, cell, backslash, scratch), R"(a"b"c\n)");
  EXPECT_EQ(value(batch, cell, only_backslash, scratch), R"(a""b"c\n)");
  EXPECT_EQ(batch.raw(cell), batch.text);
}

TEST(StartOfABlock, IsReadUpToTheLastWholeRecord) {
  std::string content;
  for (int i = 0; i < 50; ++i) content += "row " + std::to_string(i) + ",\"x\ny\"\n";
  const auto text = bytes::text_from_string("leads.csv", content);
  const Shape shape = shape_of(2);
  const auto index = csv::index(*text, shape);
  ASSERT_TRUE(index);
  ASSERT_EQ(index->blocks.size(), 1U);
  Batch all;
  ASSERT_TRUE(read_block(*text, shape, index->blocks[0], {}, all));
  for (std::uint64_t most = 1; most <= content.size(); ++most) {
    Batch batch;
    ASSERT_TRUE(read_start(*text, shape, index->blocks[0], most, {}, batch)) << most;
    ASSERT_LE(batch.records.size(), all.records.size());
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      ASSERT_EQ(row_of(batch, batch.records[i], {}), row_of(all, all.records[i], {}));
      const std::uint64_t end =
          i + 1 < all.records.size() ? all.records[i + 1].byte : content.size();
      ASSERT_LE(end, most) << "record " << i << " of " << most << " bytes";
    }
    // No more is left out than the last record.
    const std::size_t next = batch.records.size() + 2;
    if (next < all.records.size()) {
      ASSERT_GT(all.records[next].byte, most);
    }
  }
}

}  // namespace
}  // namespace csvm::csv
