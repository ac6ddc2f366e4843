#include "read_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "csvm/bytes.h"
#include "csvm/csv.h"

namespace csvm::app {
namespace {

constexpr std::size_t max_warnings = 20;
constexpr std::size_t write_bytes = std::size_t{256} << 10;

struct Settings {
  std::string file;
  std::string dialect;  // JSON; empty: everything is found
  bool sniff = false;
  bool table = false;
};

// What the user said about the file. Texts, since a delimiter may have several characters.
struct GivenDialect {
  std::optional<std::string> delimiter, quote, escape, comment, terminator, encoding;
  std::optional<bool> double_quote, trim;
};

Error bad_dialect(std::string_view what) {
  return {Errc::invalid_input, fmt::format("--dialect: {}", what)};
}

Result<GivenDialect> parse_dialect(const std::string& json) {
  GivenDialect given;
  if (json.empty()) return given;
  boost::system::error_code failed;
  const boost::json::value root = boost::json::parse(json, failed);
  if (failed) return bad_dialect("not a JSON object: " + failed.message());
  const boost::json::object* object = root.if_object();
  if (object == nullptr) return bad_dialect("not a JSON object");
  for (const auto& [name, entry] : *object) {
    const std::string_view key = name;  // what fmt 10 can format
    std::optional<std::string>* text = key == "delimiter"    ? &given.delimiter
                                       : key == "quote"      ? &given.quote
                                       : key == "escape"     ? &given.escape
                                       : key == "comment"    ? &given.comment
                                       : key == "terminator" ? &given.terminator
                                       : key == "encoding"   ? &given.encoding
                                                             : nullptr;
    std::optional<bool>* flag = key == "double_quote" ? &given.double_quote
                                : key == "trim"       ? &given.trim
                                                      : nullptr;
    if (text != nullptr && entry.is_string()) {
      *text = std::string(entry.get_string());
    } else if (flag != nullptr && entry.is_bool()) {
      *flag = entry.get_bool();
    } else if (text != nullptr || flag != nullptr) {
      if (!entry.is_null()) return bad_dialect(fmt::format("'{}' has a wrong type", key));
    } else {
      return bad_dialect(fmt::format(
          "'{}' is not known; known are delimiter, quote, escape, comment, double_quote, trim, "
          "terminator and encoding",
          key));
    }
  }
  if (given.terminator && given.terminator->empty()) return bad_dialect("'terminator' is empty");
  for (const auto& [name, text] :
       {std::pair{"delimiter", &given.delimiter}, std::pair{"quote", &given.quote}}) {
    if (*text && (**text == "\n" || **text == "\r")) {
      return bad_dialect(fmt::format("'{}' is a line end", name));
    }
  }
  if (given.delimiter && !given.delimiter->empty() && given.delimiter == given.quote) {
    return bad_dialect("'delimiter' and 'quote' are the same");
  }
  return given;
}

// The grammar has one byte for each special text. A longer one is exchanged for a byte that the
// file does not hold, and changed back in the cells.
class Substitution {
 public:
  /// The byte to use for `special` in the grammar; '\0' for an empty one.
  Result<char> byte_for(const std::string& special, const std::string& content) {
    if (special.empty()) return '\0';
    if (special.size() == 1) return special.front();
    const char byte = CSVM_TRY(unused(content));
    replaced_.emplace_back(byte, special);
    return byte;
  }

  /// Makes `terminator` the only end of a line.
  Result<void> end_lines_with(const std::string& terminator, std::string& content) {
    for (const char end : {'\n', '\r'}) {
      const char byte = CSVM_TRY(unused(content));
      replaced_.emplace_back(byte, std::string(1, end));
    }
    apply(content);
    replace_all(content, terminator, '\n');
    return {};
  }

  void apply(std::string& content) const {
    for (const auto& [byte, special] : replaced_) replace_all(content, special, byte);
  }

  bool active() const { return !replaced_.empty(); }

  void undo(std::string_view cell, std::string& out) const {
    for (const char c : cell) {
      const auto found = std::find_if(replaced_.begin(), replaced_.end(),
                                      [&](const auto& entry) { return entry.first == c; });
      if (found == replaced_.end()) {
        out.push_back(c);
      } else {
        out.append(found->second);
      }
    }
  }

