#include "dictionary.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "vocabulary.h"

namespace csvm::cluster {

std::uint64_t hash_of(std::string_view text) {
  const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
  return hash == 0 ? 1 : hash;  // 0 means "there is none"
}

namespace {

constexpr std::size_t entry_slots = 8192;
constexpr std::size_t name_slots = 8192;
constexpr std::size_t short_slots = 2048;

// Calls `use` for every piece of `list` between `separator`s; empty pieces are left out.
template <class Use>
void each(std::string_view list, char separator, Use&& use) {
  while (!list.empty()) {
    const std::size_t end = list.find(separator);
    const std::string_view piece = list.substr(0, end);
    if (!piece.empty()) use(piece);
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  }
}

}  // namespace

const Dictionary& Dictionary::get() {
  static const Dictionary dictionary;
  return dictionary;
}

void Dictionary::add(std::string_view text, std::uint32_t meaning, std::uint32_t number) {
  const std::uint64_t hash = hash_of(text);
  for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
    Entry& entry = entries_[at];
    if (entry.hash != 0 && entry.hash != hash) continue;
    entry.hash = hash;
    entry.meaning |= meaning;
    if (number != 0) entry.number = number;
    return;
  }
}

Dictionary::Dictionary()
    : entries_(entry_slots),
      mask_(entry_slots - 1),
      names_(name_slots),
      names_mask_(name_slots - 1),
      shorts_(short_slots),
      shorts_mask_(short_slots - 1) {
  for (const vocabulary::List& list : vocabulary::lists) {
    each(list.phrases, ',', [&](std::string_view text) {
      add(text, list.meaning);
      if (list.meaning == is_alias_mark) add(text.substr(0, text.find(' ')), begins_alias_mark);
    });
  }
  each(vocabulary::legal_forms, ',', [&](std::string_view text) {
    add(text, is_legal_form);
    add(text.substr(text.rfind(' ') + 1), ends_legal_form);
    add(text.substr(0, text.find(' ')), begins_legal_form);
  });
  for (const vocabulary::Generation& generation : vocabulary::generations) {
    each(generation.words, ',',
         [&](std::string_view text) { add(text, is_generation, generation.number); });
  }
  std::uint16_t group = 0;
  each(vocabulary::first_names, '\n', [&](std::string_view line) {
    ++group;
    each(line, ' ', [&](std::string_view name) {
      const std::uint64_t hash = hash_of(name);
      for (std::size_t at = hash & names_mask_;; at = (at + 1) & names_mask_) {
        Name& slot = names_[at];
        if (slot.hash != 0 && slot.hash != hash) continue;
        slot.hash = hash;
        for (std::uint16_t& place : slot.groups.group) {
          if (place == group) break;
          if (place != 0) continue;
          place = group;
          break;
        }
        return;
      }
    });
  });
  each(vocabulary::abbreviations, '\n', [&](std::string_view line) {
    const std::string_view whole = line.substr(0, line.find(' '));
    each(line.substr(whole.size()), ' ', [&](std::string_view word) {
      const std::uint64_t hash = hash_of(word);
      for (std::size_t at = hash & shorts_mask_;; at = (at + 1) & shorts_mask_) {
        if (shorts_[at].hash != 0) continue;
        shorts_[at] = {hash, whole};
        return;
      }
    });
  });
}

std::string_view Dictionary::canonical(std::string_view word, std::uint64_t hash) const {
  for (std::size_t at = hash & shorts_mask_;; at = (at + 1) & shorts_mask_) {
    const Short& slot = shorts_[at];
    if (slot.hash == hash) return slot.word;
    if (slot.hash == 0) return word;
  }
}

}  // namespace csvm::cluster
