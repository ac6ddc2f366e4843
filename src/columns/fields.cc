// The built-in fields. config/field_mappings.json says the same as JSON; a test of `recipe` keeps
// the two equal. Aliases here are those that mean one thing wherever they stand; what depends on
// the row or the values ("Title", "URL", "City") is left to the vocabulary.
#include <algorithm>
#include <array>

#include "header.h"
#include "roles.h"

namespace csvm::columns {
namespace {

FieldSet make_company() {
  return {
      TableType::company,
      {{"Company Name",
        Role::company_name,
        {"business name", "organization name", "organisation name", "account name", "firm name",
         "legal name", "enterprise name"}},
       {"Company Domain",
        Role::company_domain,
        {"domain", "website", "company website", "domain name", "homepage", "company domain name"}},
       {"Company Description",
        Role::company_description,
        {"business description", "about company", "company info", "company overview", "about us"}},
       {"Industry",
        Role::industry,
        {"sector", "primary industry", "company industry", "main industry"}},
       {"Company Employee Count",
        Role::employee_count,
        {"employees", "employee count", "number of employees", "staff size", "team size",
         "headcount", "company size"}},
       {"Company LinkedIn",
        Role::company_linkedin,
        {"company linkedin url", "linkedin company page", "company linkedin profile",
         "linkedin company url"}},
       {"Company LinkedIn Handle",
        Role::company_linkedin_handle,
        {"linkedin handle", "company linkedin username", "li handle"}},
       {"Year Founded",
        Role::year_founded,
        {"founded", "founded year", "founding year", "year established", "established",
         "inception year"}},
       {"Company Location",
        Role::company_location,
        {"headquarters", "hq", "company headquarters", "company address", "hq location",
         "head office"}}}};
}

FieldSet make_people() {
  return {TableType::people,
          {{"First Name", Role::first_name, {"given name", "fname", "forename"}},
           {"Last Name", Role::last_name, {"surname", "family name", "lname"}},
           {"Full Name", Role::full_name, {"person name", "complete name"}},
           {"Job Title", Role::job_title, {"position", "designation", "occupation"}},
           {"LinkedIn Profile",
            Role::person_linkedin,
            {"person linkedin url", "person linkedin", "linkedin profile url",
             "linkedin contact profile url"}},
           {"Person Location",
            Role::person_location,
            {"contact location", "based in", "lives in", "person address"}},
           {"Work Email",
            Role::work_email,
            {"business email", "corporate email", "professional email", "company email"}},
           {"Personal Email", Role::personal_email, {"private email", "home email"}},
           {"Phone Number",
            Role::phone,
            {"phone", "telephone", "contact number", "direct phone", "telephone number"}},
           {"Company Name",
            Role::company_name,
            {"business name", "organization name", "organisation name", "employer", "workplace"}},
           {"Company Website",
            Role::company_domain,
            {"website", "company domain", "corporate website"}},
           {"Company Description",
            Role::company_description,
            {"about company", "company info", "company overview"}},
           {"Industry", Role::industry, {"sector", "company industry", "primary industry"}},
           {"Company LinkedIn URL",
            Role::company_linkedin,
            {"company linkedin", "linkedin company page", "company linkedin profile",
             "linkedin company profile url"}},
           {"Company Employee Count",
            Role::employee_count,
            {"employees", "employee count", "number of employees", "staff size", "headcount",
             "company size"}},
           {"Company Location",
            Role::company_location,
            {"company address", "company headquarters", "headquarters", "hq"}},
           {"Company Revenue",
            Role::revenue,
            {"annual revenue", "revenue", "turnover", "company annual revenue"}}}};
}

struct RoleName {
  Role role;
  std::string_view name;
  std::string_view words;
};

constexpr std::array<RoleName, 20> role_names = {{
    {Role::other, "other", "a value"},
    {Role::first_name, "first_name", "a first name"},
    {Role::last_name, "last_name", "a last name"},
    {Role::full_name, "full_name", "a person's name"},
    {Role::job_title, "job_title", "a job title"},
    {Role::person_linkedin, "person_linkedin", "a person's LinkedIn page"},
    {Role::person_location, "person_location", "a person's place"},
    {Role::work_email, "work_email", "a work e-mail address"},
    {Role::personal_email, "personal_email", "a private e-mail address"},
    {Role::phone, "phone", "a phone number"},
    {Role::company_name, "company_name", "a company's name"},
    {Role::company_domain, "company_domain", "a company's website"},
    {Role::company_description, "company_description", "a company's description"},
    {Role::industry, "industry", "an industry"},
    {Role::company_linkedin, "company_linkedin", "a company's LinkedIn page"},
    {Role::company_linkedin_handle, "company_linkedin_handle", "a company's LinkedIn handle"},
    {Role::employee_count, "employee_count", "a number of employees"},
    {Role::company_location, "company_location", "a company's place"},
    {Role::revenue, "revenue", "a revenue"},
    {Role::year_founded, "year_founded", "the year a company was founded"},
}};

/// The role of what a header means by itself; for names of fields that a user made up.
Role role_of_meaning(const Meaning& meaning, TableType type) {
  const bool people = type == TableType::people;
  if (meaning.blocked || meaning.unsure || meaning.soft) return Role::other;
  switch (meaning.attribute) {
    case Attribute::first_name:
      return people ? Role::first_name : Role::other;
    case Attribute::last_name:
      return people ? Role::last_name : Role::other;
    case Attribute::full_name:
    case Attribute::person:
      return people ? Role::full_name : Role::other;
    case Attribute::bare_name:
      return people ? Role::full_name : Role::company_name;
    case Attribute::job_title:
    case Attribute::bare_title:
      return people ? Role::job_title : Role::other;
    case Attribute::email:
      return Role::work_email;
    case Attribute::personal_email:
      return Role::personal_email;
    case Attribute::phone:
      return Role::phone;
    case Attribute::linkedin:
      if (meaning.entity == Entity::none) {
        return people ? Role::person_linkedin : Role::company_linkedin;
      }
      return meaning.entity == Entity::person ? Role::person_linkedin : Role::company_linkedin;
    case Attribute::linkedin_handle:
      return people ? Role::other : Role::company_linkedin_handle;
    case Attribute::website:
    case Attribute::domain:
      return Role::company_domain;
    case Attribute::industry:
      return Role::industry;
    case Attribute::employees:
      return Role::employee_count;
    case Attribute::revenue:
      return Role::revenue;
    case Attribute::founded:
      return Role::year_founded;
    case Attribute::company_description:
    case Attribute::bare_description:
    case Attribute::about:
      return Role::company_description;
    case Attribute::place:
      if (meaning.part != Part::whole) return Role::other;
      if (meaning.entity == Entity::none) {
        return people ? Role::person_location : Role::company_location;
      }
      return meaning.entity == Entity::person ? Role::person_location : Role::company_location;
    case Attribute::company:
      return Role::company_name;
    default:
      return Role::other;
  }
}

}  // namespace

const FieldSet& built_in_fields(TableType type) {
  static const FieldSet company = make_company();
  static const FieldSet people = make_people();
  return type == TableType::company ? company : people;
}

Role role_of(std::string_view field_name, TableType type) {
  const std::string key = comparing_key(field_name);
  if (key.empty()) return Role::other;
  for (const Field& field : built_in_fields(type).fields) {
    if (comparing_key(field.name) == key) return field.role;
  }
  for (const Field& field : built_in_fields(type).fields) {
    for (const std::string& alias : field.aliases) {
      if (comparing_key(alias) == key) return field.role;
    }
  }
  const std::vector<Reading> readings = read_headers({std::string(field_name)});
  return role_of_meaning(understand(readings.front()), type);
}

std::optional<Role> role_named(std::string_view name) {
  for (const RoleName& role : role_names) {
    if (role.name == name) return role.role;
  }
  return std::nullopt;
}

std::string_view in_words(Role role) { return role_names[static_cast<std::size_t>(role)].words; }

std::string comparing_key(std::string_view header) {
  std::string key;
  for (const std::string& word : header_words(header)) key += word;
  return key;
}

}  // namespace csvm::columns
