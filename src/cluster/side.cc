#include "side.h"

namespace csvm::cluster {

void Side::fill(const Comparables::Store& store, std::uint32_t row_id) {
  id = row_id;
  row = &store.fuzzy[row_id];
  unpack(row->text, part_count, parts);
  given.fill(parts[Part::given]);
  family.fill(parts[Part::family]);
  company.reset(parts[Part::company]);
  alias.reset(parts[Part::company_alias]);
  place.reset(parts[Part::place]);
  company_hash = company.empty() ? 0 : hash_of(parts[Part::company]);
}

}  // namespace csvm::cluster
