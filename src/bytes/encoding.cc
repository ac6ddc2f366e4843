#include "encoding.h"

#include <uchardet.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "decoder.h"
#include "utf8.h"

namespace csvm::bytes {
namespace {

using namespace std::string_view_literals;

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

std::string in_capitals(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

// uchardet's word on the sample, in upper case; empty when it has none.
std::string uchardet_name(std::string_view sample) {
  struct Delete {
    void operator()(uchardet_t detector) const { uchardet_delete(detector); }
  };
  const std::unique_ptr<std::remove_pointer_t<uchardet_t>, Delete> detector(uchardet_new());
  if (!detector || uchardet_handle_data(detector.get(), sample.data(), sample.size()) != 0) {
    return {};
  }
  uchardet_data_end(detector.get());
  return in_capitals(uchardet_get_charset(detector.get()));
}

// How a text of two-byte characters fits one of the East Asian encodings: pairs that are no
// character, pairs in the zone where the frequent characters stand, and all.
struct PairFit {
  std::size_t broken = 0;
  std::size_t frequent = 0;
  std::size_t pairs = 0;
  std::size_t adjacent = 0;  // pairs right behind another character of the set

  // Words of these languages have several such characters; a Latin accent stands alone, whatever
  // letter follows it.
  bool in_words() const { return broken == 0 && adjacent * 4 >= pairs; }
  bool good() const { return pairs > 0 && in_words() && frequent * 10 >= pairs * 6; }
};

struct Range {
  unsigned first;
  unsigned last;
  bool has(unsigned byte) const { return byte >= first && byte <= last; }
};

// `single`: high bytes that are a character alone. `low_trail`: also bytes 0x40..0x7E may follow.
PairFit fit_pairs(std::string_view text, Range lead, Range frequent_lead, Range frequent_trail,
                  Range single, bool low_trail) {
  PairFit fit;
  bool behind_one = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const unsigned first = byte_at(text, at);
    const bool follows = std::exchange(behind_one, first >= 0x80);
    if (first < 0x80 || single.has(first)) continue;
    const unsigned second = at + 1 < text.size() ? byte_at(text, at + 1) : 0;
    const bool fits = second >= (low_trail ? 0x40U : 0xa1U) && second != 0x7f && second != 0xff;
    if (!lead.has(first) || !fits) {
      ++fit.broken;
      continue;
    }
    ++fit.pairs;
    if (follows) ++fit.adjacent;
    if (frequent_lead.has(first) && frequent_trail.has(second)) ++fit.frequent;
    ++at;
  }
  return fit;
}

constexpr Range nothing{0x100, 0};

std::string_view east_asian(std::string_view sample, const std::string& detected) {
  const PairFit shift_jis =
      fit_pairs(sample, {0x81, 0xfc}, {0x81, 0x9f}, {0x40, 0xfc}, {0xa1, 0xdf}, true);
  // Two-byte sets in A1..FE: simplified Chinese, Korean and Japanese differ in their zones only.
  const PairFit chinese =
      fit_pairs(sample, {0x81, 0xfe}, {0xb0, 0xd7}, {0xa1, 0xfe}, nothing, true);
  const PairFit korean =
      fit_pairs(sample, {0xa1, 0xfe}, {0xb0, 0xc8}, {0xa1, 0xfe}, nothing, false);
  const PairFit kana = fit_pairs(sample, {0x8e, 0xfe}, {0xa4, 0xa5}, {0xa1, 0xf6}, nothing, false);
  const PairFit big5 = fit_pairs(sample, {0xa1, 0xf9}, {0xa4, 0xc6}, {0x40, 0xfe}, nothing, true);
  const PairFit strict_chinese =
      fit_pairs(sample, {0xa1, 0xf7}, {0xb0, 0xd7}, {0xa1, 0xfe}, nothing, false);

  if (detected == "SHIFT_JIS" && shift_jis.in_words()) return "shift_jis";
  if (detected == "BIG5" && big5.good()) return "big5";
  if ((detected == "EUC-KR" || detected == "UHC") && korean.good()) return "euc-kr";
  if (detected == "EUC-JP" && kana.in_words()) return "euc-jp";
  if ((detected == "GB18030" || detected == "GB2312") && chinese.good()) return "gb18030";

  // No word, or one for a Latin set: short samples. Leads of Shift-JIS below 0xA0 are punctuation
  // in the Windows sets, never most of the letters.
  if (shift_jis.good() && shift_jis.pairs >= 2) return "shift_jis";
  if (strict_chinese.pairs >= 2 && strict_chinese.in_words()) {
    if (kana.frequent * 4 >= kana.pairs) return "euc-jp";
    if (korean.frequent * 20 >= korean.pairs * 17) return "euc-kr";
    if (strict_chinese.good()) return "gb18030";
  }
  if (big5.good() && big5.pairs >= 4) return "big5";
  if (chinese.good() && chinese.pairs >= 4) return "gb18030";
  return {};
}

char32_t code_point(std::string_view text, std::size_t bytes) {
  if (bytes == 1) return static_cast<unsigned char>(text[0]);
  char32_t point = byte_at(text, 0) & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) point = point << 6 | (byte_at(text, i) & 0x3f);
  return point;
}

// How well the sample reads in a Latin encoding: its non-ASCII characters should be letters
// where letters are around, and no capitals inside lower-case words.
int latin_fit(std::string_view sample, const std::string& encoding) {
  const std::unique_ptr<Decoder> decoder = make_decoder(encoding);
  if (!decoder) return -1'000'000;
  std::string utf8;
  decoder->decode(sample, true, utf8);
  std::u32string text;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t bytes = utf8_sequence(std::string_view(utf8).substr(at));
    text.push_back(bytes == 0 ? 0xfffd : code_point(std::string_view(utf8).substr(at), bytes));
    at += std::max<std::size_t>(bytes, 1);
  }
  const auto letter = [&](std::size_t i) {
    return i < text.size() && u_isalpha(static_cast<UChar32>(text[i]));
  };
  const auto upper = [&](std::size_t i) {
    return i < text.size() && u_isupper(static_cast<UChar32>(text[i]));
  };
  const auto lower = [&](std::size_t i) {
    return i < text.size() && u_islower(static_cast<UChar32>(text[i]));
  };
  int fit = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t point = text[i];
    if (point < 0x80) continue;
    const bool after = i > 0 && letter(i - 1);
    const bool before = letter(i + 1);
    if (point == 0xfffd || (point >= 0x80 && point < 0xa0)) {
      fit -= 4;
    } else if (letter(i)) {
      if (after || before) fit += 2;
      if (!lower(i) && after && lower(i - 1)) fit -= 4;
      if (lower(i) && upper(i + 1)) fit -= 4;
      if (!lower(i) && lower(i + 1) && lower(i + 2) && !after) fit += 1;
    } else if (after && before && point != 0x2019 && point != 0xb7 && point != 0xad) {
      fit -= 3;
    } else if ((point >= 0x2013 && point <= 0x2026) || point == 0x20ac || point == 0xa0 ||
               point == 0xae || point == 0x2122 || point == 0xb0) {
      fit += 1;
    }
  }
  return fit;
}

