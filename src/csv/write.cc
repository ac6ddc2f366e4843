#include <cstdint>
#include <cstring>

#include "csvm/csv.h"

namespace csvm::csv {
namespace {

constexpr std::uint64_t each_byte = 0x0101010101010101;
constexpr std::uint64_t high_bits = 0x8080808080808080;

// High bit set in bytes that are zero; bits above the lowest such byte may be wrong, which is
// enough to know that there is one.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - each_byte) & ~word & high_bits;
}

class Finder {
 public:
  explicit Finder(char delimiter) : delimiter_(each_byte * static_cast<unsigned char>(delimiter)) {}

  // Whether one of eight bytes is the delimiter, a quote or a line end.
  std::uint64_t in(std::uint64_t word) const {
    return zero_bytes(word ^ delimiter_) | zero_bytes(word ^ each_byte * '"') |
           zero_bytes(word ^ each_byte * '\n') | zero_bytes(word ^ each_byte * '\r');
  }

 private:
  std::uint64_t delimiter_;
};

std::uint64_t load8(const char* from) {
  std::uint64_t word;
  std::memcpy(&word, from, 8);
  return word;
}

std::uint64_t load4(const char* from) {
  std::uint32_t word;
  std::memcpy(&word, from, 4);
  return word;
}

// Cells are short (a dozen bytes): eight at a time in a register, the last ones overlapping, beats
// the call into wider vectors.
bool needs_quotes(std::string_view cell, char delimiter) {
  const Finder finder(delimiter);
  const char* const data = cell.data();
  const std::size_t bytes = cell.size();
  if (bytes >= 8) {
    std::uint64_t found = finder.in(load8(data + bytes - 8));
    for (std::size_t at = 0; at + 8 < bytes; at += 8) found |= finder.in(load8(data + at));
    return found != 0;
  }
  if (bytes >= 4) {
    return (finder.in(load4(data) | load4(data + bytes - 4) << 32)) != 0;
  }
  for (const char c : cell) {
    if (c == delimiter || c == '"' || c == '\n' || c == '\r') return true;
  }
  return false;
}

void append_quoted(std::string& out, std::string_view cell) {
  out.push_back('"');
  for (;;) {
    const std::size_t quote = cell.find('"');
    if (quote == std::string_view::npos) break;
    out.append(cell.substr(0, quote + 1));
    out.push_back('"');
    cell.remove_prefix(quote + 1);
  }
  out.append(cell);
  out.push_back('"');
}

}  // namespace

void append_cell(std::string& out, std::string_view cell, char delimiter) {
  if (needs_quotes(cell, delimiter)) {
    append_quoted(out, cell);
  } else {
    out.append(cell);
  }
}

void append_record(std::string& out, const std::vector<std::string_view>& cells, char delimiter) {
  if (cells.size() == 1 && cells.front().empty()) {
    out.append("\"\"\n");
    return;
  }
  bool first = true;
  for (const std::string_view cell : cells) {
    if (!first) out.push_back(delimiter);
    first = false;
    append_cell(out, cell, delimiter);
  }
  out.push_back('\n');
}

}  // namespace csvm::csv
