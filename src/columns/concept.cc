#include "concept.h"

#include <array>

namespace csvm::columns {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, concept_count> concept_names = {
    "first_name",
    "last_name",
    "full_name",
    "name",
    "name_infix",
    "middle_name",
    "salutation",
    "title",
    "job_title",
    "job",
    "headline",
    "email",
    "phone",
    "mobile",
    "messenger_phone",
    "fax",
    "social",
    "linkedin",
    "sales_navigator",
    "website",
    "domain",
    "url",
    "profile",
    "page",
    "handle",
    "industry",
    "category",
    "industry_code",
    "employees",
    "size",
    "revenue",
    "sales",
    "founded",
    "description",
    "about",
    "bio",
    "legal_name",
    "trade_name",
    "location",
    "address",
    "headquarters",
    "street",
    "city",
    "zip",
    "state",
    "state_or_status",
    "region",
    "country",
    "country_code",
    "neighborhood",
    "company",
    "person",
    "previous",
    "parent",
    "owner",
    "party",
    "trader",
    "record",
    "vendor",
    "filler",
    "purpose",
    "currency",
    "number",
    "count",
    "code",
    "work",
    "personal",
    "direct",
    "main",
    "secondary",
    "recommended",
    "soft",
    "full",
    "exact",
    "range",
    "minimum",
    "maximum",
    "annual",
    "current",
    "sub",
    "billing",
    "shipping",
    "mailing",
    "hashed",
    "public",
    "year",
    "date",
    "last",
    "status",
    "label",
    "time",
    "identifier",
    "growth",
};

}  // namespace

std::string_view to_string(Concept meant) { return concept_names[static_cast<std::size_t>(meant)]; }

std::optional<Concept> concept_named(std::string_view name) {
  for (std::size_t i = 0; i < concept_count; ++i) {
    if (concept_names[i] == name) return static_cast<Concept>(i);
  }
  return std::nullopt;
}

}  // namespace csvm::columns
