#include "whitespace.h"

#include "csvm/text.h"

namespace csvm::clean {
namespace {

enum class Kind { visible, blank, dropped, joiner };

Kind kind_of_ascii(unsigned char c) {
  if (c > ' ' && c < 0x7F) return Kind::visible;
  if (c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F)) return Kind::blank;
  return Kind::dropped;
}

Kind kind_of(char32_t c) {
  if (c < 0x80) return kind_of_ascii(static_cast<unsigned char>(c));
  switch (c) {
    case 0x00A0:  // no-break space
    case 0x1680:  // Ogham
    case 0x2028:  // line separator
    case 0x2029:  // paragraph separator
    case 0x202F:  // narrow no-break space
    case 0x205F:  // mathematical space
    case 0x3000:  // ideographic space
      return Kind::blank;
    case 0x00AD:  // soft hyphen
    case 0x180E:  // Mongolian vowel separator
    case 0x200B:  // zero-width space
    case 0x200E:  // direction marks
    case 0x200F:
    case 0x2060:  // word joiner
    case 0xFEFF:  // byte order mark
      return Kind::dropped;
    case 0x200C:  // zero-width non-joiner
    case 0x200D:  // zero-width joiner
      return Kind::joiner;
    default:
      if (c >= 0x2000 && c <= 0x200A) return Kind::blank;
      if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return Kind::dropped;
      return Kind::visible;
  }
}

}  // namespace

bool has_odd_blanks(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto byte = [text, i](std::size_t ahead) {
      return i + ahead < text.size() ? static_cast<unsigned char>(text[i + ahead]) : 0U;
    };
    switch (byte(0)) {
      case 0xC2:
        if (byte(1) == 0xA0 || byte(1) == 0xAD) return true;
        break;
      case 0xE1:
        if (byte(1) == 0x9A || byte(1) == 0xA0) return true;
        break;
      case 0xE2:
        if (byte(1) == 0x80 && (byte(2) <= 0x8F || byte(2) >= 0xA8)) return true;
        if (byte(1) == 0x81 && byte(2) >= 0x9F) return true;
        break;
      case 0xE3:
        if (byte(1) == 0x80 && byte(2) == 0x80) return true;
        break;
      case 0xEF:
        if (byte(1) == 0xBB) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

void normalize_blanks(std::string_view text, std::string& out) {
  out.clear();
  out.reserve(text.size());
  bool blank_pending = false;
  bool after_high = false;  // the last character of `out` is visible and not ASCII
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t start = at;
    const char32_t c = text::next_code_point(text, at);
    switch (kind_of(c)) {
      case Kind::visible:
        if (blank_pending && !out.empty()) out.push_back(' ');
        blank_pending = false;
        out.append(text, start, at - start);
        after_high = c >= 0x80;
        break;
      case Kind::blank:
        blank_pending = true;
        after_high = false;
        break;
      case Kind::dropped:
        break;
      case Kind::joiner: {
        std::size_t behind = at;
        const char32_t next = at < text.size() ? text::next_code_point(text, behind) : U' ';
        if (after_high && next >= 0x80 && kind_of(next) == Kind::visible) {
          out.append(text, start, at - start);
        }
        after_high = false;
        break;
      }
    }
  }
}

}  // namespace csvm::clean
