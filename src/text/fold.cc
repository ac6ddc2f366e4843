// Folding, one code point at a time: compatibility case folding and canonical decomposition by
// ICU, then marks dropped and letters spelled out by our table (letters.h).
//
// A code point folds to the same bytes wherever it stands (but for Greek upsilon), so the scripts
// most names are written in are folded once into a table and looked up from then on.
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <iterator>

#include "csvm/text.h"
#include "letters.h"

namespace csvm::text {
namespace {

constexpr UChar32 replacement = 0xFFFD;

const char* spelling_of(UChar32 code_point) {
  const auto letter = static_cast<char32_t>(code_point);
  const auto* found = std::lower_bound(
      std::begin(spellings), std::end(spellings), letter,
      [](const Spelling& spelling, char32_t wanted) { return spelling.letter < wanted; });
  return found != std::end(spellings) && found->letter == letter ? found->ascii : nullptr;
}

/// A mark that changes how a letter is written or stressed, not which letter it is.
bool is_dropped_mark(UChar32 code_point) {
  const auto category = u_charType(code_point);
  if (category != U_NON_SPACING_MARK && category != U_ENCLOSING_MARK) return false;
  if (code_point == 0x3099 || code_point == 0x309A) return false;  // Japanese voicing
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(code_point, &status)) {
    case USCRIPT_INHERITED:
    case USCRIPT_LATIN:
    case USCRIPT_GREEK:
    case USCRIPT_CYRILLIC:
    case USCRIPT_ARABIC:
    case USCRIPT_HEBREW:
    case USCRIPT_SYRIAC:
      return true;
    default:
      return false;
  }
}

/// ICU's two normalisers; singletons of ICU, any thread may use them.
struct Normalizers {
  const icu::Normalizer2* case_fold = nullptr;
  const icu::Normalizer2* decompose = nullptr;

  Normalizers() {
    UErrorCode status = U_ZERO_ERROR;
    case_fold = icu::Normalizer2::getNFKCCasefoldInstance(status);
    decompose = icu::Normalizer2::getNFDInstance(status);
    if (U_FAILURE(status) != 0) std::abort();  // ICU's data is part of the program
  }
};

void fold_with_icu(UChar32 code_point, std::string& out) {
  static const Normalizers normalizers;
  // Before ICU takes them apart: signs that would become letters (TM).
  if (const char* spelling = spelling_of(code_point)) {
    out += spelling;
    return;
  }
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString parts = normalizers.decompose->normalize(
      normalizers.case_fold->normalize(icu::UnicodeString(code_point), status), status);
  for (std::int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    const UChar32 part = parts.char32At(i);
    if (is_dropped_mark(part)) continue;
    if (const char* spelling = spelling_of(part)) {
      out += spelling;
    } else {
      append_code_point(static_cast<char32_t>(part), out);
    }
  }
}

/// Folds of the code points of Latin, Greek and Cyrillic, general punctuation included.
class FoldTable {
 public:
  FoldTable() {
    for (const Range& range : ranges) {
      for (UChar32 c = range.first; c < range.last; ++c) {
        starts_.push_back(static_cast<std::uint16_t>(bytes_.size()));
        fold_with_icu(c, bytes_);
      }
    }
    starts_.push_back(static_cast<std::uint16_t>(bytes_.size()));
  }

  /// Appends the fold of `code_point`, or returns false if the table has none.
  bool append(UChar32 code_point, std::string& out) const {
    std::size_t index = 0;
    for (const Range& range : ranges) {
      if (code_point < range.first) return false;
      if (code_point < range.last) {
        index += static_cast<std::size_t>(code_point - range.first);
        const std::size_t start = starts_[index];
        out.append(bytes_, start, starts_[index + 1] - start);
        return true;
      }
      index += static_cast<std::size_t>(range.last - range.first);
    }
    return false;
  }

 private:
  struct Range {
    UChar32 first;
    UChar32 last;  // not in the range
  };
  static constexpr Range ranges[] = {{0x80, 0x530}, {0x1E00, 0x2150}};

  std::string bytes_;  // all folds, one after another; below 64 KiB
  std::vector<std::uint16_t> starts_;
};

bool is_upsilon(UChar32 c) { return c == 0x3C5 || c == 0x3CD || c == 0x3A5 || c == 0x38E; }

/// What upsilon sounds like after `before` (0 at the start): ou, av, ev.
char upsilon_after(UChar32 before) {
  switch (before) {
    case 0x3BF:
    case 0x39F:
      return 'u';
    case 0x3B1:
    case 0x391:
    case 0x3B5:
    case 0x395:
      return 'v';
    default:
      return 'y';
  }
}

void lower_ascii(std::string_view text, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + text.size());
  char* to = out.data() + start;
  for (std::size_t i = 0; i < text.size(); ++i) {  // vectorised by the compiler
    const auto c = static_cast<unsigned char>(text[i]);
    const auto upper = static_cast<unsigned char>(static_cast<unsigned char>(c - 'A') < 26);
    to[i] = static_cast<char>(c + (upper << 5U));
  }
}

void fold_mixed(std::string_view text, std::string& out) {
  static const FoldTable table;
  std::size_t at = 0;
  UChar32 before = 0;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      out.push_back(static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte));
      before = byte;
      ++at;
      continue;
    }
    const char32_t next = next_code_point(text, at);
    const UChar32 c = next == not_a_character ? replacement : static_cast<UChar32>(next);
    if (is_upsilon(c)) {
      out.push_back(upsilon_after(before));
    } else if (!table.append(c, out)) {
      fold_with_icu(c, out);
    }
    before = c;
  }
}

}  // namespace

void fold(std::string_view text, std::string& out) {
  if (is_ascii(text)) {
    lower_ascii(text, out);
  } else {
    fold_mixed(text, out);
  }
}

std::string folded(std::string_view text) {
  std::string out;
  fold(text, out);
  return out;
}

}  // namespace csvm::text
