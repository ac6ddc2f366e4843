// A hash table of host ends ("uk", "co.uk"), each with flags, that a host is walked through label
// by label from its end until a label is met that no entry goes on with.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace csvm::clean {

class HostEnds {
 public:
  using Flags = std::uint8_t;

  /// Adds `flags` to the entry `end`, which must outlive the table, and makes sure that walks reach
  /// it. Call `freeze` before the first walk.
  void add(std::string_view end, Flags flags);

  /// Builds the table; no `add` after it.
  void freeze();

  bool empty() const { return entries_.empty() && slots_.empty(); }

  /// Calls `visit(start, flags, known)` for the ends of `host` from the shortest on; `start` is
  /// where the end begins. Stops when `visit` returns false or when an end is not known, which is
  /// visited too.
  template <class Visit>
  void walk(std::string_view host, Visit&& visit) const {
    std::uint64_t hash = 0;
    std::size_t behind = host.size();
    while (true) {
      std::size_t start = behind;
      while (start > 0 && host[start - 1] != '.') --start;
      hash = mixed(hash, host.data() + start, behind - start);
      const Slot* slot = find(host.substr(start), hash);
      const bool known = slot != nullptr;
      if (!visit(start, known ? slot->flags : Flags{0}, known) || !known || start == 0) return;
      behind = start - 1;
    }
  }

 private:
  struct Slot {
    std::string_view end;
    Flags flags = 0;
  };
  struct Entry {
    std::string_view end;
    std::uint64_t hash = 0;
    Flags flags = 0;
  };

  /// The hash of a longer end from that of the shorter one and the label before it.
  static std::uint64_t mixed(std::uint64_t hash, const char* label, std::size_t bytes) {
    constexpr std::uint64_t odd = 0x9FB21C651E98DF25U;
    hash = (hash ^ bytes) * odd;
    while (bytes >= 8) {
      std::uint64_t word;
      std::memcpy(&word, label, sizeof word);
      hash = (hash ^ word) * odd;
      hash ^= hash >> 29U;
      label += 8;
      bytes -= 8;
    }
    std::uint64_t rest = 0;
    for (; bytes > 0; --bytes) rest = rest << 8U | static_cast<unsigned char>(*label++);
    hash = (hash ^ rest) * odd;
    return hash ^ hash >> 32U;
  }

  const Slot* find(std::string_view end, std::uint64_t hash) const {
    // Most ends of the users' hosts are no entries; a small bit set says so without a cache miss.
    const std::uint64_t bit = hash & (filter_.size() * 64 - 1);
    if ((filter_[bit / 64] >> (bit % 64) & 1U) == 0) return nullptr;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = (hash >> 20U) & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.end.empty()) return nullptr;
      if (slot.end == end) return &slot;
    }
  }

  std::vector<Entry> entries_;         // until frozen
  std::vector<Slot> slots_;            // a power of two, at most half full
  std::vector<std::uint64_t> filter_;  // a power of two of words
};

}  // namespace csvm::clean
