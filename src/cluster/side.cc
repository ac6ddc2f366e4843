#include "side.h"

#include <algorithm>
#include <cstring>

namespace csvm::cluster {
namespace {

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), std::min(bytes.size(), sizeof number));
  return number;
}

}  // namespace

void Side::fill(const Comparables::Store& store, std::uint32_t row_id) {
  id = row_id;
  row = &store.fuzzy[row_id];
  unpack(row->text, part_count, parts);
  given.fill(parts[Part::given]);
  family.fill(parts[Part::family]);
  company.reset(parts[Part::company]);
  alias.reset(parts[Part::company_alias]);
  place.reset(parts[Part::place]);
  const auto hash_of_part = [this](Part part) {
    return parts[part].empty() ? 0 : hash_of(parts[part]);
  };
  company_hash = hash_of_part(Part::company);
  other_id = hash_of_part(Part::other_id);
  work_domain =
      (row->flags & work_is_at_site) != 0 ? row->site : number_in(parts[Part::work_domain]);
}

}  // namespace csvm::cluster
