#include "whitespace.h"

#include "byte_set.h"
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

/// Bytes of a text from one on; 0 behind its end.
class Following {
 public:
  Following(std::string_view text, std::size_t at) : text_(text.substr(at)) {}
  unsigned operator[](std::size_t ahead) const {
    return ahead < text_.size() ? static_cast<unsigned char>(text_[ahead]) : 0U;
  }

 private:
  std::string_view text_;
};

bool starts_odd_blank(const Following& bytes) {
  switch (bytes[0]) {
    case 0xC2:
      return bytes[1] == 0xA0 || bytes[1] == 0xAD;
    case 0xE1:
      return bytes[1] == 0x9A || bytes[1] == 0xA0;
    case 0xE2:
      return (bytes[1] == 0x80 && (bytes[2] <= 0x8F || bytes[2] >= 0xA8)) ||
             (bytes[1] == 0x81 && bytes[2] >= 0x9F);
    case 0xE3:
      return bytes[1] == 0x80 && bytes[2] == 0x80;
    case 0xEF:
      return bytes[1] == 0xBB;
    default:
      return false;
  }
}

/// A letter that a lead byte of UTF-8 is in Windows-1252, and behind it what a continuation byte
/// is: U+0080 to U+00BF, or one of the signs that Windows-1252 has there (the euro sign,
/// typographic quotes, OE, S and Z with caron ...).
bool starts_mojibake(const Following& bytes) {
  if (bytes[0] == 0xEF) return bytes[1] == 0xBF && bytes[2] == 0xBD;  // U+FFFD
  if (bytes[0] != 0xC3) return false;
  const bool latin1_sign = bytes[2] == 0xC2;
  const bool windows_sign =
      bytes[2] == 0xE2 || bytes[2] == 0xC5 || bytes[2] == 0xC6 || bytes[2] == 0xCB;
  switch (bytes[1] + 0x40U) {
    case 0xC2:  // of Latin letters
    case 0xC3:
    case 0xC4:
    case 0xC5:
    case 0xE2:  // of signs
    case 0xEF:
    case 0xF0:
      return latin1_sign || windows_sign;
    case 0xCE:  // of Greek and Cyrillic letters
    case 0xCF:
    case 0xD0:
    case 0xD1:
      // Capitals of Spanish and French stand before quotes, too.
      return latin1_sign && bytes[3] != 0xBB && bytes[3] != 0xAB && bytes[3] != 0xB7 &&
             bytes[3] != 0xA0;
    default:
      return false;
  }
}

constexpr ByteSet odd_leads("\xC2\xC3\xE1\xE2\xE3\xEF");

}  // namespace

HighLook look_at_high(std::string_view text) {
  HighLook look;
  for (std::size_t at = odd_leads.find(text); at < text.size(); at = odd_leads.find(text, at + 1)) {
    const Following bytes(text, at);
    look.blanks = look.blanks || starts_odd_blank(bytes);
    look.mojibake = look.mojibake || starts_mojibake(bytes);
  }
  return look;
}

void normalize_blanks(std::string_view text, std::string& out) {
  out.clear();
  out.reserve(text.size());
  bool blank_pending = false;
  bool after_high = false;  // the last character of `out` is visible and not ASCII
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t start = at;
    while (at < text.size() && text[at] > ' ' && text[at] < 0x7F) ++at;
    if (at > start) {
      if (blank_pending && !out.empty()) out.push_back(' ');
      blank_pending = false;
      out.append(text, start, at - start);
      after_high = false;
      continue;
    }
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
