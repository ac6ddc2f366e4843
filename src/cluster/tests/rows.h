// rows.h - small tables to be matched in tests.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "csvm/cluster.h"

namespace csvm::cluster::testing {

struct Row {
  std::string name = {};
  std::string company = {};
  std::string domain = {};
  std::string linkedin = {};  // the person's, in company tables the company's
  std::string work_email = {};
  std::string personal_email = {};
  std::string phone = {};
  std::string location = {};
  std::string birth = {};
  std::string first = {};  // beside the full name
  std::string last = {};
  std::string number = {};  // a personal or register number

  RowValues values(columns::TableType type) const {
    RowValues row;
    row.company_name = company;
    row.domain = domain;
    row.work_email = work_email;
    row.personal_email = personal_email;
    row.phone = phone;
    row.birth_date = birth;
    row.register_number = number;
    if (type == columns::TableType::people) {
      row.full_name = name;
      row.first_name = first;
      row.last_name = last;
      row.person_linkedin = linkedin;
      row.person_location = location;
    } else {
      row.company_linkedin = linkedin;
      row.company_location = location;
    }
    return row;
  }
};

inline Settings settings_for(columns::TableType type, Mode mode = Mode::fuzzy) {
  Settings settings;
  settings.type = type;
  settings.mode = mode;
  return settings;
}

inline Comparables comparables(const std::vector<Row>& rows, const Settings& settings) {
  Comparables all(settings);
  for (const Row& row : rows) all.add(row.values(settings.type));
  return all;
}

inline Clusters clusters_of(const std::vector<Row>& rows, const Settings& settings) {
  const Comparables all = comparables(rows, settings);
  return match(all, settings).value();
}

/// Whether the first two of `rows` are joined; the others are company.
inline bool are_joined(const std::vector<Row>& rows, columns::TableType type,
                       Mode mode = Mode::fuzzy) {
  const Clusters clusters = clusters_of(rows, settings_for(type, mode));
  return clusters.of_row[0] == clusters.of_row[1];
}
inline bool same_person(const Row& a, const Row& b) {
  return are_joined({a, b}, columns::TableType::people);
}
inline bool same_company(const Row& a, const Row& b) {
  return are_joined({a, b}, columns::TableType::company);
}
inline bool is_listed(const std::vector<Row>& rows, columns::TableType type) {
  return !clusters_of(rows, settings_for(type)).possible.empty();
}

}  // namespace csvm::cluster::testing
