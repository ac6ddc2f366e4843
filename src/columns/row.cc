#include "row.h"

#include <algorithm>

#include "roles.h"

namespace csvm::columns {
namespace {

bool is_foreign(const Reading& reading) {
  return std::ranges::any_of(reading.terms,
                             [](const Term& term) { return (term.languages & english) == 0; });
}

bool is_linkedin_of_person(const Column& column, TableType type) {
  const Attribute attribute = column.meaning.attribute;
  if (attribute == Attribute::sales_navigator) {
    return !column.values.mostly(Shape::linkedin_company);
  }
  const bool page = attribute == Attribute::linkedin || attribute == Attribute::bare_url ||
                    attribute == Attribute::bare_profile;
  if (!page || column.meaning.entity == Entity::company) return false;
  if (column.values.mostly(Shape::linkedin_person)) return true;
  return attribute == Attribute::linkedin && column.values.count == 0 &&
         (column.meaning.entity == Entity::person || type == TableType::people);
}

/// Headers that only stand in lists of places.
bool is_directory_word(const std::string& normal) {
  static constexpr std::array<std::string_view, 14> words = {
      "place id",       "google id",         "cid",
      "plus code",      "reviews count",     "review count",
      "total score",    "category name",     "opening hours",
      "working hours",  "average rating",    "google maps url",
      "google reviews", "permanently closed"};
  return std::ranges::find(words, normal) != words.end();
}

/// Headers that a sales team's own database adds to a lead.
bool is_crm_word(const std::string& normal) {
  static constexpr std::array<std::string_view, 13> words = {
      "lead status", "lead source",   "lead owner", "owner alias",    "email opt out",
      "lead id",     "contact owner", "contact id", "contact status", "lead rating",
      "do not call", "last activity", "campaign"};
  return std::ranges::find(words, normal) != words.end();
}

void note(Row& row, const Column& column) {
  const Meaning& meaning = column.meaning;
  if (meaning.blocked || meaning.soft || meaning.of_owner) return;
  const bool names_person = meaning.attribute == Attribute::first_name ||
                            meaning.attribute == Attribute::last_name ||
                            meaning.attribute == Attribute::full_name;
  if (names_person) row.names_are_said &= meaning.entity == Entity::person;
  switch (meaning.attribute) {
    case Attribute::first_name:
      row.has_first_name = true;
      row.foreign_first_name |= is_foreign(column.reading);
      break;
    case Attribute::last_name:
      row.has_last_name = true;
      row.foreign_last_name |= is_foreign(column.reading);
      break;
    case Attribute::full_name:
      row.has_full_name = true;
      break;
    case Attribute::job_title:
      row.has_job_title = true;
      break;
    case Attribute::company:
      row.has_company_name = true;
      break;
    case Attribute::email:
    case Attribute::personal_email:
      row.has_email = true;
      break;
    case Attribute::industry:
      row.has_industry = true;
      row.has_company_industry |= meaning.entity != Entity::person;
      break;
    case Attribute::place:
      if (!meaning.ambiguous_state && !meaning.unsure) {
        row.places[static_cast<std::size_t>(meaning.entity)] |= part_bit(meaning.part);
      }
      break;
    default:
      break;
  }
  row.has_person_linkedin |= is_linkedin_of_person(column, row.type);
  row.has_company_linkedin |=
      meaning.attribute == Attribute::linkedin &&
      (meaning.entity == Entity::company || column.values.mostly(Shape::linkedin_company));
}

}  // namespace

Row make_row(TableType type, const Source& source) {
  Row row;
  row.type = type;
  std::vector<Reading> readings = read_headers(source.headers);
  row.columns.resize(readings.size());
  std::vector<std::string> keys(readings.size());
  int directory_words = 0;
  int crm_words = 0;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    Column& column = row.columns[i];
    column.reading = std::move(readings[i]);
    column.meaning = understand(column.reading);
    if (i < source.samples.size()) column.values = look_at(source.samples[i]);
    for (const char c : column.reading.normal) {
      if (c != ' ') column.key += c;
    }
    keys[i] = column.key;
    directory_words += is_directory_word(column.reading.normal);
    crm_words += is_crm_word(column.reading.normal);
  }
  row.platform = recognise(keys);
  for (const Column& column : row.columns) note(row, column);
  const bool named_people = row.has_first_name || row.has_last_name || row.has_full_name;
  row.local_business = directory_words >= 2 && !named_people;
  if (row.platform != nullptr && row.platform->name == "Google Maps") row.local_business = true;
  row.crm_leads = crm_words >= 2;
  const bool titled = std::ranges::any_of(row.columns, [](const Column& column) {
    return column.meaning.attribute == Attribute::bare_title;
  });
  row.is_of_people = named_people || row.has_job_title || row.has_person_linkedin ||
                     (titled && row.has_email && !row.local_business) ||
                     row.any_place(Entity::person);
  if (row.local_business) row.is_of_people = named_people;
  return row;
}

Entity owner_of_place(const Row& row, std::size_t column) {
  const Meaning& meaning = row.columns[column].meaning;
  if (meaning.entity != Entity::none) return meaning.entity;
  const bool of_company = row.any_place(Entity::company);
  const bool of_person = row.any_place(Entity::person);
  if (meaning.mailing && row.is_of_people) return Entity::person;
  if (!row.is_of_people) {
    return row.type == TableType::company || row.local_business ? Entity::company : Entity::person;
  }
  if (row.has_place(Entity::company, meaning.part)) return Entity::person;
  if (row.has_place(Entity::person, meaning.part)) return Entity::company;
  if (of_company && !of_person) return Entity::person;
  if (of_person && !of_company) return Entity::company;
  if (of_company && of_person) {
    // As the nearest column that says whose it is.
    for (std::size_t distance = 1; distance < row.columns.size(); ++distance) {
      for (const bool before : {true, false}) {
        if (before ? column < distance : column + distance >= row.columns.size()) continue;
        const Column& near = row.columns[before ? column - distance : column + distance];
        if (near.meaning.attribute == Attribute::place && near.meaning.entity != Entity::none) {
          return near.meaning.entity;
        }
      }
    }
  }
  if (row.type == TableType::people) return Entity::person;
  // A person's own page in the file: its places were read there, and such have no street. Else it
  // is the business address.
  const Parts unsaid = row.places[static_cast<std::size_t>(Entity::none)];
  const Parts on_letters = part_bit(Part::street) | part_bit(Part::zip);
  const bool only_a_location = unsaid == part_bit(Part::whole) && !meaning.address_like;
  const bool from_a_page = row.has_person_linkedin && (unsaid & on_letters) == 0;
  return from_a_page || only_a_location ? Entity::person : Entity::company;
}

}  // namespace csvm::columns
