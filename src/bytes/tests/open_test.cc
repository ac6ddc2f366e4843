// What is a text opens; what is none is refused by the name of what it is.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <ostream>
#include <thread>

#include "kind.h"
#include "storage.h"
#include "tests/files.h"

namespace csvm::bytes {
namespace {

using namespace std::string_literals;

struct Case {
  std::string name;
  std::string content;
  std::string kind;
  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

class NoText : public testing::TestWithParam<Case> {};

TEST_P(NoText, IsRefusedByItsName) {
  Folder folder;
  const Error error = refused(folder, GetParam().content);
  EXPECT_EQ(error.code, Errc::invalid_input);
  EXPECT_EQ(error.message,
            "'" + folder.path("leads.csv") + "' is no CSV file: it seems to be " + GetParam().kind);
}

const std::string zip = "PK\x03\x04\x14\0\x06\0"s;
const std::string compound = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"s + std::string(600, '\0');

INSTANTIATE_TEST_SUITE_P(
    Kinds, NoText,
    testing::Values(
        Case{"zip", zip + "name.csv", "a ZIP archive"},
        Case{"empty_zip", "PK\x05\x06"s + std::string(18, '\0'), "an empty ZIP archive"},
        Case{"xlsx", zip + "[Content_Types].xml ... xl/workbook.xml", "an Excel workbook (.xlsx)"},
        Case{"docx", zip + "word/document.xml", "a Word document (.docx)"},
        Case{"pptx", zip + "ppt/presentation.xml", "a PowerPoint file (.pptx)"},
        Case{"ods", zip + "mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
             "an OpenDocument spreadsheet (.ods)"},
        Case{"odt", zip + "mimetypeapplication/vnd.oasis.opendocument.text",
             "an OpenDocument file"},
        Case{"numbers", zip + "Index/Document.iwa", "a Numbers spreadsheet"},
        Case{"xls", compound + "W\0o\0r\0k\0b\0o\0o\0k\0"s, "an Excel workbook (.xls)"},
        Case{"doc", compound, "an old Office document (.xls or .doc)"},
        Case{"png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "a PNG image"},
        Case{"jpeg", "\xff\xd8\xff\xe0\0\x10JFIF"s, "a JPEG image"},
        Case{"gif", "GIF89a\1\0\1\0"s, "a GIF image"},
        Case{"tiff", "II*\0\x08\0\0\0"s, "a TIFF image"},
        Case{"webp", "RIFF\x10\0\0\0WEBPVP8 "s, "a WebP image"},
        Case{"pdf", "%PDF-1.4\n%...", "a PDF document"},
        Case{"rtf", "{\\rtf1\\ansi a,b}", "an RTF document"},
        Case{"html", "<!DOCTYPE html>\n<html><body>404</body></html>", "an HTML page"},
        Case{"html_after_blanks", "\r\n  <HTML><head></head>", "an HTML page"},
        Case{"html_after_a_mark", "\xef\xbb\xbf<html></html>", "an HTML page"},
        Case{"html_table", "<table><tr><td>a</td></tr></table>", "an HTML page"},
        Case{"xml", "<?xml version=\"1.0\"?><leads/>", "an XML document"},
        Case{"excel_xml",
             "<?xml version=\"1.0\"?><Workbook "
             "xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>",
             "an Excel 2003 XML workbook"},
        Case{"json_object", "{\"error\": \"not found\"}\n", "a JSON document"},
        Case{"json_list", "[ {\"a\":1},\n {\"a\":2} ]", "a JSON document"},
        Case{"sqlite", "SQLite format 3\0\x10"s, "an SQLite database"},
        Case{"parquet", "PAR1\x15\0", "a Parquet file"},
        Case{"seven_zip", "7z\xbc\xaf\x27\x1c\0\4"s, "a 7-Zip archive"},
        Case{"rar", "Rar!\x1a\x07\x01", "a RAR archive"},
        Case{"bzip2", "BZh91AY&SY", "a bzip2 archive"},
        Case{"xz",
             "\xfd"
             "7zXZ\0\0"s,
             "an xz archive"},
        Case{"zstd", "\x28\xb5\x2f\xfd\x24", "a Zstandard archive"},
        Case{"tar", "leads.csv"s + std::string(248, '\0') + "ustar\0"s, "a TAR archive"},
        Case{"elf",
             "\x7f"
             "ELF\2\1\1\0"s,
             "a program (ELF)"},
        Case{"exe", "MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0"s, "a program (Windows)"},
        Case{"binary", std::string(100, '\1') + "abc", "binary data"},
        Case{"zeros", std::string(5000, '\0'), "binary data"}),
    [](const auto& test) { return test.param.name; });

// What begins like something else but is a table.
TEST(Table, ThatLooksALittleLikeSomethingElseOpens) {
  Folder folder;
  const std::vector<std::string> tables = {"<b>name</b>,city\nAnn,Bath\n",
                                           "{a},{b}\n1,2\n",
                                           "[x],[y]\n1,2\n",
                                           "PK,name\n1,Ann\n",
                                           "BZ,name\n",
                                           "GIF,b\n",
                                           "MZ,b\n1,2\n",
                                           "\"{\"\"a\"\":1}\",b\n",
                                           "{\"a\":1},b\n",
                                           "%PD,b\n",
                                           "a\x1a",
                                           "a,b\n1,2\n" + std::string(5000, '\0'),
                                           "a,\x01\x02\x03,b\n"};
  for (const std::string& content : tables) {
    EXPECT_EQ(all_of(*opened(folder, content)), content);
  }
}

TEST(EmptyFile, IsRefusedUnlessAllowed) {
  Folder folder;
  const Error error = refused(folder, "");
  EXPECT_EQ(error.code, Errc::invalid_input);
  EXPECT_EQ(error.message, "'" + folder.path("leads.csv") + "' is empty: it holds no bytes");
  OpenOptions options;
  options.allow_empty = true;
  EXPECT_EQ(opened(folder, "", options)->size(), 0U);
}

TEST(MissingFile, IsNamed) {
  Folder folder;
  const auto text = open_text(folder.path("none.csv"));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Errc::not_found);
  EXPECT_NE(text.error().message.find("none.csv"), std::string::npos);
}

TEST(FolderAsFile, IsRefused) {
  Folder folder;
  const auto text = open_text(folder.path(""));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Errc::invalid_input);
  EXPECT_NE(text.error().message.find("is a folder"), std::string::npos);
}

TEST(UnreadableFile, IsNamedWithTheReason) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads every file";
  Folder folder;
  const std::string path = folder.file("secret.csv", "a,b\n");
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  const auto text = open_text(path);
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().message.find(path), std::string::npos);
  EXPECT_NE(text.error().message.find("ermission"), std::string::npos);
}

