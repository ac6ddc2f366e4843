#include <algorithm>
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

// GCC and clang turn these into the vector instructions of the machine.
using Bytes16 [[gnu::vector_size(16)]] = unsigned char;
using Words2 [[gnu::vector_size(16)]] = std::uint64_t;

// Copies sixteen bytes and tells which of them need quotes around the cell.
Bytes16 copy16(const char* from, char* to, unsigned char delimiter) {
  Bytes16 bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  std::memcpy(to, &bytes, sizeof bytes);
  return reinterpret_cast<Bytes16>(bytes == delimiter) | reinterpret_cast<Bytes16>(bytes == '"') |
         reinterpret_cast<Bytes16>(bytes == '\n') | reinterpret_cast<Bytes16>(bytes == '\r');
}

std::uint64_t copy8(const char* from, char* to, const Finder& finder) {
  const std::uint64_t word = load8(from);
  std::memcpy(to, &word, 8);
  return finder.in(word);
}

// Cells are short (a dozen bytes): they are copied in registers and looked at on the way; the last
// ones overlap. True when the cell needs quotes.
bool copy_plain(std::string_view cell, char* to, char delimiter) {
  const char* const from = cell.data();
  const std::size_t bytes = cell.size();
  if (bytes >= 16) {
    const auto mark = static_cast<unsigned char>(delimiter);
    Bytes16 found = copy16(from + bytes - 16, to + bytes - 16, mark);
    for (std::size_t at = 0; at + 16 < bytes; at += 16) found |= copy16(from + at, to + at, mark);
    Words2 words;
    std::memcpy(&words, &found, sizeof words);
    return (words[0] | words[1]) != 0;
  }
  const Finder finder(delimiter);
  if (bytes >= 8) {
    const std::uint64_t head = copy8(from, to, finder);
    return (head | copy8(from + bytes - 8, to + bytes - 8, finder)) != 0;
  }
  if (bytes >= 4) {
    const std::uint64_t head = load4(from);
    const std::uint64_t tail = load4(from + bytes - 4);
    std::memcpy(to, &head, 4);
    std::memcpy(to + bytes - 4, &tail, 4);
    return finder.in(head | tail << 32) != 0;
  }
  bool found = false;
  for (std::size_t at = 0; at < bytes; ++at) {
    const char c = from[at];
    to[at] = c;
    found = found || c == delimiter || c == '"' || c == '\n' || c == '\r';
  }
  return found;
}

}  // namespace

char* put_quoted(std::string_view cell, char* out) {
  *out++ = '"';
  while (!cell.empty()) {
    const std::size_t bytes = std::min(cell.size(), cell.find('"'));
    std::memcpy(out, cell.data(), bytes);
    out += bytes;
    if (bytes == cell.size()) break;
    *out++ = '"';
    *out++ = '"';
    cell.remove_prefix(bytes + 1);
  }
  *out++ = '"';
  return out;
}

char* put_cell(std::string_view cell, char* out, char delimiter) {
  return copy_plain(cell, out, delimiter) ? put_quoted(cell, out) : out + cell.size();
}

void append_cell(std::string& out, std::string_view cell, char delimiter) {
  const std::size_t before = out.size();
  out.resize(before + most_spelled_bytes(cell));
  char* const end = put_cell(cell, out.data() + before, delimiter);
  out.resize(static_cast<std::size_t>(end - out.data()));
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
