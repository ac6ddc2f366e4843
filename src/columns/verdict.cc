#include "verdict.h"

#include <algorithm>
#include <initializer_list>

namespace csvm::columns {
namespace {

// Shares of the samples. A column may be dirty: a third of right values is no veto.
constexpr double enough = 0.5;
constexpr double too_few = 0.34;
constexpr double nearly_all = 0.8;

double most(const Values& values, std::initializer_list<Shape> shapes) {
  double share = 0;
  for (const Shape shape : shapes) share = std::max(share, values.share(shape));
  return share;
}

bool mostly_any(const Values& values, std::initializer_list<Shape> shapes) {
  return std::ranges::any_of(shapes, [&](Shape shape) { return values.mostly(shape); });
}

/// Confirmed with enough values of these shapes, refused with too few.
Verdict needs(const Values& values, std::initializer_list<Shape> shapes) {
  const double share = most(values, shapes);
  if (share >= enough) return Verdict::confirm;
  return share < too_few ? Verdict::veto : Verdict::neutral;
}

Verdict name_of_person(const Values& values, double most_words) {
  if (mostly_any(values, {Shape::email, Shape::host, Shape::phone, Shape::number, Shape::boolean,
                          Shape::date, Shape::identifier, Shape::sentence, Shape::salutation,
                          Shape::country})) {
    return Verdict::veto;
  }
  if (values.mean_words > most_words) return Verdict::veto;
  return Verdict::neutral;
}

Verdict linkedin_verdict(const Values& values, Shape wanted, Shape other) {
  if (values.mostly(other)) return Verdict::veto;
  if (values.mostly(wanted)) return Verdict::confirm;
  if (values.mostly(Shape::linkedin_other)) return Verdict::neutral;
  if (values.share(wanted) >= too_few) return Verdict::neutral;
  // A bare handle ("acme-widgets") is one word; anything else is no page.
  const bool handles = values.share(Shape::single_word) + values.share(Shape::host) <= 0 ||
                       values.mostly(Shape::host) || values.mostly(Shape::email) ||
                       values.mostly(Shape::digits) || values.mostly(Shape::boolean) ||
                       values.mostly(Shape::identifier) || values.mostly(Shape::status) ||
                       values.mostly(Shape::date) || values.mean_words > 5;
  return handles ? Verdict::veto : Verdict::neutral;
}

Verdict website_verdict(const Values& values) {
  if (mostly_any(values,
                 {Shape::email, Shape::social, Shape::map, Shape::image, Shape::linkedin_person,
                  Shape::linkedin_company, Shape::linkedin_other})) {
    return Verdict::veto;
  }
  // Pages of one and the same host are somebody else's directory.
  if (values.one_host && values.count >= 3 && values.mostly(Shape::path) && !values.all_equal) {
    return Verdict::veto;
  }
  return needs(values, {Shape::host});
}

Verdict place(const Values& values, Part part) {
  if (mostly_any(values, {Shape::email, Shape::host, Shape::boolean, Shape::date, Shape::percent,
                          Shape::money})) {
    return Verdict::veto;
  }
  if (part == Part::zip) {
    return values.share(Shape::has_digit) < too_few ? Verdict::veto : Verdict::neutral;
  }
  if (part == Part::country || part == Part::country_code) {
    if (values.share(Shape::has_digit) >= enough) return Verdict::veto;
    return most(values, {Shape::country, Shape::country_code}) >= enough ? Verdict::confirm
                                                                         : Verdict::neutral;
  }
  // "12 Mill Lane" begins with a number and is none.
  const bool numbers = values.share(Shape::number) >= nearly_all && values.mean_words < 2;
  if (numbers && part != Part::street) return Verdict::veto;
  if (part == Part::state && values.share(Shape::status) >= enough &&
      values.share(Shape::country_code) < enough) {
    return Verdict::veto;
  }
  return Verdict::neutral;
}

Verdict text(const Values& values) {
  if (mostly_any(values, {Shape::email, Shape::host, Shape::number, Shape::boolean, Shape::date,
                          Shape::status, Shape::identifier})) {
    return Verdict::veto;
  }
  return values.mostly(Shape::sentence) ? Verdict::confirm : Verdict::neutral;
}

}  // namespace

Verdict verdict(Role role, Part part, const Values& values) {
  if (values.count == 0) return Verdict::neutral;
  switch (role) {
    case Role::other:
      return Verdict::neutral;
    case Role::first_name:
    case Role::last_name:
      return name_of_person(values, 4.5);
    case Role::full_name:
      if (values.mostly(Shape::legal_form)) return Verdict::veto;
      return name_of_person(values, 6.5);
    case Role::job_title:
      if (mostly_any(values, {Shape::email, Shape::host, Shape::phone, Shape::number,
                              Shape::boolean, Shape::date, Shape::salutation, Shape::identifier}) ||
          values.mean_words > 20) {
        return Verdict::veto;
      }
      return Verdict::neutral;
    case Role::person_linkedin:
      return linkedin_verdict(values, Shape::linkedin_person, Shape::linkedin_company);
    case Role::company_linkedin:
      return linkedin_verdict(values, Shape::linkedin_company, Shape::linkedin_person);
    case Role::company_linkedin_handle:
      if (mostly_any(values, {Shape::url, Shape::email, Shape::sentence, Shape::boolean}) ||
          values.mean_words > 6) {
        return Verdict::veto;
      }
      return Verdict::neutral;
    case Role::work_email:
    case Role::personal_email:
      return needs(values, {Shape::email});
    case Role::phone:
      if (values.mostly(Shape::date) || values.mostly(Shape::host)) return Verdict::veto;
      return needs(values, {Shape::phone});
    case Role::company_domain:
      return website_verdict(values);
    case Role::employee_count:
      if (mostly_any(values, {Shape::percent, Shape::date, Shape::money})) return Verdict::veto;
      return needs(values, {Shape::number, Shape::range});
    case Role::year_founded:
      return needs(values, {Shape::year, Shape::date});
    case Role::revenue:
      if (mostly_any(values, {Shape::percent, Shape::date})) return Verdict::veto;
      return needs(values, {Shape::number, Shape::money, Shape::range});
    case Role::industry:
      if (mostly_any(values, {Shape::email, Shape::host, Shape::phone, Shape::number,
                              Shape::boolean, Shape::date, Shape::identifier, Shape::digits}) ||
          values.share(Shape::status) >= 0.7) {
        return Verdict::veto;
      }
      return Verdict::neutral;
    case Role::company_name:
      if (mostly_any(values, {Shape::email, Shape::url, Shape::phone, Shape::boolean, Shape::date,
                              Shape::status}) ||
          values.share(Shape::digits) >= nearly_all || values.mean_words > 12) {
        return Verdict::veto;
      }
      return values.mostly(Shape::legal_form) ? Verdict::confirm : Verdict::neutral;
    case Role::company_description:
      return text(values);
    case Role::person_location:
    case Role::company_location:
      return place(values, part);
  }
  return Verdict::neutral;
}

}  // namespace csvm::columns