 private:
  Result<char> unused(const std::string& content) const {
    for (char byte = 0x1f; byte > 0; --byte) {
      if (byte == '\t' || byte == '\n' || byte == '\r') continue;
      if (content.find(byte) != std::string::npos) continue;
      const auto taken = [&](const auto& entry) { return entry.first == byte; };
      if (std::none_of(replaced_.begin(), replaced_.end(), taken)) return byte;
    }
    return bad_dialect("the file holds every control character, so that none can stand for it");
  }

  static void replace_all(std::string& content, const std::string& from, char to) {
    std::size_t kept = 0;
    for (std::size_t at = 0; at < content.size();) {
      if (content.compare(at, from.size(), from) == 0) {
        content[kept++] = to;
        at += from.size();
      } else {
        content[kept++] = content[at++];
      }
    }
    content.resize(kept);
  }

  std::vector<std::pair<char, std::string>> replaced_;
};

bool is_line_end(const std::string& text) { return text == "\n" || text == "\r\n" || text == "\r"; }

struct Input {
  std::unique_ptr<bytes::Text> text;
  csv::DialectHints known;
  Substitution substitution;
};

Result<Input> open_input(const Settings& settings, const GivenDialect& given, unsigned threads) {
  bytes::OpenOptions open;
  open.encoding = given.encoding;
  open.allow_empty = !settings.table;
  open.threads = threads;
  Input input;
  input.text = CSVM_TRY(bytes::open_text(settings.file, open));
  const auto is_long = [](const std::optional<std::string>& text) {
    return text && text->size() > 1;
  };
  const bool own_ends = given.terminator && !is_line_end(*given.terminator);
  std::string content;
  if (own_ends || is_long(given.delimiter) || is_long(given.quote) || is_long(given.escape) ||
      is_long(given.comment)) {
    content.resize(static_cast<std::size_t>(input.text->size()));
    content.resize(CSVM_TRY(input.text->read_at(0, std::span<char>(content))));
  }
  const auto set = [&](const std::optional<std::string>& special,
                       std::optional<char>& known) -> Result<void> {
    if (special) known = CSVM_TRY(input.substitution.byte_for(*special, content));
    return {};
  };
  CSVM_CHECK(set(given.delimiter, input.known.delimiter));
  CSVM_CHECK(set(given.quote, input.known.quote));
  CSVM_CHECK(set(given.escape, input.known.escape));
  CSVM_CHECK(set(given.comment, input.known.comment));
  input.known.double_quote = given.double_quote;
  input.known.trim = given.trim;
  if (own_ends) {
    CSVM_CHECK(input.substitution.end_lines_with(*given.terminator, content));
  } else {
    input.substitution.apply(content);
  }
  if (input.substitution.active() || own_ends) {
    input.text = bytes::text_from_string(input.text->name(), std::move(content));
  }
  return input;
}

// Standard output, written in large pieces.
class Output {
 public:
  ~Output() { flush(); }

  void add_string(std::string_view text) {
    static constexpr std::string_view hex = "0123456789abcdef";
    buffer_.push_back('"');
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
      buffer_.append(text.substr(from, i - from));
      from = i + 1;
      buffer_.push_back('\\');
      switch (text[i]) {
        case '\n':
          buffer_.push_back('n');
          break;
        case '\r':
          buffer_.push_back('r');
          break;
        case '\t':
          buffer_.push_back('t');
          break;
        case '"':
        case '\\':
          buffer_.push_back(text[i]);
          break;
        default:
          buffer_.append("u00");
          buffer_.push_back(hex[byte >> 4]);
          buffer_.push_back(hex[byte & 15]);
      }
    }
    buffer_.append(text.substr(from));
    buffer_.push_back('"');
    if (buffer_.size() >= write_bytes) flush();
  }
  void add(char c) { buffer_.push_back(c); }

  // False when standard output cannot be written any more.
  bool flush() {
    good_ = good_ && std::fwrite(buffer_.data(), 1, buffer_.size(), stdout) == buffer_.size() &&
            std::fflush(stdout) == 0;
    buffer_.clear();
    return good_;
  }

