// csvm/text.h - folding, tokens, similarity: pure functions on UTF-8. The only public header of
// module `text`.
//
//   a cell, a header --> fold --> tokens, ratio, edit_distance ... --> columns, cluster
//
// Threads: everything here may be called from any thread; nothing is shared but constants.
// Errors:  none. Bytes that are not UTF-8 fold to U+FFFD and compare as the bytes they are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace csvm::text {

/// True when every byte is ASCII.
bool is_ascii(std::string_view text);

/// Well-formed UTF-8 (no surrogates, no overlong forms, nothing above U+10FFFF).
bool is_valid_utf8(std::string_view text);

/// The code point at byte `at` of `text`, and `at` moved behind it; `at < text.size()`. A byte that
/// starts no well-formed character counts alone and gives `not_a_character`.
char32_t next_code_point(std::string_view text, std::size_t& at);
inline constexpr char32_t not_a_character = 0xFFFFFFFF;

/// Appends `code_point` (no surrogate, at most U+10FFFF) to `out`.
void append_code_point(char32_t code_point, std::string& out);

/// `text` for comparing, never for output: NFKC, lower case, accents and other marks removed,
/// letters that have no decomposition spelled out (ss for eszett, o for o-slash, l for l-stroke,
/// ae ...), Cyrillic and Greek transliterated, typographic quotes and dashes as ASCII, invisible
/// characters and trade-mark signs removed. Marks that make another letter (Indic vowel signs,
/// the Japanese voicing mark) stay. Appends to `out`.
///
/// Idempotent; the composed and the decomposed spelling of a text fold alike. ASCII takes a fast
/// path: only A-Z change.
void fold(std::string_view text, std::string& out);
std::string folded(std::string_view text);

/// Words of an already folded text: maximal runs of letters and digits (any script), with the
/// marks that belong to them. Appends views that borrow `text`.
void tokens(std::string_view text, std::vector<std::string_view>& out);

/// Number of code points (of a text that is not UTF-8: of bytes that do not continue one).
std::size_t length(std::string_view text);

/// Similarity of two texts, 0..100, as 100 * (1 - indel distance / (|a| + |b|)) over bytes, where
/// the indel distance counts insertions and deletions only (Hyyro's bit-parallel LCS). Two empty
/// texts give 100.
double ratio(std::string_view a, std::string_view b);

/// One text prepared to be compared with many: its bit masks are built once.
/// Texts of at most 64 bytes take one machine word a byte value (2 KiB in all), longer ones more.
class CachedRatio {
 public:
  explicit CachedRatio(std::string_view text);
  /// As `ratio(text, other)`; 0 when it would be below `cutoff`.
  double operator()(std::string_view other, double cutoff = 0) const;

 private:
  std::size_t length_ = 0;                  // bytes of the text
  std::array<std::uint64_t, 256> masks_{};  // [byte]: where it stands among the first 64 bytes
  std::vector<std::uint64_t> long_masks_;   // [byte][word], only for texts above 64 bytes
};

/// Many texts prepared to be compared with one after another: SIMD, up to 32 texts at a time.
/// A text of n bytes costs 512 bytes (n <= 16), 1 KiB (<= 32) or 2 KiB (<= 64); longer ones are
/// kept as they are and compared one by one.
class ManyRatio {
 public:
  explicit ManyRatio(std::span<const std::string_view> texts);
  /// `scores[i]` becomes `ratio(texts[i], query)`, as a float. `scores` holds `size()` numbers.
  void operator()(std::string_view query, std::span<float> scores) const;
  std::size_t size() const { return size_; }

  /// Texts whose masks stand side by side: `masks[byte * lanes + lane]`, each mask of the width
  /// 512 / lanes bits.
  struct Group {
    std::vector<std::uint8_t> masks;
    std::vector<float> lengths;         // bytes of each text
    std::vector<std::uint32_t> places;  // index of each text among all texts
  };

 private:
  std::size_t size_ = 0;
  std::array<std::vector<Group>, 3> groups_;  // of 32, 16, 8 lanes: 16, 32, 64 bits each
  std::vector<std::string> long_texts_;
  std::vector<std::uint32_t> long_places_;
};

/// Edits (insert, delete, replace; an adjacent swap counts one) between two texts over bytes, or
/// `limit + 1` when there are more than `limit`. No part is edited twice (the "optimal string
/// alignment" distance).
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// Jaro-Winkler similarity, 0..1, over bytes, prefix weight 0.1 for up to 4 bytes, added where
/// Jaro's similarity is above 0.7. Two empty texts give 1.
double jaro_winkler(std::string_view a, std::string_view b);

}  // namespace csvm::text
