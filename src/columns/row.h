// All columns of one file together: what they say about each other.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "csvm/columns.h"
#include "header.h"
#include "meaning.h"
#include "platforms.h"
#include "values.h"

namespace csvm::columns {

struct Column {
  Reading reading;
  Meaning meaning;  // borrows `reading`
  Values values;
  std::string key;  // see comparing_key
};

/// A set of parts of a place.
using Parts = std::uint16_t;
inline Parts part_bit(Part part) { return static_cast<Parts>(1U << static_cast<unsigned>(part)); }

/// What the row as a whole tells.
struct Row {
  TableType type = TableType::people;
  std::vector<Column> columns;
  const Platform* platform = nullptr;

  bool has_first_name = false;
  bool has_last_name = false;
  bool has_full_name = false;  // said by a header, not a bare "Name"
  bool names_are_said = true;  // all of these say that they are a person's ("Contact Name")
  bool has_job_title = false;
  bool has_company_name = false;
  bool has_person_linkedin = false;
  bool has_company_linkedin = false;
  bool has_company_industry = false;
  bool has_industry = false;
  bool has_email = false;
  bool foreign_first_name = false;  // "Vorname": then "Name" may be the last name
  bool foreign_last_name = false;
  bool local_business = false;    // a list from a map or a directory
  bool crm_leads = false;         // has a sales team's columns: owner, status, source
  bool is_of_people = false;      // each row is a person
  std::array<Parts, 3> places{};  // [Entity] -> parts of places that are said to be its

  bool any_place(Entity entity) const { return places[static_cast<std::size_t>(entity)] != 0; }
  bool has_place(Entity entity, Part part) const {
    return (places[static_cast<std::size_t>(entity)] & part_bit(part)) != 0;
  }
};

Row make_row(TableType type, const Source& source);

/// Whose place a column without an entity is; `none` when it belongs to a person in a table of
/// companies, or cannot be told.
Entity owner_of_place(const Row& row, std::size_t column);

}  // namespace csvm::columns
