#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>
#include <vector>

#include "convert.h"
#include "csvm/bytes.h"
#include "encoding.h"
#include "inflate.h"
#include "kind.h"
#include "storage.h"
#include "utf8.h"

namespace csvm::bytes {
namespace {

constexpr std::size_t head_bytes = std::size_t{64} << 10;
constexpr std::size_t tail_bytes = std::size_t{4} << 10;
// What one task checks, and what it holds at a time: little enough to stay in a core's cache.
constexpr std::uint64_t task_bytes = std::uint64_t{4} << 20;
constexpr std::size_t buffer_bytes = std::size_t{256} << 10;
constexpr std::size_t sample_bytes = std::size_t{64} << 10;

struct Names {
  std::string file;
  std::string encoding;
};

// UTF-8 as it lies in the file, after its mark.
class PlainText : public Text {
 public:
  PlainText(std::unique_ptr<Storage> storage, std::uint64_t begin, Names names,
            std::uint64_t original_size, bool well_formed)
      : storage_(std::move(storage)),
        begin_(begin),
        names_(std::move(names)),
        original_size_(original_size),
        well_formed_(well_formed) {}

  std::uint64_t size() const override { return storage_->size() - begin_; }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    return storage_->read_at(begin_ + offset, out);
  }
  std::uint64_t original_offset(std::uint64_t offset) const override { return begin_ + offset; }
  const std::string& name() const override { return names_.file; }
  const std::string& encoding() const override { return names_.encoding; }
  std::uint64_t original_size() const override { return original_size_; }
  bool well_formed() const override { return well_formed_; }

 private:
  std::unique_ptr<Storage> storage_;
  std::uint64_t begin_;
  Names names_;
  std::uint64_t original_size_;
  bool well_formed_;
};

class ConvertedText : public Text {
 public:
  ConvertedText(std::unique_ptr<Storage> original, Converted converted, Names names,
                std::uint64_t original_size, bool well_formed)
      : original_(std::move(original)),
        converted_(std::move(converted)),
        names_(std::move(names)),
        original_size_(original_size),
        well_formed_(well_formed) {}

  std::uint64_t size() const override { return converted_.utf8->size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    return converted_.utf8->read_at(offset, out);
  }
  std::uint64_t original_offset(std::uint64_t offset) const override {
    return original_place(*original_, converted_.checkpoints, names_.encoding, offset);
  }
  const std::string& name() const override { return names_.file; }
  const std::string& encoding() const override { return names_.encoding; }
  std::uint64_t original_size() const override { return original_size_; }
  bool well_formed() const override { return well_formed_; }

