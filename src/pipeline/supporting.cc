#include "supporting.h"

#include <algorithm>
#include <array>
#include <optional>

namespace csvm::pipeline {
namespace {

struct Header {
  std::string_view key;  // columns::comparing_key of the header
  Supporting meaning;
};

constexpr std::array headers = {
    Header{"dateofbirth", Supporting::birth_date},
    Header{"birthdate", Supporting::birth_date},
    Header{"birthday", Supporting::birth_date},
    Header{"dob", Supporting::birth_date},
    Header{"born", Supporting::birth_date},
    Header{"geburtsdatum", Supporting::birth_date},
    Header{"datedenaissance", Supporting::birth_date},
    Header{"fechadenacimiento", Supporting::birth_date},
    Header{"datadinascita", Supporting::birth_date},
    Header{"address", Supporting::street},
    Header{"address1", Supporting::street},
    Header{"addressline1", Supporting::street},
    Header{"streetaddress", Supporting::street},
    Header{"street", Supporting::street},
    Header{"strasse", Supporting::street},
    Header{"anschrift", Supporting::street},
    Header{"adresse", Supporting::street},
    Header{"direccion", Supporting::street},
    Header{"indirizzo", Supporting::street},
    Header{"mailingaddress", Supporting::street},
    Header{"fulladdress", Supporting::street},
    Header{"postcode", Supporting::postcode},
    Header{"postalcode", Supporting::postcode},
    Header{"zip", Supporting::postcode},
    Header{"zipcode", Supporting::postcode},
    Header{"plz", Supporting::postcode},
    Header{"postleitzahl", Supporting::postcode},
    Header{"codepostal", Supporting::postcode},
    Header{"ssn", Supporting::register_number},
    Header{"socsecid", Supporting::register_number},
    Header{"socialsecuritynumber", Supporting::register_number},
    Header{"nationalid", Supporting::register_number},
    Header{"personid", Supporting::register_number},
    Header{"passportnumber", Supporting::register_number},
    Header{"taxid", Supporting::register_number},
    Header{"vatnumber", Supporting::register_number},
    Header{"vatid", Supporting::register_number},
    Header{"ein", Supporting::register_number},
    Header{"lei", Supporting::register_number},
    Header{"duns", Supporting::register_number},
    Header{"dunsnumber", Supporting::register_number},
    Header{"companynumber", Supporting::register_number},
    Header{"registrationnumber", Supporting::register_number},
    Header{"phone", Supporting::phone},
    Header{"phonenumber", Supporting::phone},
    Header{"telephone", Supporting::phone},
    Header{"tel", Supporting::phone},
    Header{"companyphone", Supporting::phone},
    Header{"mainphone", Supporting::phone},
    Header{"companyhqphone", Supporting::phone},
    Header{"telefon", Supporting::phone},
    Header{"companylocation", Supporting::company_location},
    Header{"location", Supporting::company_location},
    Header{"companyaddress", Supporting::company_location},
    Header{"city", Supporting::company_location},
};

std::optional<Supporting> meaning_of(std::string_view header) {
  const std::string key = columns::comparing_key(header);
  auto found = std::ranges::find(headers, std::string_view(key), &Header::key);
  if (found == headers.end()) {  // "Phone (2)": the header of a field, made unique
    std::string_view name = key;
    while (!name.empty() && name.back() >= '0' && name.back() <= '9') name.remove_suffix(1);
    found = std::ranges::find(headers, name, &Header::key);
  }
  if (found == headers.end()) return std::nullopt;
  return found->meaning;
}

}  // namespace

std::vector<SupportingColumn> supporting_columns(const Layout& layout) {
  std::vector<SupportingColumn> found;
  const bool companies = layout.table.type == columns::TableType::company;
  for (std::size_t c = layout.table.fields; c < layout.table.columns.size(); ++c) {
    const auto meaning = meaning_of(layout.table.columns[c]);
    if (!meaning) continue;
    // A person's row may hold the company's phone and address under such a header.
    const bool of_companies =
        *meaning == Supporting::phone || *meaning == Supporting::company_location;
    if (of_companies && !companies) continue;
    found.push_back({*meaning, static_cast<std::int32_t>(c)});
  }
  return found;
}

std::vector<std::int32_t> places(const std::vector<SupportingColumn>& columns) {
  std::vector<std::int32_t> found;
  for (const SupportingColumn& column : columns) found.push_back(column.column);
  return found;
}

void add_supporting(const std::vector<SupportingColumn>& columns,
                    const std::vector<std::string_view>& values, cluster::RowValues& row) {
  const auto set = [](std::string_view& place, std::string_view value) {
    if (place.empty()) place = value;
  };
  for (const SupportingColumn& column : columns) {
    const std::string_view value = values[static_cast<std::size_t>(column.column)];
    switch (column.meaning) {
      case Supporting::birth_date:
        set(row.birth_date, value);
        break;
      case Supporting::street:
        set(row.street, value);
        break;
      case Supporting::postcode:
        set(row.postcode, value);
        break;
      case Supporting::register_number:
        set(row.register_number, value);
        break;
      case Supporting::phone:
        set(row.phone, value);
        break;
      case Supporting::company_location:
        set(row.company_location, value);
        break;
    }
  }
}

}  // namespace csvm::pipeline
