#include "supporting.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "looks.h"

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

// Some non-empty cells of the first rows of each source, by column of the result. How a file was
// cut into blocks does not matter.
Result<std::vector<std::vector<std::string>>> sample_columns(const Layout& layout,
                                                             const std::vector<Source>& sources,
                                                             const csv::Limits& limits) {
  constexpr std::size_t most_rows = 60;
  std::vector<std::vector<std::string>> samples(layout.table.columns.size());
  csv::Batch batch;
  std::string scratch;
  for (std::size_t s = 0; s < sources.size(); ++s) {
    const Source& source = sources[s];
    std::size_t rows = 0;
    for (auto block = source.index.blocks.begin();
         block != source.index.blocks.end() && rows < most_rows; ++block) {
      CSVM_CHECK(csv::read_block(*source.text, source.shape, *block, limits, batch));
      for (const csv::Record& record : batch.records) {
        if (++rows > most_rows) break;
        for (const ColumnPlan& column : layout.sources[s].columns) {
          if (column.additional == no_column || column.source_column >= record.cells) continue;
          const auto value =
              csv::value(batch, batch.cells[record.first_cell + column.source_column],
                         source.shape.dialect, scratch);
          if (value.empty()) continue;
          samples[static_cast<std::size_t>(column.additional)].emplace_back(value);
        }
      }
    }
  }
  return samples;
}

}  // namespace

Result<std::vector<SupportingColumn>> supporting_columns(const Layout& layout,
                                                         const std::vector<Source>& sources,
                                                         const csv::Limits& limits) {
  std::vector<SupportingColumn> found;
  std::vector<std::int32_t> unknown;
  const bool companies = layout.table.type == columns::TableType::company;
  for (std::size_t c = layout.table.fields; c < layout.table.columns.size(); ++c) {
    const auto meaning = meaning_of(layout.table.columns[c]);
    const auto column = static_cast<std::int32_t>(c);
    if (!meaning) unknown.push_back(column);
    if (!meaning) continue;
    // A person's row may hold the company's phone and address under such a header.
    const bool of_companies =
        *meaning == Supporting::phone || *meaning == Supporting::company_location;
    if (of_companies && !companies) continue;
    found.push_back({*meaning, column});
  }
  const auto is_known = [&](Supporting meaning) {
    return std::ranges::find(found, meaning, &SupportingColumn::meaning) != found.end();
  };
  const bool wants_births = !companies && !is_known(Supporting::birth_date);
  const bool wants_streets = !is_known(Supporting::street);
  if (unknown.empty() || (!wants_births && !wants_streets)) return found;
  const auto samples = CSVM_TRY(sample_columns(layout, sources, limits));
  for (const std::int32_t column : unknown) {
    const auto at = static_cast<std::size_t>(column);
    const std::string key = columns::comparing_key(layout.table.columns[at]);
    if (wants_births && look_like_birth_dates(key, samples[at])) {
      found.push_back({Supporting::birth_date, column});
    } else if (wants_streets && look_like_streets(key, samples[at])) {
      found.push_back({Supporting::street, column});
    }
  }
  std::ranges::sort(found, {}, &SupportingColumn::column);
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