 private:
  std::unique_ptr<Storage> original_;
  Converted converted_;
  Names names_;
  std::uint64_t original_size_;
  bool well_formed_;
};

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Where a sequence that began before `text` has ended: at most three bytes in.
std::size_t after_continuations(std::string_view text) {
  std::size_t at = 0;
  while (at < 3 && at < text.size() && is_continuation(text[at])) ++at;
  return at;
}

struct Checked {
  bool well_formed = true;
  Utf8Evidence evidence;  // counted only when not well-formed
};

// Calls `look(worker, piece)` for stretches that together are the text from `begin` on, each
// ending where a UTF-8 sequence ends; from several threads at once.
Result<void> for_each_piece(
    const Storage& storage, std::uint64_t begin, const OpenOptions& options,
    const std::function<void(unsigned worker, std::string_view piece)>& look) {
  const std::uint64_t size = storage.size() - begin;
  const auto tasks = static_cast<std::size_t>((size + task_bytes - 1) / task_bytes);
  const unsigned threads = std::max(1U, options.threads);
  std::vector<std::string> buffers(threads);
  return run_parallel(
      threads, tasks, options.stop, [&](unsigned worker, std::size_t index) -> Result<void> {
        std::string& buffer = buffers[worker];
        buffer.resize(buffer_bytes + 3);
        const std::uint64_t end = std::min(size, (index + 1) * task_bytes);
        for (std::uint64_t at = index * task_bytes; at < end; at += buffer_bytes) {
          const auto wanted =
              static_cast<std::size_t>(std::min<std::uint64_t>(end - at, buffer_bytes));
          const std::size_t count =
              CSVM_TRY(storage.read_at(begin + at, std::span<char>(buffer).first(wanted + 3)));
          const std::string_view text(buffer.data(), count);
          const std::size_t own = std::min(wanted, count);
          const std::size_t first = at == 0 ? 0 : std::min(own, after_continuations(text));
          const std::size_t last = own + after_continuations(text.substr(own));
          look(worker, text.substr(first, last - first));
        }
        return {};
      });
}

Result<Checked> check_utf8(const Storage& storage, std::uint64_t begin,
                           const OpenOptions& options) {
  Checked checked;
  std::atomic<bool> well_formed{true};
  CSVM_CHECK(for_each_piece(storage, begin, options, [&](unsigned, std::string_view piece) {
    if (!is_valid_utf8_simd(piece.data(), piece.size())) {
      well_formed.store(false, std::memory_order_relaxed);
    }
  }));
  checked.well_formed = well_formed.load();
  if (checked.well_formed) return checked;
  std::vector<Utf8Evidence> evidence(std::max(1U, options.threads));
  CSVM_CHECK(for_each_piece(storage, begin, options, [&](unsigned worker, std::string_view piece) {
    add_utf8_evidence(piece, evidence[worker]);
  }));
  for (const Utf8Evidence& part : evidence) {
    checked.evidence.multibyte += part.multibyte;
    checked.evidence.invalid += part.invalid;
  }
  return checked;
}

// Stretches around the first non-ASCII bytes, wherever in the file they are.
Result<std::string> non_ascii_sample(const Storage& storage) {
  constexpr std::size_t around = 48;
  std::string sample;
  std::string buffer(buffer_bytes, '\0');
  for (std::uint64_t at = 0; at < storage.size() && sample.size() < sample_bytes;) {
    const std::size_t count = CSVM_TRY(storage.read_at(at, std::span<char>(buffer)));
    const std::string_view text(buffer.data(), count);
    std::size_t taken = 0;  // up to here in the sample
    for (std::size_t i = 0; i < text.size() && sample.size() < sample_bytes; ++i) {
      if (static_cast<unsigned char>(text[i]) < 0x80) continue;
      // Whole runs: a stretch must not begin inside a character.
      const std::size_t line = text.rfind('\n', i);
      const std::size_t from = std::max({taken, i < around ? std::size_t{0} : i - around,
                                         line == std::string_view::npos ? std::size_t{0} : line});
      std::size_t first = from;
      if (first != taken) {
        while (first < i && static_cast<unsigned char>(text[first]) >= 0x80) ++first;
      }
      std::size_t last = i;
      std::size_t ascii = 0;
      while (last < text.size() && ascii < around && text[last] != '\n') {
        ascii = static_cast<unsigned char>(text[last]) < 0x80 ? ascii + 1 : 0;
        ++last;
      }
      sample.append(text.substr(first, last - first));
      sample.push_back('\n');
      taken = last;
      i = last == i ? i : last - 1;
    }
    at += count;
  }
  return sample;
}

Error no_text(const std::string& name, std::string_view kind) {
  return {Errc::invalid_input, fmt::format("'{}' is no CSV file: it seems to be {}", name, kind)};
}

Result<std::unique_ptr<Text>> open_converted(std::unique_ptr<Storage> storage, std::uint64_t begin,
                                             Names names, std::uint64_t original_size,
                                             const OpenOptions& options) {
  Converted converted =
      CSVM_TRY(convert(*storage, begin, names.encoding, names.file, options.stop));
  const Checked checked = CSVM_TRY(check_utf8(*converted.utf8, 0, options));
  return std::unique_ptr<Text>(
      std::make_unique<ConvertedText>(std::move(storage), std::move(converted), std::move(names),
                                      original_size, checked.well_formed));
}

// The encoding without a mark and without the user's word; fills `well_formed` for UTF-8.
Result<std::string> detect_encoding(const Storage& storage, std::string_view head,
                                    const OpenOptions& options, bool& well_formed) {
  if (const std::string_view wide = wide_encoding(head); !wide.empty()) return std::string(wide);
  const Checked checked = CSVM_TRY(check_utf8(storage, 0, options));
  well_formed = checked.well_formed;
  if (checked.well_formed) return std::string("utf-8");
  // In text of another encoding bytes rarely happen to form UTF-8 sequences.
  if (checked.evidence.multibyte >= 2 * checked.evidence.invalid) return std::string("utf-8");
  return legacy_encoding(CSVM_TRY(non_ascii_sample(storage)));
}

Result<std::unique_ptr<Text>> open_storage(std::unique_ptr<Storage> storage, std::string name,
                                           std::uint64_t original_size,
                                           const OpenOptions& options) {
  std::string head(static_cast<std::size_t>(std::min<std::uint64_t>(head_bytes, storage->size())),
                   '\0');
  head.resize(CSVM_TRY(storage->read_at(0, std::span<char>(head))));
  if (head.empty()) {
    if (!options.allow_empty) {
      return Error{Errc::invalid_input, fmt::format("'{}' is empty: it holds no bytes", name)};
    }
    return text_from_string(std::move(name), "");
  }
  std::string tail(std::min(tail_bytes, head.size()), '\0');
  tail.resize(CSVM_TRY(storage->read_at(storage->size() - tail.size(), std::span<char>(tail))));
  if (const std::string_view kind = kind_of_file(head, tail); !kind.empty()) {
    return no_text(name, kind);
  }

  const Mark mark = find_mark(head);
  std::string encoding;
  std::uint64_t begin = mark.bytes;
  bool checked = false;
  bool well_formed = false;
  if (options.encoding) {
    const auto named = encoding_named(*options.encoding);
    if (!named) {
      return Error{Errc::invalid_input,
                   fmt::format("encoding '{}' is not known", *options.encoding)};
    }
    encoding = *named;
    const bool any_order = encoding == "utf-16" || encoding == "utf-32";
    if (any_order) encoding = mark.encoding.starts_with(encoding) ? mark.encoding : encoding + "le";
    if (mark.encoding != encoding) begin = 0;
  } else if (mark.bytes != 0) {
    encoding = mark.encoding;
  } else {
    encoding = CSVM_TRY(detect_encoding(*storage, head, options, well_formed));
    checked = true;
    if (!encoding.starts_with("utf-16") && !encoding.starts_with("utf-32") && looks_binary(head)) {
      return no_text(name, "binary data");
    }
  }
  Names names{std::move(name), std::move(encoding)};
  if (names.encoding != "utf-8") {
    return open_converted(std::move(storage), begin, std::move(names), original_size, options);
  }
  if (!checked) well_formed = CSVM_TRY(check_utf8(*storage, begin, options)).well_formed;
  return std::unique_ptr<Text>(std::make_unique<PlainText>(
      std::move(storage), begin, std::move(names), original_size, well_formed));
}

// The file itself, or all of a stream.
Result<std::unique_ptr<Storage>> open_raw(const std::string& path, const std::string& name,
                                          const OpenOptions& options) {
  const std::uint64_t limit = options.limits.max_file_bytes;
  if (path == "-") return read_stream(STDIN_FILENO, name, limit, options.stop);
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) return io_error("open", path, errno);
  struct stat status{};
  if (fstat(file.number(), &status) != 0) return io_error("open", path, errno);
  if (S_ISDIR(status.st_mode)) {
    return Error{Errc::invalid_input, fmt::format("'{}' is a folder, not a file", path)};
  }
  if (!S_ISREG(status.st_mode)) return read_stream(file.number(), name, limit, options.stop);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (limit != 0 && size > limit) {
    return Error{Errc::limit_exceeded,
                 fmt::format("'{}' has {} bytes, more than the limit of {}", name, size, limit)};
  }
  return in_file(std::move(file), size, name);
}

}  // namespace

