// What fuzzy mode keeps of a row: strong identifiers as hashes, names and places as folded words.
#include <algorithm>
#include <array>

#include "csvm/clean.h"
#include "dates.h"
#include "dictionary.h"
#include "store.h"
#include "words.h"

namespace csvm::cluster {
namespace {

// Words in the spelling that stands for all of their abbreviations; "forty four" is 44.
template <class List>
void append_canonical(const List& words, std::string& out) {
  bool first = true;
  bool after_tens = false;
  for (const std::string_view word : words) {
    const std::string_view canonical = Dictionary::get().canonical(word, hash_of(word));
    if (after_tens && canonical.size() == 1 && is_digit(canonical.front()) && canonical != "0") {
      out.back() = canonical.front();
      after_tens = false;
      continue;
    }
    if (!first) out += ' ';
    out += canonical;
    first = false;
    after_tens = canonical.size() == 2 && canonical[1] == '0' && !is_digit(word.front());
  }
}

// "University of Warsaw", "Banco do Brasil": words that say nothing, unless there is nothing else.
void append_telling(const WordList<16>& words, std::string& out) {
  static constexpr std::array<std::string_view, 32> silent = {
      "of",  "and", "for", "the", "at", "in", "on",  "a",    "an",  "de",  "del",
      "des", "du",  "di",  "da",  "do", "la", "le",  "les",  "der", "die", "das",
      "fur", "zu",  "und", "et",  "y",  "e",  "van", "voor", "im",  "na"};
  WordList<16> telling;
  for (const std::string_view word : words.all()) {
    if (std::ranges::find(silent, word) == silent.end()) telling.add(word);
  }
  append_canonical(telling.empty() ? words.all() : telling.all(), out);
}

// "acme.io" as a company's name: the domain's own part.
std::string_view label_of_name(std::string_view name, std::string& scratch) {
  if (name.find('.') == std::string_view::npos || name.find_first_of(" ,&") != std::string::npos) {
    return {};
  }
  if (name.ends_with('.') || clean::registrable_domain(name).empty()) return {};
  const std::size_t dot = name.rfind('.');
  if (name.size() - dot > 7 || name.size() - dot < 3) return {};
  return site(name, scratch).label;
}

bool is_national(std::string_view host) {
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || host.size() - dot != 3) return false;
  static constexpr std::array<std::string_view, 8> worldwide = {"io", "ai", "co", "me",
                                                                "tv", "cc", "gg", "so"};
  return std::ranges::find(worldwide, host.substr(dot + 1)) == worldwide.end();
}

std::uint16_t year_of(std::string_view text) {
  std::uint32_t year = 0;
  for (const char letter : text) {
    if (!is_digit(letter)) return 0;
    year = year * 10 + static_cast<std::uint32_t>(letter - '0');
    if (year > 2200) return 0;
  }
  return year > 1000 ? static_cast<std::uint16_t>(year) : std::uint16_t{0};
}

// Where each part of a row's text begins while it is put together.
class Text {
 public:
  explicit Text(std::string& buffer) : buffer_(buffer) { buffer_.clear(); }
  std::string& of(Part part) {
    begins_[static_cast<std::size_t>(part)] = buffer_.size();
    return buffer_;
  }
  const char* packed(TextArena& arena) const {
    Parts parts;
    const std::string_view all = buffer_;
    for (std::size_t i = 0; i < part_count; ++i) {
      const std::size_t end = i + 1 < part_count ? begins_[i + 1] : all.size();
      parts.text[i] = all.substr(begins_[i], end - begins_[i]);
    }
    return pack(parts, part_count, arena);
  }

 private:
  std::string& buffer_;
  std::array<std::size_t, part_count> begins_{};
};

void append_place(Words& words, std::string_view value, std::string& out) {
  for (const Word& word : words.of(value)) {
    if (!out.empty() && out.back() != ' ') out += ' ';
    out += Dictionary::get().canonical(word.text, hash_of(word.text));
  }
}

}  // namespace

void add_fuzzy(Comparables::Store& store, const RowValues& values) {
  const bool people = store.type == columns::TableType::people;
  FuzzyRow row{};
  const CompanyName& company = store.companies.read(values.company_name);
  static const PersonName nobody;
  const PersonName& name =
      people ? store.names.read(values.full_name, values.first_name, values.last_name) : nobody;
  const Site found = site(values.domain, store.scratch);
  row.site = found.id;
  if (found.id != 0 && found.label.empty()) row.flags |= site_is_shared;
  if (is_national(values.domain)) row.flags |= site_is_national;
  row.key = exact_key(store, name, company, found.id).low;  // uses the buffer

  const KnownHost host = known_host(values.domain, found);
  std::string label(found.label);  // short: no allocation
  std::string& place_words = store.place;
  place_words.clear();
  append_place(store.words, people ? values.person_location : values.company_location, place_words);
  append_place(store.words, values.street, place_words);
  append_place(store.words, values.postcode, place_words);
  if (std::ranges::any_of(place_words, is_digit)) row.flags |= place_is_address;

  Text text(store.buffer);
  append_words(name.given.all(), text.of(Part::given));
  append_words(name.family.all(), text.of(Part::family));
  text.of(Part::alias) += name.alias;
  row.generation = name.generation;
  std::string& core = text.of(Part::company);
  const std::string_view named_by_site = label_of_name(values.company_name, store.scratch);
  if (named_by_site.empty()) {
    append_telling(company.core, core);
  } else {
    core += named_by_site;
  }
  append_canonical(company.alias.all(), text.of(Part::company_alias));
  text.of(Part::label) += label;
  text.of(Part::place) += place_words;

  std::uint64_t work_domain = 0;  // another than the site's
  if (people) {
    row.profile = person_profile(values.person_linkedin);
    const Mailbox work = mailbox(values.work_email, store.scratch, host);
    std::string& address = text.of(Part::mailbox);
    if (work.free) {
      row.personal = work.role ? 0 : work.address;
    } else {
      row.work = work.address;
      if (work.domain != 0 && work.domain == row.site) row.flags |= work_is_at_site;
      if (work.domain != row.site) work_domain = work.domain;
      if (work.role) row.flags |= work_is_role;
      if (work.address != 0) address += store.scratch;
    }
    const Mailbox personal = mailbox(values.personal_email, store.scratch);
    if (personal.address != 0 && !personal.role) row.personal = personal.address;
  } else {
    row.profile = company_profile(values.company_linkedin);
    static_cast<void>(text.of(Part::mailbox));
  }
  row.phone = phone_number(values.phone);
  row.birth = date_of(values.birth_date);
  row.year = year_of(values.year_founded);
  std::string& id = text.of(Part::other_id);
  const std::size_t id_begin = id.size();
  for (const char letter : values.register_number) {
    if (is_digit(letter) || (letter >= 'a' && letter <= 'z')) id += letter;
    if (letter >= 'A' && letter <= 'Z') id += static_cast<char>(letter - 'A' + 'a');
  }
  if (id.size() - id_begin < 5) id.resize(id_begin);
  std::string& domain = text.of(Part::work_domain);
  if (work_domain != 0)
    domain.append(reinterpret_cast<const char*>(&work_domain), sizeof work_domain);
  row.text = text.packed(store.texts);
  store.fuzzy.push() = row;
}

}  // namespace csvm::cluster