std::string latin(std::string_view sample, const std::string& detected) {
  // ICU's names. Windows-1252 stands first: in doubt it is the one.
  static constexpr std::array candidates = {"windows-1252"sv, "windows-1250"sv, "macintosh"sv,
                                            "ibm850"sv};
  std::string best = "windows-1252";
  int best_fit = latin_fit(sample, best);
  for (const std::string_view candidate : candidates) {
    const int fit = latin_fit(sample, std::string(candidate));
    if (fit > best_fit + 2) {
      best_fit = fit;
      best = candidate;
    }
  }
  if (best != "windows-1252") return best;
  // Sets that read as well as Windows-1252 because they only exchange letters.
  const auto holds = [&](std::string_view bytes) {
    return sample.find_first_of(bytes) != std::string_view::npos;
  };
  if ((detected == "WINDOWS-1254" || detected == "ISO-8859-9") &&
      holds("\xd0\xdd\xde\xf0\xfd\xfe"sv)) {
    return "windows-1254";
  }
  // Baltic text is full of s and z with a caron, which Windows-1252 has as the Icelandic letters.
  if ((detected == "WINDOWS-1257" || detected == "ISO-8859-13" || detected == "ISO-8859-4") &&
      holds("\xd0\xde\xf0\xfe"sv)) {
    if (latin_fit(sample, "windows-1257") >= best_fit) return "windows-1257";
  }
  if (detected == "WINDOWS-1258" && latin_fit(sample, "windows-1258") > best_fit) {
    return "windows-1258";
  }
  return best;
}

}  // namespace

Mark find_mark(std::string_view head) {
  if (head.starts_with("\xef\xbb\xbf"sv)) return {"utf-8", 3};
  if (head.starts_with("\xff\xfe\0\0"sv)) return {"utf-32le", 4};
  if (head.starts_with("\0\0\xfe\xff"sv)) return {"utf-32be", 4};
  if (head.starts_with("\xff\xfe"sv)) return {"utf-16le", 2};
  if (head.starts_with("\xfe\xff"sv)) return {"utf-16be", 2};
  return {};
}

