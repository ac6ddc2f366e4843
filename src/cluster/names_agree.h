// names_agree.h - may two names be one person's?
#pragma once

#include <cstdint>
#include <string_view>

namespace csvm::cluster {

/// A name as kept in the store: words with one blank between them.
struct NameView {
  std::string_view given, family, alias;
  std::uint8_t generation = 0;
};

/// True when the names cannot be one person's, although a strong identifier says so: other
/// generations (Jr, Sr), or given names that are neither equal nor a short form, an initial or a
/// slip of each other. A missing name contradicts nothing; another family name alone does not
/// either (marriage).
bool contradict(const NameView& a, const NameView& b);

/// How two given names (single words) relate.
enum class GivenLevel : std::uint8_t { conflict, initial, typo, nickname, equal };
GivenLevel compare_given(std::string_view a, std::string_view b);

/// One slip of the finger between two words of at least five letters that is no other name by
/// itself: not at the first letter, and not at the end, where Mario and Maria differ.
bool is_slip(std::string_view a, std::string_view b);

/// "mueller" and "muller", "bjoern" and "bjorn".
bool same_but_umlauts(std::string_view a, std::string_view b);

}  // namespace csvm::cluster
