// What a word of a header can mean. The words themselves lie in data/*.txt, each under the name of
// its concept.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace csvm::columns {

enum class Concept : std::uint8_t {
  // Names and job
  first_name,
  last_name,
  full_name,
  name,
  name_infix,
  middle_name,
  salutation,
  title,
  job_title,
  job,
  headline,
  // Ways to reach somebody
  email,
  phone,
  mobile,
  messenger_phone,
  fax,
  social,
  linkedin,
  sales_navigator,
  website,
  domain,
  url,
  profile,
  page,
  handle,
  // What is known about a company
  industry,
  category,
  industry_code,
  employees,
  size,
  revenue,
  sales,
  founded,
  description,
  about,
  bio,
  legal_name,
  trade_name,
  // Places
  location,
  address,
  headquarters,
  street,
  city,
  zip,
  state,
  state_or_status,
  region,
  country,
  country_code,
  neighborhood,
  // Whose it is
  company,
  person,
  previous,
  parent,
  owner,
  party,
  trader,
  record,
  vendor,
  // Refinements
  filler,
  purpose,
  currency,
  number,
  count,
  code,
  work,
  personal,
  direct,
  main,
  secondary,
  recommended,
  soft,
  full,
  exact,
  range,
  minimum,
  maximum,
  annual,
  current,
  sub,
  billing,
  shipping,
  mailing,
  hashed,
  is_public,
  year,
  date,
  last,
  // What makes it something else
  status,
  label,
  time,
  identifier,
  growth,
};
inline constexpr std::size_t concept_count = static_cast<std::size_t>(Concept::growth) + 1;

/// The name of a concept as it stands in the data files, or the concept of a name.
std::string_view to_string(Concept meant);
std::optional<Concept> concept_named(std::string_view name);

/// A set of concepts.
class Concepts {
 public:
  Concepts() = default;
  Concepts(std::initializer_list<Concept> members) {
    for (const Concept member : members) insert(member);
  }
  void insert(Concept member) { bits_.set(static_cast<std::size_t>(member)); }
  void erase(Concept member) { bits_.reset(static_cast<std::size_t>(member)); }
  bool has(Concept member) const { return bits_.test(static_cast<std::size_t>(member)); }
  bool any(const Concepts& others) const { return (bits_ & others.bits_).any(); }
  bool empty() const { return bits_.none(); }
  std::size_t size() const { return bits_.count(); }
  Concepts operator&(const Concepts& others) const { return Concepts(bits_ & others.bits_); }
  Concepts operator|(const Concepts& others) const { return Concepts(bits_ | others.bits_); }
  Concepts without(const Concepts& others) const { return Concepts(bits_ & ~others.bits_); }
  bool operator==(const Concepts&) const = default;

 private:
  explicit Concepts(std::bitset<concept_count> bits) : bits_(bits) {}
  std::bitset<concept_count> bits_;
};

}  // namespace csvm::columns
