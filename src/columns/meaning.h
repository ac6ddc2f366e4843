// The concepts of a header -> entity, attribute and qualifiers.
#pragma once

#include <string_view>

#include "header.h"

namespace csvm::columns {

/// What a column holds, as far as its header alone says. "bare_" ones need the row or the values.
enum class Attribute {
  none,
  first_name,
  last_name,
  full_name,
  bare_name,
  name_infix,
  job_title,
  bare_title,
  headline,
  email,
  personal_email,
  email_domain,
  phone,
  linkedin,
  linkedin_handle,
  linkedin_text,
  sales_navigator,
  website,
  domain,
  bare_url,
  bare_profile,
  industry,
  category,
  bare_type,
  employees,
  bare_size,
  revenue,
  sales,
  founded,
  company_description,
  bare_description,
  about,
  place,
  company,
  person,
  owner,
};

enum class Entity { none, person, company };

/// Which part of a place; `whole` is a full address or "City, Country" in one cell.
enum class Part { whole, city, state, country, country_code, zip, street, neighborhood };

struct Meaning {
  Attribute attribute = Attribute::none;
  Entity entity = Entity::none;
  Part part = Part::whole;
  /// Where it stands among the columns of its field: 0 is best.
  int rank = 0;
  /// Names another party's thing or a measure of it: never a field, whatever the values.
  bool blocked = false;
  std::string_view blocked_by;  // the word that does it; borrows the Reading
  /// May hold the thing or what became of it ("Find Work Email"): values must confirm.
  bool soft = false;
  /// Has a word that is not known: only as the one column of a field, never beside another.
  bool unsure = false;
  bool ambiguous_state = false;  // "estado": a state, or a status
  bool of_owner = false;         // "Owner First Name"
  bool bare_name = false;        // "Contact - Nom": a name of a person, which one the row tells
  bool secondary = false;        // "Email 2", "Other Phone"
  bool mailing = false;
  bool address_like = false;  // says "address", not "location"
};

/// `reading` must outlive the result.
Meaning understand(const Reading& reading);

}  // namespace csvm::columns