TEST(FileLimit, IsOfTheBytesOfTheFile) {
  Folder folder;
  OpenOptions options;
  options.limits.max_file_bytes = 8;
  EXPECT_EQ(opened(folder, "a,b\n1,2\n", options)->size(), 8U);
  const Error error = refused(folder, "a,b\n1,2\n3", options);
  EXPECT_EQ(error.code, Errc::limit_exceeded);
  EXPECT_NE(error.message.find("9 bytes"), std::string::npos);
  EXPECT_NE(error.message.find("limit of 8"), std::string::npos);
}

TEST(Text, IsReadAtAnyPlace) {
  Folder folder;
  const auto text = opened(folder, "name,city\nAnn,Bath\n");
  std::array<char, 4> out{};
  ASSERT_EQ(text->read_at(5, out).value(), 4U);
  EXPECT_EQ(std::string_view(out.data(), 4), "city");
  EXPECT_EQ(text->read_at(17, out).value(), 2U);
  EXPECT_EQ(text->read_at(19, out).value(), 0U);
  EXPECT_EQ(text->read_at(1000, out).value(), 0U);
  EXPECT_EQ(text->name(), folder.path("leads.csv"));
  EXPECT_EQ(text->original_offset(7), 7U);
}

TEST(FileThatShrinks, IsAnErrorNotAnEnd) {
  Folder folder;
  const auto text = opened(folder, "name,city\nAnn,Bath\n");
  ASSERT_EQ(truncate(folder.path("leads.csv").c_str(), 5), 0);
  std::string out(19, '\0');
  const auto count = text->read_at(0, std::span<char>(out));
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, Errc::io);
  EXPECT_NE(count.error().message.find("became shorter"), std::string::npos);
}

TEST(Pipe, IsReadToItsEnd) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const Descriptor read_end(ends[0]);
  {
    const Descriptor write_end(ends[1]);
    ASSERT_EQ(write(write_end.number(), "a,b\n1,2\n", 8), 8);
  }
  const auto all = read_stream(read_end.number(), "standard input", 0, {});
  ASSERT_TRUE(all);
  EXPECT_EQ((*all)->size(), 8U);
}

TEST(Pipe, BeyondTheLimitIsRefused) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const Descriptor read_end(ends[0]);
  {
    const Descriptor write_end(ends[1]);
    ASSERT_EQ(write(write_end.number(), "a,b\n1,2\n", 8), 8);
  }
  const auto all = read_stream(read_end.number(), "standard input", 7, {});
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, Errc::limit_exceeded);
  EXPECT_NE(all.error().message.find("standard input"), std::string::npos);
}

TEST(NamedPipe, IsReadAsAFile) {
  Folder folder;
  const std::string path = folder.path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::jthread writer([&] { std::ofstream(path) << "a,b\n1,2\n"; });
  const auto text = open_text(path);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(all_of(**text), "a,b\n1,2\n");
}

TEST(Opening, EndsWhenAskedTo) {
  Folder folder;
  std::stop_source stop;
  stop.request_stop();
  OpenOptions options;
  options.stop = stop.get_token();
  const auto text = open_text(folder.file("leads.csv", "a,b\n"), options);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Errc::cancelled);
}

TEST(Spool, KeepsWhatIsAppendedBeyondItsMemory) {
  Spool spool("x");
  std::string piece(1'000'003, '\0');
  for (std::size_t i = 0; i < piece.size(); ++i) piece[i] = static_cast<char>(i * 31);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(spool.append(piece));
  EXPECT_EQ(spool.size(), 40 * piece.size());
  const auto storage = spool.finish();
  ASSERT_TRUE(storage);
  std::string read(piece.size(), '\0');
  for (const std::uint64_t i : {0, 1, 20, 39}) {
    ASSERT_EQ((*storage)->read_at(i * piece.size(), std::span<char>(read)).value(), piece.size());
    EXPECT_TRUE(read == piece) << i;
  }
}

}  // namespace
}  // namespace csvm::bytes
