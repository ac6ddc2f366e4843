// Dialect, preamble and header row are found without hints.
#include <ostream>

#include "tests/reading.h"

namespace csvm::csv {
namespace {

Shape sniffed(const std::string& content, const SniffOptions& options = {}) {
  const auto text = bytes::text_from_string("leads.csv", content);
  auto shape = sniff(*text, options);
  if (!shape) {
    ADD_FAILURE() << shape.error().message;
    return {};
  }
  return std::move(*shape);
}

Table rows_of(const std::string& content, const Shape& shape) {
  const auto text = bytes::text_from_string("leads.csv", content);
  return read_in_blocks(*text, shape, 1000, 1).rows;
}

struct SniffCase {
  std::string name;
  std::string input;
  char delimiter = ',';
  char quote = '"';
  char escape = '\0';
  friend void PrintTo(const SniffCase& c, std::ostream* out) { *out << c.name; }
};

class Dialects : public testing::TestWithParam<SniffCase> {};

TEST_P(Dialects, AreFound) {
  const Dialect found = sniffed(GetParam().input).dialect;
  EXPECT_EQ(found.delimiter, GetParam().delimiter) << "got " << found.delimiter;
  EXPECT_EQ(found.quote, GetParam().quote) << "got " << found.quote;
  EXPECT_EQ(found.escape, GetParam().escape) << "got " << found.escape;
  EXPECT_TRUE(found.double_quote);
}

INSTANTIATE_TEST_SUITE_P(
    Files, Dialects,
    testing::Values(
        SniffCase{"commas", "name,email\nAnn,a@x.com\nBob,b@x.com\n"},
        SniffCase{"semicolons", "name;email\nAnn;a@x.com\nBob;b@x.com\n", ';'},
        SniffCase{"tabs", "name\temail\nAnn\ta@x.com\n", '\t'},
        SniffCase{"pipes", "name|email\nAnn|a@x.com\n", '|'},
        SniffCase{"carets", "name^email\nAnn^a@x.com\nBob^b@x.com\n", '^'},
        SniffCase{"decimal_commas", "name;price\nA;1,50\nB;2,75\nC;10,00\n", ';'},
        SniffCase{"prose_with_commas", "id;text\n1;Hello, you, there\n2;Well, no\n3;a, b, c\n",
                  ';'},
        SniffCase{"addresses_in_tabs",
                  "name\taddress\nAnn\t1 High St, Leeds, UK\nBob\t2 Low St, Bath, UK\n", '\t'},
        SniffCase{"semicolon_lists_in_commas", "name,tags\nAnn,a;b;c\nBob,d;e;f\nCat,g;h;i\n"},
        SniffCase{"pipe_lists_in_commas", "name,tags\nAnn,a|b|c\nBob,d|e|f\nCat,g|h|i\n"},
        SniffCase{"times_with_colons", "when,what\n10:30:00,x\n11:45:10,y\n"},
        SniffCase{"colons_between_quotes",
                  "\"name\":\"email\"\n\"Ann\":\"a@x.com\"\n\"Bob\":\"b@x.com\"\n", ':'},
        SniffCase{"delimiters_of_others_in_quotes", "\"a;b;c\",\"d;e;f\"\n\"1;2;3\",\"4;5;6\"\n"},
        SniffCase{"apostrophes", "'name','email'\n'O,Neil','a@x.com'\n'Bob','b@x.com'\n", ',',
                  '\''},
        SniffCase{"apostrophes_in_text", "name,note\nO'Neil,it's\nD'Arcy,that's\n"},
        SniffCase{"backslash_before_quote",
                  "id,text\n1,\"say \\\"x\\\" now\"\n2,\"and \\\"y\\\", too\"\n", ',', '"', '\\'},
        SniffCase{"backslash_paths", "id,path\n1,\"C:\\new\\table\"\n2,\"D:\\x\"\n"},
        SniffCase{"backslash_before_quote_in_plain_cells",
                  "a,b\nx,The \\\"Guide\\\" to\ny,Another \\\"One\\\" here\n"},
        SniffCase{"one_column", "name\nAnn\nBob\n"}, SniffCase{"one_cell", "name"},
        SniffCase{"lines_quoted_as_a_whole", "\"h1;h2;h3\"\n\"a;b;c\"\n\"d;e;f\"\n"},
        SniffCase{"one_empty_cell", "\"\"\n"}),
    [](const auto& test) { return test.param.name; });

// A column of values in which a delimiter stands now and then is one column.
TEST(OneColumn, IsNotSplitByARarePipe) {
  std::string content = "character\n";
  for (int i = 0; i < 60; ++i) content += "value " + std::to_string(i) + "\n";
  content += "|\n";
  const Shape shape = sniffed(content);
  EXPECT_EQ(shape.dialect.delimiter, ',');
  EXPECT_EQ(rows_of(content, shape).back(), (Row{"|"}));
}

TEST(OneColumn, IsNotSplitByARareComma) {
  std::string content = "company\n";
  for (int i = 0; i < 60; ++i) content += "Acme " + std::to_string(i) + "\n";
  content += "Bolt, Inc.\n";
  EXPECT_EQ(rows_of(content, sniffed(content)).back(), (Row{"Bolt, Inc."}));
}

TEST(BlanksBeforeQuotes, AreCutOffWhereTheySplitRecords) {
  const std::string content =
      "name, email, note\nAnn, a@x.com, \"hi, there\"\nBob, b@x.com, \"x, y, z\"\nCat, c@x.com, "
      "no\n";
  const Shape shape = sniffed(content);
  EXPECT_EQ(shape.header, (Row{"name", "email", "note"}));
  EXPECT_EQ(rows_of(content, shape), (Table{{"Ann", "a@x.com", "hi, there"},
                                            {"Bob", "b@x.com", "x, y, z"},
                                            {"Cat", "c@x.com", "no"}}));
}

TEST(BlanksBeforeQuotes, AreKeptWhereTheySplitNone) {
  for (const std::string content : {"a, b\nc, d\n", "a, \"b\"\nc, \"d\"\ne, \"f\"\n"}) {
    EXPECT_FALSE(sniffed(content).dialect.trim) << content;
  }
}

TEST(Hints, AreKept) {
  SniffOptions options;
  options.known.delimiter = ';';
  EXPECT_EQ(sniffed("a,b\n1,2\n", options).dialect.delimiter, ';');
  options = {};
  options.known.quote = '\'';
  options.known.escape = '\\';
  options.known.comment = '#';
  options.known.double_quote = false;
  options.known.trim = true;
  const Dialect found = sniffed("a,b\n1,2\n", options).dialect;
  const Dialect wanted{
      .quote = '\'', .escape = '\\', .comment = '#', .double_quote = false, .trim = true};
  EXPECT_EQ(found, wanted);
}

TEST(SeparatorLine, NamesTheDelimiterAndIsNoRecord) {
  for (const std::string line : {"sep=;\r\n", "SEP=;\n", "\"sep=;\"\n", "sep=;;;\n", "sep=;\r"}) {
    const std::string content = line + "name;a,b\nAnn;1,2\n";
    const Shape shape = sniffed(content);
    EXPECT_EQ(shape.dialect.delimiter, ';') << line;
    EXPECT_EQ(shape.header, (Row{"name", "a,b"})) << line;
    EXPECT_EQ(shape.first_byte, line.size()) << line;
    EXPECT_EQ(shape.first_line, 2U) << line;
    EXPECT_EQ(shape.preamble_lines, 1U) << line;
    EXPECT_EQ(shape.data_line, 3U) << line;
    EXPECT_EQ(rows_of(content, shape), (Table{{"Ann", "1,2"}})) << line;
  }
}

TEST(SeparatorLine, MustBeTheWholeLine) {
  for (const std::string line : {"sep=x;y\n", "sep=\n", "separator,b\n", "sep=,name\n"}) {
    EXPECT_EQ(sniffed(line + "a,b\nc,d\n").first_byte, 0U) << line;
  }
}

TEST(Header, IsTheFirstRow) {
  const std::string content = "First Name,Email,Phone\nAnn,a@x.com,123456\nBob,b@x.com,7654321\n";
  const Shape shape = sniffed(content);
  EXPECT_EQ(shape.header, (Row{"First Name", "Email", "Phone"}));
  ASSERT_TRUE(shape.header_record);
  EXPECT_EQ(*shape.header_record, 0U);
  EXPECT_EQ(shape.data_byte, 23U);
  EXPECT_EQ(shape.data_line, 2U);
  EXPECT_EQ(shape.columns, 3U);
  EXPECT_EQ(shape.column_evidence, 3U);
  EXPECT_EQ(shape.preamble_lines, 0U);
}

TEST(Header, KeepsItsCellsAsTheyAre) {
  const Shape shape =
      sniffed("\"Full \"\"Name\"\"\",\" Email \",,Email\nAnn B,a@x.com,x,b@x.com\n");
  EXPECT_EQ(shape.header, (Row{"Full \"Name\"", " Email ", "", "Email"}));
}

TEST(Header, MayHaveSeveralLines) {
  const std::string content = "\"First\nName\",\"E\r\nMail\"\nAnn,a@x.com\nBob,b@x.com\n";
  const Shape shape = sniffed(content);
  EXPECT_EQ(shape.header, (Row{"First\nName", "E\r\nMail"}));
  EXPECT_EQ(shape.data_line, 4U);
  EXPECT_EQ(rows_of(content, shape).size(), 2U);
}

TEST(Header, MayBeAllOfTheFile) {
  const Shape shape = sniffed("name,email,phone\n");
  EXPECT_EQ(shape.header, (Row{"name", "email", "phone"}));
  EXPECT_TRUE(rows_of("name,email,phone\n", shape).empty());
}

TEST(Header, OfTextColumnsIsToldByItsWords) {
  const Shape shape = sniffed("company;city;country\nAcme;Berlin;Germany\nBolt;Paris;France\n");
  EXPECT_EQ(shape.header, (Row{"company", "city", "country"}));
}

TEST(NoHeader, LeavesAllRowsAsData) {
  const std::string content =
      "Ann,ann@x.com,+44 20 1234,2020-01-02\nBob,bob@x.com,+44 20 9876,2021-03-04\n"
      "Cat,cat@x.com,+44 20 5555,2022-05-06\n";
  const Shape shape = sniffed(content);
  EXPECT_FALSE(shape.header_record);
  EXPECT_TRUE(shape.header.empty());
  EXPECT_EQ(shape.data_byte, 0U);
  EXPECT_EQ(shape.data_line, 1U);
  EXPECT_EQ(rows_of(content, shape).size(), 3U);
}

TEST(Preamble, IsCutAndCounted) {
  const std::string content =
      "Report of May\n\nExported by Ann\nname,email,city\nAnn,a@x.com,Bath\nBob,b@x.com,York\n";
  const Shape shape = sniffed(content);
  EXPECT_EQ(shape.header, (Row{"name", "email", "city"}));
  EXPECT_EQ(*shape.header_record, 2U);  // blank lines are no records
  EXPECT_EQ(shape.preamble_lines, 3U);
  EXPECT_EQ(shape.data_line, 5U);
  EXPECT_EQ(rows_of(content, shape),
            (Table{{"Ann", "a@x.com", "Bath"}, {"Bob", "b@x.com", "York"}}));
}

TEST(Preamble, MayBePaddedToTheWidthOfTheTable) {
  const Shape shape = sniffed(
      "Leads of "
      "May,,,\n,,,\nname,email,city,phone\nAnn,a@x.com,Bath,123456\nBob,b@x.com,York,234567\n");
  EXPECT_EQ(shape.header, (Row{"name", "email", "city", "phone"}));
  EXPECT_EQ(shape.preamble_lines, 2U);
}

TEST(GroupLine, AboveTheNamesIsPreamble) {
  const Shape shape = sniffed(
      "Person,Person,Firm,Firm\nFirst Name,Last Name,Company Name,Website\nAnn,Lee,Acme,acme.com\n"
      "Bob,Ray,Bolt,bolt.io\n");
  EXPECT_EQ(shape.header, (Row{"First Name", "Last Name", "Company Name", "Website"}));
}

TEST(Physical, ReadsAllThatLiesInTheFile) {
  const std::string content = "sep=;\nReport\nname;email;x\nAnn;a@x.com;1\n";
  const Shape shape = physical(sniffed(content));
  EXPECT_EQ(rows_of(content, shape),
            (Table{{"Report"}, {"name", "email", "x"}, {"Ann", "a@x.com", "1"}}));
  EXPECT_EQ(shape.data_line, 2U);
  EXPECT_FALSE(shape.header_record);
}

TEST(BlankText, HoldsNoRecord) {
  for (const std::string content : {"", "\n", "\r\n\r\n", "\n\r\r\n"}) {
    const auto text = bytes::text_from_string("blank.csv", content);
    const auto shape = sniff(*text);
    ASSERT_FALSE(shape);
    EXPECT_EQ(shape.error().code, Errc::invalid_input);
    EXPECT_EQ(shape.error().message,
              "'blank.csv' holds no record: there is nothing but blank lines in it");
  }
}

TEST(LongFile, IsJudgedByItsFirstPart) {
  std::string content = "name;amount\n";
  for (int i = 0; i < 100000; ++i) content += "Ann " + std::to_string(i) + ";1,5\n";
  const Shape shape = sniffed(content);
  EXPECT_EQ(shape.dialect.delimiter, ';');
  EXPECT_EQ(shape.header, (Row{"name", "amount"}));
  EXPECT_EQ(rows_of(content, shape).size(), 100000U);
}

TEST(LongFirstLine, IsTakenWhole) {
  const std::string cell(200000, 'x');
  const std::string content = "name,\"" + cell + "\"\nAnn,1\n";
  EXPECT_EQ(sniffed(content).header, (Row{"name", cell}));
}

}  // namespace
}  // namespace csvm::csv
