// Where each byte value stands in a short text, as bit masks: what the bit-parallel measures of
// this module start from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace csvm::text {

using Masks = std::array<std::uint64_t, 256>;

/// Masks of a text of at most 64 bytes, in a table that the thread keeps: making and leaving them
/// costs a few stores, not the clearing of 2 KiB. Only one may live in a thread at a time.
class ScratchMasks {
 public:
  explicit ScratchMasks(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      table_[static_cast<unsigned char>(text[i])] |= std::uint64_t{1} << i;
    }
  }
  ~ScratchMasks() {
    for (const char c : text_) table_[static_cast<unsigned char>(c)] = 0;
  }
  ScratchMasks(const ScratchMasks&) = delete;
  ScratchMasks& operator=(const ScratchMasks&) = delete;

  const Masks& table() const { return table_; }
  std::uint64_t operator[](char c) const { return table_[static_cast<unsigned char>(c)]; }

 private:
  static inline thread_local constinit Masks table_{};
  std::string_view text_;
};

/// Cuts the longest common start, then the longest common end, off both texts; returns how many
/// bytes each lost. No best alignment of two texts is lost by it.
inline std::size_t cut_common_ends(std::string_view& a, std::string_view& b) {
  const std::size_t shorter = a.size() < b.size() ? a.size() : b.size();
  std::size_t head = 0;
  while (head < shorter && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  a = a.substr(head, a.size() - head - tail);
  b = b.substr(head, b.size() - head - tail);
  return head + tail;
}

}  // namespace csvm::text
