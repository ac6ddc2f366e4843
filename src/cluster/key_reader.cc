#include "store.h"

namespace csvm::cluster {

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
