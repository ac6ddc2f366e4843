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

/// A list of hashed words that is made when it is first asked for.
template <std::size_t Capacity>
class LazyWords {
 public:
  void reset(std::string_view text) {
    text_ = text;
    filled_ = text.empty();
    words_.count = 0;
  }
  bool empty() const { return text_.empty(); }
  const HashedWords<Capacity>& get() const {
    if (!filled_) {
      words_.fill(text_);
      filled_ = true;
    }
    return words_;
  }

 private:
  std::string_view text_;
  mutable HashedWords<Capacity> words_;
  mutable bool filled_ = false;
};

/// Views into the store. Threads: one per thread, since word lists are made on demand.
struct Side {
  std::uint32_t id = 0;
  const FuzzyRow* row = nullptr;
  Parts parts;
  HashedWords<6> given, family;
  LazyWords<16> company, place;
  LazyWords<8> alias;
  // Hashes; 0: there is none.
  std::uint64_t company_hash = 0;  // of all its words
  std::uint64_t work_domain = 0;
  std::uint64_t other_id = 0;  // number of a register: tax, company, social security

  void fill(const Comparables::Store& store, std::uint32_t id);
};

}  // namespace csvm::cluster