std::string_view wide_encoding(std::string_view head) {
  head = head.substr(0, std::min<std::size_t>(head.size(), 8192) / 4 * 4);
  if (head.size() < 4) return {};
  // Zeros by place in a group of four bytes.
  std::array<std::size_t, 4> zeros{};
  for (std::size_t at = 0; at < head.size(); ++at) {
    if (head[at] == '\0') ++zeros[at % 4];
  }
  const std::size_t groups = head.size() / 4;
  const auto most = [&](std::size_t place) { return zeros[place] * 10 >= groups * 6; };
  const auto few = [&](std::size_t place) { return zeros[place] * 20 <= groups; };
  if (few(0) && most(1) && most(2) && most(3) && zeros[2] * 10 >= groups * 9) return "utf-32le";
  if (most(0) && most(1) && most(2) && few(3) && zeros[1] * 10 >= groups * 9) return "utf-32be";
  // Two bytes to a character: here and there one has a zero in its other byte (U+0100, half a
  // pair).
  const std::size_t even = zeros[0] + zeros[2];
  const std::size_t odd = zeros[1] + zeros[3];
  if (most(1) && most(3) && even * 8 <= odd) return "utf-16le";
  if (most(0) && most(2) && odd * 8 <= even) return "utf-16be";
  return {};
}

std::string legacy_encoding(std::string_view sample) {
  const std::string detected = uchardet_name(sample);
  if (const std::string_view name = east_asian(sample, detected); !name.empty()) {
    return std::string(name);
  }
  // Words of a non-Latin alphabet are runs of high bytes; accents stand alone.
  std::size_t high = 0;
  std::size_t in_runs = 0;
  for (std::size_t at = 0; at < sample.size(); ++at) {
    if (byte_at(sample, at) < 0x80) continue;
    ++high;
    const bool before = at > 0 && byte_at(sample, at - 1) >= 0x80;
    const bool after = at + 1 < sample.size() && byte_at(sample, at + 1) >= 0x80;
    if (before || after) ++in_runs;
  }
  if (in_runs * 10 >= high * 7) {
    struct Name {
      std::string_view detected;
      std::string_view ours;
    };
    static constexpr std::array names = {Name{"WINDOWS-1251", "windows-1251"},
                                         Name{"KOI8-R", "koi8-r"},
                                         Name{"KOI8-U", "koi8-u"},
                                         Name{"ISO-8859-5", "iso-8859-5"},
                                         Name{"IBM866", "ibm866"},
                                         Name{"IBM855", "ibm855"},
                                         Name{"MAC-CYRILLIC", "x-mac-cyrillic"},
                                         Name{"WINDOWS-1253", "windows-1253"},
                                         Name{"ISO-8859-7", "iso-8859-7"},
                                         Name{"WINDOWS-1255", "windows-1255"},
                                         Name{"ISO-8859-8", "iso-8859-8"},
                                         Name{"WINDOWS-1256", "windows-1256"},
                                         Name{"ISO-8859-6", "iso-8859-6"},
                                         Name{"TIS-620", "windows-874"},
                                         Name{"ISO-8859-11", "windows-874"},
                                         Name{"EUC-TW", "euc-tw"}};
    for (const Name& name : names) {
      if (name.detected == detected) return std::string(name.ours);
    }
  }
  return latin(sample, detected);
}

std::optional<std::string> encoding_named(std::string_view given) {
  std::string plain;
  for (const char c : given) {
    if (c >= 'A' && c <= 'Z') {
      plain.push_back(static_cast<char>(c - 'A' + 'a'));
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      plain.push_back(c);
    }
  }
  struct Alias {
    std::string_view plain;
    std::string_view ours;
  };
  // Latin-1 is read as Windows-1252, as browsers do: its own C1 controls stand in no CSV.
  static constexpr std::array aliases = {
      Alias{"utf8", "utf-8"},          Alias{"utf8sig", "utf-8"},
      Alias{"ascii", "utf-8"},         Alias{"usascii", "utf-8"},
      Alias{"utf16", "utf-16"},        Alias{"utf16le", "utf-16le"},
      Alias{"utf16be", "utf-16be"},    Alias{"utf32", "utf-32"},
      Alias{"utf32le", "utf-32le"},    Alias{"utf32be", "utf-32be"},
      Alias{"latin1", "windows-1252"}, Alias{"iso88591", "windows-1252"},
      Alias{"cp1252", "windows-1252"}, Alias{"macroman", "macintosh"},
      Alias{"gb2312", "gb18030"},      Alias{"gbk", "gb18030"},
      Alias{"sjis", "shift_jis"},      Alias{"shiftjis", "shift_jis"},
      Alias{"cp932", "shift_jis"},     Alias{"euckr", "euc-kr"},
      Alias{"cp949", "windows-949"},   Alias{"uhc", "windows-949"}};
  for (const Alias& alias : aliases) {
    if (alias.plain == plain) return std::string(alias.ours);
  }
  if (plain.starts_with("cp125") && plain.size() == 6) return "windows-125" + plain.substr(5);
  const std::string name(given);
  if (!make_decoder(name)) return std::nullopt;
  std::string lower;
  for (const char c : name) {
    lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return lower;
}

}  // namespace csvm::bytes
