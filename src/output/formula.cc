// Which cells a spreadsheet would run.
#include <cctype>

#include "csvm/output.h"

namespace csvm::output {
namespace {

// A byte order mark, blanks and invisible characters before the first sign do not stop a
// spreadsheet from seeing a formula.
std::string_view without_invisible_prefix(std::string_view cell) {
  for (;;) {
    if (cell.starts_with("\xEF\xBB\xBF") || cell.starts_with("\xE2\x80\x8B")) {
      cell.remove_prefix(3);
    } else if (cell.starts_with("\xC2\xA0")) {
      cell.remove_prefix(2);
    } else if (!cell.empty() && (cell[0] == ' ' || cell[0] == '\n')) {
      cell.remove_prefix(1);
    } else {
      return cell;
    }
  }
}

// "+1 415 555 0134 ext. 89": digits and what stands between them in phone numbers, an extension
// at the end. One sign, so that "+1+1" and "-1-1" are sums; a hyphen between digits is no sign
// after a plus.
bool is_phone(std::string_view rest) {
  std::size_t digits = 0;
  std::size_t i = 0;
  for (; i < rest.size(); ++i) {
    const auto c = static_cast<unsigned char>(rest[i]);
    if (std::isdigit(c)) {
      ++digits;
    } else if (std::isalpha(c)) {
      break;
    } else if (c != ' ' && c != '(' && c != ')' && c != '-' && c != '.' && c != '/') {
      return false;
    }
  }
  if (digits < 5) return digits > 0 && digits == rest.size();  // "+49" is a code, "+1-2" a sum
  std::string_view tail = rest.substr(i);
  for (const std::string_view word : {"extension", "ext.", "ext", "x"}) {
    if (!tail.starts_with(word)) continue;
    tail.remove_prefix(word.size());
    break;
  }
  for (const char c : tail) {
    if (!std::isdigit(static_cast<unsigned char>(c)) && c != ' ' && c != '.') return false;
  }
  return true;
}

// "5", "1,200.50", "12%", a currency sign before or behind. Nothing in it is an operator.
bool is_number(std::string_view rest) {
  bool has_digit = false;
  for (const char c : rest) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isdigit(byte)) {
      has_digit = true;
    } else if (byte < 0x80 && c != '.' && c != ',' && c != '%' && c != '$' && c != ' ') {
      return false;
    }
  }
  return has_digit;
}

}  // namespace

bool is_formula(std::string_view cell) {
  if (!cell.empty() && (cell[0] == '\t' || cell[0] == '\r')) return true;
  const std::string_view text = without_invisible_prefix(cell);
  if (text.empty()) return false;
  if (text[0] == '=' || text[0] == '@') return true;
  // The full-width forms of = + - @, which spreadsheets take for the plain ones.
  for (const std::string_view wide :
       {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"}) {
    if (text.starts_with(wide)) return true;
  }
  const std::string_view rest = text.substr(1);
  if (text[0] == '+') return !is_phone(rest) && !is_number(rest);
  if (text[0] == '-')
    return rest.find_first_not_of("- ") != std::string_view::npos && !is_number(rest);
  return false;
}

}  // namespace csvm::output
