#include "kind.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace csvm::bytes {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::string_view kind;
};

// Sources: the formats' specifications; RFC 8878 (Zstandard), RFC 7932 has none (Brotli).
constexpr std::array magics = {
    Magic{0, "\x89PNG\r\n\x1a\n"sv, "a PNG image"},
    Magic{0, "\xff\xd8\xff"sv, "a JPEG image"},
    Magic{0, "GIF87a"sv, "a GIF image"},
    Magic{0, "GIF89a"sv, "a GIF image"},
    Magic{0, "II*\0"sv, "a TIFF image"},
    Magic{0, "MM\0*"sv, "a TIFF image"},
    Magic{8, "WEBP"sv, "a WebP image"},
    Magic{0, "%PDF-"sv, "a PDF document"},
    Magic{0, "{\\rtf"sv, "an RTF document"},
    Magic{0, "%!PS"sv, "a PostScript document"},
    Magic{0, "SQLite format 3\0"sv, "an SQLite database"},
    Magic{0, "PAR1"sv, "a Parquet file"},
    Magic{0, "ARROW1"sv, "an Arrow file"},
    Magic{0, "ORC"sv, "an ORC file"},
    Magic{0, "Obj\x01"sv, "an Avro file"},
    Magic{0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file"},
    Magic{0,
          "\x7f"sv
          "ELF"sv,
          "a program (ELF)"},
    Magic{0, "BZh"sv, "a bzip2 archive"},
    Magic{0,
          "\xfd"sv
          "7zXZ\0"sv,
          "an xz archive"},
    Magic{0, "\x28\xb5\x2f\xfd"sv, "a Zstandard archive"},
    Magic{0, "\x04\x22\x4d\x18"sv, "an LZ4 archive"},
    Magic{0, "7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive"},
    Magic{0, "Rar!\x1a\x07"sv, "a RAR archive"},
    Magic{0, "PK\x05\x06"sv, "an empty ZIP archive"},
    Magic{257, "ustar"sv, "a TAR archive"},
    Magic{0, "ID3\x03"sv, "a sound file (MP3)"},
    Magic{4, "ftyp"sv, "a video file (MP4)"},
    Magic{0, "OggS\0"sv, "a sound file (Ogg)"},
    Magic{0, "bplist00"sv, "a binary property list"},
    Magic{0, "\xca\xfe\xba\xbe"sv, "a program"},
    Magic{0, "\xcf\xfa\xed\xfe"sv, "a program (Mach-O)"},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool starts_with_word(std::string_view text, std::string_view lower_word) {
  return text.size() >= lower_word.size() &&
         std::equal(lower_word.begin(), lower_word.end(), text.begin(),
                    [](char wanted, char seen) { return wanted == lower(seen); });
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view zip_kind(std::string_view head) {
  if (head.find("xl/") != std::string_view::npos) return "an Excel workbook (.xlsx)";
  if (head.find("word/") != std::string_view::npos) return "a Word document (.docx)";
  if (head.find("ppt/") != std::string_view::npos) return "a PowerPoint file (.pptx)";
  if (head.find("opendocument.spreadsheet") != std::string_view::npos) {
    return "an OpenDocument spreadsheet (.ods)";
  }
  if (head.find("opendocument") != std::string_view::npos) return "an OpenDocument file";
  if (head.find("Index/") != std::string_view::npos &&
      head.find(".iwa") != std::string_view::npos) {
    return "a Numbers spreadsheet";
  }
  return "a ZIP archive";
}

// A document that is marked up from its first character to its last.
std::string_view markup_kind(std::string_view head, std::string_view tail) {
  if (starts_with_word(head, "\xef\xbb\xbf")) head.remove_prefix(3);
  const std::string_view begin = without_blanks(head);
  const std::string_view end = without_blanks(tail);
  if (begin.empty() || end.empty()) return {};
  for (const std::string_view tag :
       {"<!doctype html"sv, "<html"sv, "<head"sv, "<body"sv, "<table"sv, "<script"sv, "<!--"sv}) {
    if (starts_with_word(begin, tag)) return "an HTML page";
  }
  if (starts_with_word(begin, "<?xml")) {
    if (begin.find("urn:schemas-microsoft-com:office:spreadsheet") != std::string_view::npos) {
      return "an Excel 2003 XML workbook";
    }
    return "an XML document";
  }
  const auto opens = [&](char bracket, std::string_view next) {
    if (begin.front() != bracket) return false;
    const std::size_t second = begin.find_first_not_of(" \t\r\n", 1);
    return second != std::string_view::npos && next.find(begin[second]) != std::string_view::npos;
  };
  if ((opens('{', "\"}") && end.back() == '}') || (opens('[', "{[]") && end.back() == ']')) {
    return "a JSON document";
  }
  return {};
}

}  // namespace

std::string_view kind_of_file(std::string_view head, std::string_view tail) {
  for (const Magic& magic : magics) {
    if (head.size() >= magic.offset + magic.bytes.size() &&
        head.substr(magic.offset, magic.bytes.size()) == magic.bytes) {
      return magic.kind;
    }
  }
  if (head.starts_with("PK\x03\x04")) return zip_kind(head);
  if (head.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
    // A compound file; its directory names the stream in UTF-16.
    if (head.find("W\0o\0r\0k\0b\0o\0o\0k\0"sv) != std::string_view::npos ||
        tail.find("W\0o\0r\0k\0b\0o\0o\0k\0"sv) != std::string_view::npos) {
      return "an Excel workbook (.xls)";
    }
    return "an old Office document (.xls or .doc)";
  }
  if (head.starts_with("MZ") && head.find("\0\0\0"sv) != std::string_view::npos) {
    return "a program (Windows)";
  }
  return markup_kind(head, tail);
}

bool looks_binary(std::string_view head) {
  // A text that was not written to its end may have zeros for the rest; nothing but zeros is none.
  const std::size_t text_end = head.find_last_not_of('\0');
  if (text_end == std::string_view::npos) return !head.empty();
  head = head.substr(0, text_end + 1);
  const auto controls = std::count_if(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    // Tab to CR, the DOS end of file, ESC and the four separators are seen in text.
    return byte < 0x09 || (byte > 0x0d && byte < 0x1a);
  });
  // Some stray control bytes are damage in one cell. Of bytes by chance one in twelve is one.
  return static_cast<std::size_t>(controls) > 16 &&
         static_cast<std::size_t>(controls) * 16 > head.size();
}

}  // namespace csvm::bytes
