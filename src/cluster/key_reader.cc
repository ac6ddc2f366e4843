#include <algorithm>
#include <span>

#include "dates.h"
#include "dictionary.h"
#include "store.h"

namespace csvm::cluster {
namespace {

// "Street" and "St." are one word, but not the saint of "St. John's Road".
void add_words(Words& reader, std::string_view value, AddressWords& address) {
  constexpr std::size_t longest_house = 4;
  const std::span<const Word> words = reader.of(value);
  for (std::size_t i = 0; i < words.size() && address.count < AddressWords::most; ++i) {
    const bool ends = i + 1 == words.size() || is_digit(words[i + 1].text.front());
    const std::string_view word = words[i].text == "st" && ends ? "street" : words[i].text;
    const std::uint64_t hash = hash_of(Dictionary::get().canonical(word, hash_of(word)));
    address.words[address.count++] = hash;
    if (!is_digit(word.front())) continue;
    if (word.size() > longest_house) {
      address.postcode = hash;
    } else if (address.house == 0) {
      address.house = hash;
    }
  }
}

bool same_address(const AddressWords& a, const AddressWords& b) {
  if (a.house == 0 || a.house != b.house) return false;
  if (a.postcode != 0 && b.postcode != 0 && a.postcode != b.postcode) return false;
  const std::span<const std::uint64_t> theirs(b.words.data(), b.count);
  const auto common = static_cast<std::size_t>(
      std::count_if(a.words.begin(), a.words.begin() + static_cast<std::ptrdiff_t>(a.count),
                    [&](std::uint64_t word) { return std::ranges::count(theirs, word) != 0; }));
  return common >= 3 && common * 4 >= std::min(a.count, b.count) * 3;
}

}  // namespace

bool same_person(const PersonTraits& a, const PersonTraits& b) {
  const auto agree = [](std::uint64_t mine, std::uint64_t theirs) {
    return mine != 0 && mine == theirs;
  };
  const auto differ = [](std::uint64_t mine, std::uint64_t theirs) {
    return mine != 0 && theirs != 0 && mine != theirs;
  };
  if (!agree(a.name, b.name)) return false;
  if (differ(a.birth, b.birth) && compare_dates(a.birth, b.birth) != DateLevel::close) return false;
  if (agree(a.name_and_company, b.name_and_company)) return true;
  if (!a.whole_name || !b.whole_name) return false;
  return agree(a.birth, b.birth) || same_address(a.address, b.address);
}

KeyReader::KeyReader(columns::TableType type) : store_(std::make_unique<Comparables::Store>()) {
  store_->type = type;
}
KeyReader::KeyReader(KeyReader&&) noexcept = default;
KeyReader::~KeyReader() = default;

std::uint64_t KeyReader::name_and_company(const RowValues& values) {
  const CompanyName& company = store_->companies.read(values.company_name);
  if (store_->type == columns::TableType::company) {
    const Site found = site(values.domain, store_->scratch);
    return exact_key(*store_, PersonName(), company, found.id).low;
  }
  const PersonName& name =
      store_->names.read(values.full_name, values.first_name, values.last_name);
  return exact_key(*store_, name, company, 0).low;
}

PersonTraits KeyReader::person(const RowValues& values) {
  PersonTraits traits;
  traits.name_and_company = name_and_company(values);
  const PersonName& name =
      store_->names.read(values.full_name, values.first_name, values.last_name);
  traits.whole_name = !name.given.empty() && !name.family.empty();
  store_->has_company = false;
  traits.name = exact_key(*store_, name, CompanyName(), 0).low;
  store_->has_company = true;
  traits.birth = date_of(values.birth_date);
  for (const std::string_view value : {values.street, values.person_location, values.postcode}) {
    add_words(store_->words, value, traits.address);
  }
  return traits;
}

std::uint64_t KeyReader::company(std::string_view name) {
  const CompanyName& company = store_->companies.read(name);
  if (company.empty()) return 0;
  store_->has_company = store_->type == columns::TableType::people;
  store_->has_name = !store_->has_company;
  const std::uint64_t key = exact_key(*store_, PersonName(), company, 0).low;
  store_->has_company = store_->has_name = true;
  return key;
}

}  // namespace csvm::cluster
