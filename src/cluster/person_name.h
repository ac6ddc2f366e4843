// person_name.h - a person's name in any spelling -> its parts, made comparable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "words.h"

namespace csvm::cluster {

/// A few words; the rest of a longer list is not compared.
template <std::size_t Capacity>
struct WordList {
  std::array<std::string_view, Capacity> words;
  std::size_t count = 0;

  void add(std::string_view word) {
    if (count < Capacity) words[count++] = word;
  }
  std::span<const std::string_view> all() const { return {words.data(), count}; }
  bool empty() const { return count == 0; }
};

/// The parts of a name; views into the reader that made them.
struct PersonName {
  WordList<6> given;            // first and middle names, initials
  WordList<6> family;           // with particles
  std::string_view alias;       // the name in brackets or quotes
  std::uint8_t generation = 0;  // 1 Sr, 2 Jr, 3 II ...; 0 not told

  bool empty() const { return given.empty() && family.empty(); }
};

/// Reads names: titles, credentials and pictographs dropped, "Last, First" put right, a name in
/// brackets taken as an alias. Threads: one per thread.
class NameReader {
 public:
  /// From the full name, and from the parts where there are any. A placeholder ("n/a", "unknown")
  /// is no name. The result is valid until the next call.
  const PersonName& read(std::string_view full, std::string_view first, std::string_view last);

 private:
  bool read_plain(std::string_view full, std::string_view first, std::string_view last);
  void read_full(std::span<const Word> words);
  void split(std::span<const Word> words);

  Words full_words_, first_words_, last_words_;
  std::array<char, 64> plain_;
  PersonName name_;
};

}  // namespace csvm::cluster
