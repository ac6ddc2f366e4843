// csvm/bytes.h - files and standard input -> UTF-8 text that can be read at any place. The only
// public header of module `bytes`.
//
//   file | "-" | gzip --> bytes::Text --> csv
//
// Knows encodings and compression and nothing about records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "csvm/base.h"

namespace csvm::bytes {

/// What is refused rather than read. 0 means no limit.
struct Limits {
  std::uint64_t max_file_bytes = 0;
  /// A gzip file may not become more than this, nor more than `max_inflation` times its size
  /// (a ratio is looked at only above 64 MiB, so that small repetitive files pass).
  std::uint64_t max_inflated_bytes = std::uint64_t{64} << 30;
  std::uint64_t max_inflation = 200;
};

struct OpenOptions {
  /// Name of an encoding that is not to be detected ("utf-8", "windows-1252", ...).
  std::optional<std::string> encoding;
  Limits limits;
  /// What messages call the file; its path when empty.
  std::string name;
  /// Open a file of no bytes as an empty text instead of refusing it.
  bool allow_empty = false;
  unsigned threads = 1;
  std::stop_token stop;
};

/// UTF-8 text of one source file, without a byte order mark. Text that had to be converted or
/// inflated lies in memory (small) or in an unlinked temporary file (large).
///
/// Threads: every member may be called from any thread at once.
class Text {
 public:
  virtual ~Text() = default;

  /// Bytes of UTF-8.
  virtual std::uint64_t size() const = 0;

  /// Fills `out` from `offset` on; returns how many bytes there were (fewer only at the end).
  /// Fails with `io`.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const = 0;

  /// Where the character at `offset` of the text began in the file as given (after inflation, if
  /// it was compressed).
  virtual std::uint64_t original_offset(std::uint64_t offset) const = 0;

  /// What messages call the file: OpenOptions::name, else its path; "standard input" for "-".
  virtual const std::string& name() const = 0;

  /// Lower-case name of the encoding found: "utf-8", "utf-16le", "windows-1252", ...
  virtual const std::string& encoding() const = 0;

  /// Bytes of the file as given, before inflation and conversion.
  virtual std::uint64_t original_size() const = 0;

  /// True when all of it was seen to be well-formed UTF-8 on opening; otherwise a reader has to
  /// look for bytes that are not.
  virtual bool well_formed() const = 0;
};

/// Opens `path` ("-" is standard input), inflates gzip, finds the encoding and converts.
/// Fails with `not_found`, `io`, `limit_exceeded`, and `invalid_input` for what is no text: the
/// message names the file and what it seems to be (a ZIP archive, an Excel workbook, an image, an
/// HTML page, an empty file ...).
/// A file that is UTF-8 but for some bytes stays UTF-8, and what a converter cannot read becomes
/// an invalid byte (0xFF): `csv` rejects the records they are in.
Result<std::unique_ptr<Text>> open_text(const std::string& path, const OpenOptions& options = {});

/// Text that is already in memory, for tests and for small uploads. A byte order mark is no part of
/// it; bytes that are not UTF-8 are allowed (see `well_formed`).
std::unique_ptr<Text> text_from_string(std::string name, std::string utf8);

/// Where the first byte stands that is not part of well-formed UTF-8 (no surrogates, no overlong
/// forms, nothing above U+10FFFF; a sequence cut off by the end counts), or npos. Vectorised.
std::size_t first_invalid_utf8(std::string_view text);

/// A file that appears under its name only when it is whole: written under a temporary name in
/// the same folder, renamed by `commit()`, removed by the destructor otherwise. "-" is standard
/// output ("/dev/..." is written directly too).
///
/// Threads: `write_at` may be called from any thread at once, with ranges that do not overlap;
/// on a stream ("-") only with rising offsets.
class NewFile {
 public:
  static Result<NewFile> create(const std::string& path);
  NewFile(NewFile&&) noexcept;
  NewFile& operator=(NewFile&&) noexcept;
  ~NewFile();

  Result<void> write_at(std::uint64_t offset, std::string_view data);
  Result<void> commit();

 private:
  struct State;
  explicit NewFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace csvm::bytes