Result<std::unique_ptr<Text>> open_text(const std::string& path, const OpenOptions& options) {
  std::string name = path == "-" ? "standard input" : path;
  std::unique_ptr<Storage> storage = CSVM_TRY(open_raw(path, name, options));
  const std::uint64_t original_size = storage->size();
  char magic[3];
  const std::size_t count = CSVM_TRY(storage->read_at(0, std::span<char>(magic)));
  if (is_gzip({magic, count})) {
    storage = CSVM_TRY(inflate(*storage, name, options.limits, options.stop));
    const std::size_t inner = CSVM_TRY(storage->read_at(0, std::span<char>(magic)));
    if (is_gzip({magic, inner})) return no_text(name, "a gzip archive inside a gzip archive");
  }
  return open_storage(std::move(storage), std::move(name), original_size, options);
}

std::unique_ptr<Text> text_from_string(std::string name, std::string utf8) {
  const Mark mark = find_mark(utf8);
  const std::uint64_t begin = mark.encoding == "utf-8" ? mark.bytes : 0;
  const std::uint64_t size = utf8.size();
  const bool well_formed = is_valid_utf8_simd(utf8.data(), utf8.size());
  return std::make_unique<PlainText>(in_memory(std::move(utf8)), begin,
                                     Names{std::move(name), "utf-8"}, size, well_formed);
}

}  // namespace csvm::bytes
