// dictionary.h - what single words and short phrases mean: titles, legal forms, nicknames ...
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace csvm::cluster {

/// The hash every word, key and identifier is compared by.
std::uint64_t hash_of(std::string_view text);

/// What a word or phrase may be, as bits. Words are folded.
enum Meaning : std::uint32_t {
  is_title = 1,                   // dr, mrs
  is_credential = 2,              // mba, phd
  is_late_credential = 4,         // only after a comma: ma, ba
  is_generation = 8,              // jr, iii; `number` tells which
  is_particle = 16,               // van, de
  is_legal_form = 32,             // gmbh, sp z oo
  ends_legal_form = 64,           // the last word of a legal form
  begins_legal_form = 128,        // the first word of one
  is_alias_mark = 256,            // dba, formerly
  is_region = 512,                // uk, emea
  is_junk = 1024,                 // official site, we are hiring
  is_placeholder_name = 2048,     // unknown
  is_placeholder_company = 4096,  // self employed
  is_role_mailbox = 8192,         // info
  is_generic_word = 16384,        // solutions: says little in a company name
  is_article = 32768,             // the, der, la
  begins_alias_mark = 65536,      // the first word of an alias mark
};

struct Entry {
  std::uint64_t hash = 0;
  std::uint32_t meaning = 0;
  std::uint32_t number = 0;  // generation, or what `canonical` hashes stand for
};

/// Which of several groups of names a first name is in: names of one group are one person's.
struct NameGroups {
  static constexpr std::size_t max_groups = 5;
  std::array<std::uint16_t, max_groups> group{};  // 0: none
  bool shares(const NameGroups& other) const {
    for (const std::uint16_t mine : group) {
      if (mine == 0) break;
      for (const std::uint16_t theirs : other.group) {
        if (mine == theirs) return true;
      }
    }
    return false;
  }
};

/// Read-only tables, made at first use. Threads: any.
class Dictionary {
 public:
  static const Dictionary& get();

  /// Meanings of a folded word or phrase; 0 when it is none of ours.
  std::uint32_t meaning(std::string_view text) const { return find(hash_of(text)).meaning; }
  const Entry& find(std::uint64_t hash) const {
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Entry& entry = entries_[at];
      if (entry.hash == hash || entry.hash == 0) return entry;
    }
  }

  /// Groups of a first name: nicknames and spellings ("bob" and "robert" share one).
  const NameGroups& groups(std::uint64_t hash) const {
    for (std::size_t at = hash & names_mask_;; at = (at + 1) & names_mask_) {
      const Name& name = names_[at];
      if (name.hash == hash || name.hash == 0) return name.groups;
    }
  }

  /// The word that stands for an abbreviation or number word in company names ("intl" ->
  /// "international", "three" -> "3"), or `word` itself.
  std::string_view canonical(std::string_view word, std::uint64_t hash) const;

 private:
  struct Name {
    std::uint64_t hash = 0;
    NameGroups groups;
  };
  struct Short {
    std::uint64_t hash = 0;
    std::string_view word;
  };
  Dictionary();
  void add(std::string_view text, std::uint32_t meaning, std::uint32_t number = 0);

  std::vector<Entry> entries_;
  std::size_t mask_ = 0;
  std::vector<Name> names_;
  std::size_t names_mask_ = 0;
  std::vector<Short> shorts_;
  std::size_t shorts_mask_ = 0;
};

}  // namespace csvm::cluster
