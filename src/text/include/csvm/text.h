// csvm/text.h - folding, tokens, similarity: pure functions on UTF-8. The only public header of
// module `text`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace csvm::text {

/// True when every byte is ASCII.
bool is_ascii(std::string_view text);

/// Well-formed UTF-8 (no surrogates, no overlong forms).
bool is_valid_utf8(std::string_view text);

/// `text` for comparing, never for output: NFKC, lower case, accents and other marks removed,
/// letters that have no decomposition spelled out (ss for eszett, o for o-slash, l for l-stroke,
/// ae ...), Cyrillic and Greek transliterated. Appends to `out`.
/// ASCII takes a fast path: only A-Z change.
void fold(std::string_view text, std::string& out);
std::string folded(std::string_view text);

/// Words of an already folded text: maximal runs of letters and digits (any script). Borrow `text`.
void tokens(std::string_view text, std::vector<std::string_view>& out);

/// Number of code points.
std::size_t length(std::string_view text);

/// Similarity of two texts, 0..100, as 100 * (1 - indel distance / (|a| + |b|)) over bytes, where
/// the indel distance counts insertions and deletions only (Hyyro's bit-parallel LCS).
double ratio(std::string_view a, std::string_view b);

/// One text prepared to be compared with many: its bit masks are built once.
/// Texts of at most 64 bytes take one machine word.
class CachedRatio {
 public:
  explicit CachedRatio(std::string_view text);
  /// As `ratio(text, other)`; 0 when it would be below `cutoff`.
  double operator()(std::string_view other, double cutoff = 0) const;

 private:
  std::string text_;
  std::array<std::uint64_t, 256> masks_{};  // used when text_ has at most 64 bytes
};

/// Edits (insert, delete, replace; an adjacent swap counts one) between two texts over bytes, or
/// `limit + 1` when there are more than `limit`.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// Jaro-Winkler similarity, 0..1, over bytes, prefix weight 0.1 for up to 4 bytes.
double jaro_winkler(std::string_view a, std::string_view b);

}  // namespace csvm::text