 private:
  std::string buffer_;
  bool good_ = true;
};

void write_block(const csv::Batch& batch, const csv::Dialect& dialect,
                 const Substitution& substitution, Output& output) {
  std::string scratch;
  std::string undone;
  for (const csv::Record& record : batch.records) {
    output.add('[');
    for (std::uint32_t i = 0; i < record.cells; ++i) {
      if (i > 0) output.add(',');
      std::string_view cell =
          csv::value(batch, batch.cells[record.first_cell + i], dialect, scratch);
      if (substitution.active()) {
        undone.clear();
        substitution.undo(cell, undone);
        cell = undone;
      }
      output.add_string(cell);
    }
    output.add(']');
    output.add('\n');
  }
}

void warn(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

// Damage and oddities, by place. Returns whether every row could be read.
bool report(const bytes::Text& text, const csv::Index& index) {
  for (std::size_t i = 0; i < index.rejects.size() && i < max_warnings; ++i) {
    const csv::Reject& reject = index.rejects[i];
    warn(fmt::format("error: '{}', line {}, byte {}: {}; the row was left out", text.name(),
                     reject.line, text.original_offset(reject.byte), reject.reason));
  }
  for (std::size_t i = 0; i < index.first_repaired.size() && i < max_warnings; ++i) {
    const csv::Record& record = index.first_repaired[i];
    warn(fmt::format("warning: '{}', line {}, byte {}: a quote that is none was read as text",
                     text.name(), record.line, text.original_offset(record.byte)));
  }
  if (index.rejects.size() > max_warnings) {
    warn(fmt::format("error: '{}': {} rows could not be read", text.name(), index.rejects.size()));
  }
  if (index.repaired_records > max_warnings) {
    warn(fmt::format("warning: '{}': {} rows have quotes that are none", text.name(),
                     index.repaired_records));
  }
  return index.rejects.empty();
}

void print_shape(const bytes::Text& text, const csv::Shape& shape) {
  boost::json::object found;
  found["delimiter"] = std::string(1, shape.dialect.delimiter);
  found["encoding"] = text.encoding();
  if (shape.header_record) {
    found["header_row"] = *shape.header_record;
  } else {
    found["header_row"] = nullptr;
  }
  std::printf("%s\n", boost::json::serialize(found).c_str());
}

Result<int> read(const Settings& settings) {
  const GivenDialect given = CSVM_TRY(parse_dialect(settings.dialect));
  const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  const Input input = CSVM_TRY(open_input(settings, given, threads));
  csv::SniffOptions options;
  options.known = input.known;
  const Result<csv::Shape> sniffed = csv::sniff(*input.text, options);
  if (!sniffed) {
    // Blank lines are no rows, and that is all there is to say about them.
    if (settings.table || settings.sniff || sniffed.error().code != Errc::invalid_input) {
      return sniffed.error();
    }
    warn(fmt::format("warning: {}", sniffed.error().message));
    return exit_ok;
  }
  if (settings.sniff) {
    print_shape(*input.text, *sniffed);
    return exit_ok;
  }

  const csv::Shape shape = settings.table ? *sniffed : csv::physical(*sniffed);
  csv::IndexOptions index_options;
  index_options.threads = threads;
  const csv::Index index = CSVM_TRY(csv::index(*input.text, shape, index_options));
  Output output;
  if (!shape.header.empty()) {
    output.add('[');
    for (std::size_t i = 0; i < shape.header.size(); ++i) {
      if (i > 0) output.add(',');
      output.add_string(shape.header[i]);
    }
    output.add(']');
    output.add('\n');
  }
  csv::Batch batch;
  for (const csv::Block& block : index.blocks) {
    CSVM_CHECK(csv::read_block(*input.text, shape, block, index_options.limits, batch));
    write_block(batch, shape.dialect, input.substitution, output);
  }
  if (!output.flush()) return Error{Errc::io, "cannot write to standard output"};
  return report(*input.text, index) ? exit_ok : exit_failed;
}

}  // namespace

Command read_command(CLI::App& app) {
  auto settings = std::make_shared<Settings>();
  CLI::App* options = app.add_subcommand(
      "read", "Show the rows of a file as they stand in it, one JSON array of strings each.");
  options->add_option("FILE", settings->file, "CSV file, also gzip; - is standard input")
      ->required();
  options->add_option("--dialect", settings->dialect,
                      "What is known of the file, as JSON: delimiter, quote, escape, comment, "
                      "double_quote, trim, terminator, encoding; the rest is found");
  options->add_flag("--sniff", settings->sniff,
                    "Print only what was found: delimiter, encoding, header_row");
  options->add_flag("--table", settings->table,
                    "The rows as merge sees them: lines before the header cut, header first");
  return {options, [settings] {
            const Result<int> code = read(*settings);
            if (code) return *code;
            warn("csv-merger: " + code.error().message);
            return exit_failed;
          }};
}

}  // namespace csvm::app
