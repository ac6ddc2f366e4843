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
#include <type_traits>
#include <utility>
#include <vector>

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

template <class T>
class ScratchArray;

/// Memory for arrays that are as long as the input has rows. With a bound they lie in unlinked
/// temporary files ($TMPDIR, else /tmp) that are mapped, so that the system can write them out.
///
/// Threads: every member from any thread at once. Must outlive its arrays.
class Scratch {
 public:
  /// @param memory_bytes  resident memory of the process above which `trim` acts; 0: no bound,
  ///                      arrays lie in plain memory
  explicit Scratch(std::uint64_t memory_bytes);
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// `count` elements of zero bytes. Fails with `io` when the disk has no room for them (all of it
  /// is reserved at once) and with `limit_exceeded` when there is no memory.
  template <class T>
  Result<ScratchArray<T>> array(std::size_t count) {
    return ScratchArray<T>(*this, CSVM_TRY(take(count * sizeof(T))));
  }

  /// Takes the arrays out of the resident memory if that is above the bound; whoever needs them
  /// gets them back page by page. Cheap enough to be called for every block of input.
  void trim();

 private:
  template <class T>
  friend class ScratchArray;
  Result<std::span<std::byte>> take(std::size_t bytes);
  void give_back(std::span<std::byte> taken);

  std::uint64_t memory_bytes_;
  Guarded<std::vector<std::span<std::byte>>> mapped_;
};

/// An array of fixed length in a `Scratch`. Elements may be written by several threads at once as
/// those of a vector may.
template <class T>
class ScratchArray : public std::span<T> {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ScratchArray() = default;
  ScratchArray(ScratchArray&& other) noexcept
      : std::span<T>(std::exchange(static_cast<std::span<T>&>(other), {})),
        scratch_(std::exchange(other.scratch_, nullptr)) {}
  ScratchArray& operator=(ScratchArray&& other) noexcept {
    std::swap(static_cast<std::span<T>&>(*this), static_cast<std::span<T>&>(other));
    std::swap(scratch_, other.scratch_);
    return *this;
  }
  ~ScratchArray() {
    if (scratch_ != nullptr) scratch_->give_back(std::as_writable_bytes(std::span<T>(*this)));
  }

 private:
  friend class Scratch;
  ScratchArray(Scratch& scratch, std::span<std::byte> taken)
      : std::span<T>(reinterpret_cast<T*>(taken.data()), taken.size() / sizeof(T)),
        scratch_(&scratch) {}

  Scratch* scratch_ = nullptr;
};

}  // namespace csvm::bytes
