// side.h - one row laid out to be compared with others.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "dictionary.h"
#include "store.h"

namespace csvm::cluster {

struct HashedWord {
  std::string_view text;
  std::uint64_t hash = 0;
};

template <std::size_t Capacity>
struct HashedWords {
  std::array<HashedWord, Capacity> words;
  std::size_t count = 0;

  void fill(std::string_view text) {
    count = 0;
    each_word(text, [this](std::string_view word) {
      if (count < Capacity) words[count++] = {word, hash_of(word)};
    });
  }
  std::span<const HashedWord> all() const { return {words.data(), count}; }
  bool empty() const { return count == 0; }
};

/// Views into the store. Threads: one per thread, or read-only.
struct Side {
  std::uint32_t id = 0;
  const FuzzyRow* row = nullptr;
  Parts parts;
  HashedWords<6> given, family;
  HashedWords<16> company, place;
  HashedWords<8> alias;
  std::uint64_t company_hash = 0;  // of all its words; 0: no company

  void fill(const Comparables::Store& store, std::uint32_t id);
};

}  // namespace csvm::cluster
