#include "judge.h"

#include <fmt/format.h>
#include <algorithm>

#include "roles.h"
#include "verdict.h"

namespace csvm::columns {
namespace {

// Scores by the kind of evidence.
constexpr int said = 95;       // the header says it
constexpr int by_row = 88;     // the neighbours decide
constexpr int by_values = 86;  // the values decide
constexpr int told_by_pages = 66;
constexpr int half_said = 72;  // the header has a word that nobody knows
constexpr int slip_penalty = 8;
constexpr int confirmed_bonus = 4;
constexpr int range_rank = 8;

class Judge {
 public:
  Judge(const Row& row, std::size_t index)
      : row_(row),
        index_(index),
        column_(row.columns[index]),
        meaning_(column_.meaning),
        values_(column_.values),
        people_(row.type == TableType::people) {}

  Judgement result() {
    if (const Role* role = special_role()) {
      if (*role == Role::other) {
        refuse(fmt::format("{} uses this column for something else", row_.platform->name));
      } else {
        propose(*role, said, Why::platform, false,
                fmt::format("{} keeps {} here", row_.platform->name, in_words(*role)));
      }
    } else if (meaning_.blocked) {
      refuse(meaning_.blocked_by.empty()
                 ? std::string("it belongs to somebody or something else")
                 : fmt::format("\"{}\" makes it something else", meaning_.blocked_by));
    } else if (meaning_.soft && values_.count == 0) {
      refuse("it may hold the result of a check; there are no values to tell");
    } else {
      decide();
    }
    std::ranges::sort(judgement_.proposals, [](const Proposal& a, const Proposal& b) {
      return a.score != b.score ? a.score > b.score : a.role < b.role;
    });
    if (judgement_.proposals.empty() && judgement_.refusal.empty()) {
      judgement_.refusal = "no field has this meaning";
    }
    return std::move(judgement_);
  }

 private:
  const Role* special_role() const {
    return row_.platform == nullptr ? nullptr : row_.platform->special_role(row_.type, column_.key);
  }

  void refuse(std::string why, Role role = Role::other) {
    judgement_.refusal = std::move(why);
    judgement_.refused = role;
  }

  void propose(Role role, int score, Why why, bool as_fallback, std::string reason) {
    const Verdict says = verdict(role, meaning_.part, values_);
    if (says == Verdict::veto) {
      refuse(fmt::format("the values are not {}", in_words(role)), role);
      return;
    }
    if (says == Verdict::confirm) score += confirmed_bonus;
    const bool has_telling_values = role == Role::work_email || role == Role::personal_email ||
                                    role == Role::phone || role == Role::person_linkedin ||
                                    role == Role::company_linkedin;
    const bool told_by_values = says == Verdict::confirm && has_telling_values;
    if (meaning_.soft && !told_by_values) {
      refuse("it may hold the result of a check", role);
      return;
    }
    if (meaning_.unsure) {
      // Half understood: e-mails, phones and LinkedIn pages are told by their values.
      const std::size_t unknown = column_.reading.unknown.size();
      if (unknown > 1 && !told_by_values) {
        refuse(fmt::format("\"{}\" is not known", column_.reading.unknown.front()), role);
        return;
      }
      score = std::min(score, half_said);
      as_fallback = told_by_values;
    }
    if (column_.reading.corrected) score -= slip_penalty;
    if (judgement_.proposals.empty()) judgement_.refusal.clear();
    // An exact figure goes before a range, whatever the header calls it.
    const bool is_figure = role == Role::employee_count || role == Role::revenue;
    const bool unsaid_range =
        is_figure && values_.mostly(Shape::range) && !column_.reading.concepts.has(Concept::range);
    const int rank = meaning_.rank + (unsaid_range ? range_rank : 0);
    judgement_.proposals.push_back(
        {role, std::clamp(score, 0, 99), rank, why, as_fallback, std::move(reason)});
  }

  void propose_said(Role role, bool as_fallback = false) {
    propose(role, said, column_.reading.corrected ? Why::fuzzy : Why::alias, as_fallback,
            column_.reading.corrected ? fmt::format("read as \"{}\"", read_as())
                                      : fmt::format("the header says {}", in_words(role)));
  }

  std::string read_as() const {
    std::string text;
    for (const Term& term : column_.reading.terms) {
      if (!text.empty()) text += ' ';
      text += term.text;
    }
    return text;
  }

  /// Half-understood headers of these kinds are too often something else.
  bool must_be_sure() {
    if (!meaning_.unsure) return false;
    refuse(column_.reading.unknown.empty()
               ? std::string("not understood")
               : fmt::format("\"{}\" is not known", column_.reading.unknown.front()));
    return true;
  }

  void decide() {
    switch (meaning_.attribute) {
      case Attribute::none:
        return decide_unknown();
      case Attribute::first_name:
        return decide_person_name(Role::first_name);
      case Attribute::last_name:
        return decide_person_name(Role::last_name);
      case Attribute::full_name:
        return decide_person_name(Role::full_name);
      case Attribute::bare_name:
        return decide_bare_name();
      case Attribute::name_infix:
        return refuse("a part of a name");
      case Attribute::job_title:
        if (meaning_.unsure && meaning_.rank > 0) return;
        return propose_said(Role::job_title);
      case Attribute::bare_title:
        return decide_bare_title();
      case Attribute::headline:
        if (row_.has_job_title) return refuse("there is a job title already", Role::job_title);
        return propose(Role::job_title, by_row, Why::alias, false,
                       "a headline, and there is no job title");
      case Attribute::email:
        return decide_email();
      case Attribute::personal_email:
        return propose_said(Role::personal_email, true);
      case Attribute::email_domain:
        if (must_be_sure()) return;
        return propose_said(Role::company_domain, true);
      case Attribute::phone:
        return propose_said(Role::phone, true);
      case Attribute::linkedin:
        return decide_linkedin();
      case Attribute::linkedin_handle:
        if (people_ || meaning_.entity == Entity::person ||
            (row_.is_of_people && meaning_.entity != Entity::company)) {
          return refuse("a person's handle");
        }
        if (values_.mostly(Shape::linkedin_company)) {
          return propose(Role::company_linkedin, by_values, Why::values, true,
                         "the values are company pages on LinkedIn");
        }
        return propose_said(Role::company_linkedin_handle);
      case Attribute::linkedin_text:
        if (people_ || row_.is_of_people) return refuse("a person's own text");
        return propose_said(Role::company_description, true);
      case Attribute::sales_navigator:
        if (values_.mostly(Shape::linkedin_company)) {
          return propose(Role::company_linkedin, by_values, Why::values, true,
                         "the values are company pages on LinkedIn");
        }
        if (must_be_sure()) return;
        return propose_said(Role::person_linkedin, true);
      case Attribute::website:
        return decide_website();
      case Attribute::domain:
        if (must_be_sure()) return;
        return propose_said(Role::company_domain, true);
      case Attribute::bare_url:
      case Attribute::bare_profile:
        return decide_url();
      case Attribute::industry:
        return decide_industry();
      case Attribute::category:
        return decide_category();
      case Attribute::bare_type:
        if (!row_.local_business) return refuse("\"type\" can be anything");
        return propose(Role::industry, by_row, Why::values, true, "the kind of business");
      case Attribute::employees:
        return propose_said(Role::employee_count, true);
      case Attribute::bare_size:
        return decide_size();
      case Attribute::revenue:
        return propose_said(Role::revenue, true);
      case Attribute::sales:
        if (must_be_sure()) return;
        if (values_.count == 0) return refuse("\"sales\" can be anything", Role::revenue);
        return propose(Role::revenue, by_values - 6, Why::values, true, "the values are amounts");
      case Attribute::founded:
        if (must_be_sure()) return;
        return propose_said(Role::year_founded);
      case Attribute::company_description:
        if (must_be_sure()) return;
        return propose_said(Role::company_description, true);
      case Attribute::bare_description:
      case Attribute::about:
        return decide_description();
      case Attribute::place:
        return decide_place();
      case Attribute::company:
        return decide_company();
      case Attribute::person:
        return decide_person();
      case Attribute::owner:
        return decide_owner();
    }
  }

  /// Pages on LinkedIn tell what they are, whatever the header says; only where no other column
  /// holds them.
  void decide_unknown() {
    if (values_.count < 2 || column_.reading.concepts.any({Concept::handle})) return;
    if (values_.share(Shape::linkedin_person) >= 0.8 && !row_.has_person_linkedin) {
      propose(Role::person_linkedin, told_by_pages, Why::values, false,
              "the values are personal pages on LinkedIn");
    } else if (values_.share(Shape::linkedin_company) >= 0.8 && !row_.has_company_linkedin) {
      propose(Role::company_linkedin, told_by_pages, Why::values, false,
              "the values are company pages on LinkedIn");
    }
  }

  bool has_person_name() const {
    return row_.has_first_name || row_.has_last_name || row_.has_full_name;
  }

  void decide_person_name(Role role) {
    if (meaning_.of_owner && has_person_name()) {
      return refuse("the owner's name, beside the person's", role);
    }
    if (column_.reading.ordinal >= 2) return refuse("a further person", role);
    if (meaning_.secondary) return refuse("not the first of them", role);
    // "Contact - Nom" beside "Contact - Prenom".
    if (role == Role::full_name && meaning_.bare_name) {
      const bool short_names = values_.count == 0 || values_.mean_words < 1.8;
      if (row_.foreign_first_name && !row_.has_last_name && short_names) {
        return propose(Role::last_name, by_row + 4, Why::alias, false,
                       "beside a first name, this is the last name");
      }
      if (row_.foreign_last_name && !row_.has_first_name && short_names) {
        return propose(Role::first_name, by_row + 4, Why::alias, false,
                       "beside a last name, this is the first name");
      }
    }
    propose_said(role);
  }

  void decide_bare_name() {
    if (must_be_sure()) return;
    if (column_.reading.ordinal >= 2 || meaning_.secondary) {
      return refuse("not the first of them", Role::full_name);
    }
    const bool one_word = values_.count > 0 && values_.share(Shape::single_word) >= 0.6;
    const bool beside_said_names = has_person_name() && row_.names_are_said &&
                                   !row_.has_company_name &&
                                   (row_.has_full_name || row_.has_last_name);
    if (beside_said_names) {
      return propose(Role::company_name, by_row, Why::alias, false,
                     "the person has a name of their own, this is the company's");
    }
    if (!people_) {
      if (row_.is_of_people && !row_.local_business && !values_.mostly(Shape::legal_form)) {
        return refuse("a person's name");
      }
      if (row_.has_company_name) return refuse("there is a company name already");
      return propose(Role::company_name, by_row + 4, Why::alias, false,
                     "a list of companies: their name");
    }
    if (row_.has_first_name && !row_.has_last_name) {
      const bool last = values_.count > 0 ? one_word : row_.foreign_first_name;
      if (last || (row_.foreign_first_name && values_.mean_words < 1.8)) {
        return propose(Role::last_name, by_row + 4, Why::alias, false,
                       "beside a first name, this is the last name");
      }
    } else if (row_.has_last_name && !row_.has_first_name) {
      const bool first = values_.count > 0 ? one_word : row_.foreign_last_name;
      if (first || (row_.foreign_last_name && values_.mean_words < 2.3)) {
        return propose(Role::first_name, by_row + 4, Why::alias, false,
                       "beside a last name, this is the first name");
      }
    }
    if (!row_.has_company_name && (values_.mostly(Shape::legal_form) || row_.local_business)) {
      return propose(Role::company_name, by_values, Why::values, false,
                     "the values are names of companies");
    }
    if (row_.has_full_name) return refuse("there is a full name already", Role::full_name);
    propose(Role::full_name, by_row + 4, Why::alias, false, "a list of people: their name");
  }

  void decide_bare_title() {
    if (must_be_sure()) return;
    if (row_.local_business) {
      if (row_.has_company_name) return refuse("there is a company name already");
      return propose(Role::company_name, by_row, Why::values, false,
                     "in a list of places, the name of the business");
    }
    if (row_.has_job_title) return refuse("there is a job title already", Role::job_title);
    propose(Role::job_title, by_row + 2, Why::alias, false, "a list of people: their job title");
  }

  void decide_email() {
    if (meaning_.of_owner && row_.has_email) {
      return refuse("the owner's address, beside another", Role::work_email);
    }
    const bool said_work = column_.reading.concepts.has(Concept::work);
    const double free_mail = values_.share(Shape::free_mail);
    if (!said_work && values_.count >= 3 && free_mail >= 0.8) {
      propose(Role::personal_email, by_values, Why::values, true,
              "nearly all addresses are at free-mail providers");
      propose(Role::work_email, by_values - 10, Why::alias, true, "an e-mail address");
      return;
    }
    propose_said(Role::work_email, true);
  }

  void decide_linkedin() {
    if (meaning_.of_owner && row_.has_person_linkedin) {
      return refuse("the owner's page, beside the person's", Role::person_linkedin);
    }
    const bool company_pages = values_.mostly(Shape::linkedin_company);
    const bool person_pages = values_.mostly(Shape::linkedin_person);
    if (meaning_.entity == Entity::company) {
      return propose_said(Role::company_linkedin, true);
    }
    if (meaning_.entity == Entity::person) return propose_said(Role::person_linkedin, true);
    if (company_pages) {
      return propose(Role::company_linkedin, said, Why::values, true,
                     "the values are company pages on LinkedIn");
    }
    if (person_pages) {
      return propose(Role::person_linkedin, said, Why::values, true,
                     "the values are personal pages on LinkedIn");
    }
    if (people_) return propose_said(Role::person_linkedin, true);
    if (!row_.is_of_people) return propose_said(Role::company_linkedin, true);
    refuse("a person's page");
  }

  void decide_website() {
    if (values_.mostly(Shape::linkedin_company)) {
      return propose(Role::company_linkedin, by_values, Why::values, true,
                     "the values are company pages on LinkedIn");
    }
    if (meaning_.unsure) {
      must_be_sure();
      return;
    }
    propose_said(Role::company_domain, true);
  }

  void decide_url() {
    if (meaning_.unsure && !meaning_.soft) decide_unknown();
    if (meaning_.soft || !judgement_.proposals.empty() || must_be_sure()) return;
    if (meaning_.entity != Entity::company && values_.mostly(Shape::linkedin_person)) {
      return propose(Role::person_linkedin, by_values + 4, Why::values, true,
                     "the values are personal pages on LinkedIn");
    }
    if (values_.mostly(Shape::linkedin_company)) {
      return propose(Role::company_linkedin, by_values + 4, Why::values, true,
                     "the values are company pages on LinkedIn");
    }
    if (meaning_.attribute == Attribute::bare_profile) return refuse("a page of the tool");
    const bool has_site = std::ranges::any_of(row_.columns, [](const Column& column) {
      return column.meaning.attribute == Attribute::website ||
             column.meaning.attribute == Attribute::domain;
    });
    if (has_site || values_.count < 2 || values_.one_host || values_.share(Shape::host) < 0.8 ||
        values_.share(Shape::path) >= 0.8) {
      return refuse("a link that can lead anywhere", Role::company_domain);
    }
    propose(Role::company_domain, by_values - 6, Why::values, false, "the values are websites");
  }

  void decide_industry() {
    if (column_.reading.ordinal >= 2 && meaning_.unsure) return;
    if (meaning_.entity == Entity::person) {
      if (row_.has_company_industry || !people_) {
        return refuse("the person's own industry", Role::industry);
      }
      return propose(Role::industry, by_row, Why::alias, false, "the only industry in this file");
    }
    propose_said(Role::industry, true);
  }

  void decide_category() {
    if (must_be_sure()) return;
    const bool of_businesses = row_.local_business || meaning_.entity == Entity::company ||
                               (!row_.is_of_people && row_.has_company_name && !row_.crm_leads);
    if (!of_businesses && (people_ || row_.is_of_people || row_.crm_leads)) {
      return refuse("a category of anything", Role::industry);
    }
    if (!of_businesses && row_.has_industry) {
      return refuse("there is an industry already", Role::industry);
    }
    propose(Role::industry, by_row, Why::alias, true, "the kind of business");
  }

  void decide_size() {
    if (must_be_sure()) return;
    const bool ranges = values_.mostly(Shape::range) || values_.mostly(Shape::number);
    if (!ranges && (people_ || values_.count > 0)) {
      return refuse("a size of anything", Role::employee_count);
    }
    propose(Role::employee_count, by_row, Why::values, true, "the size of the company");
  }

  void decide_description() {
    if (must_be_sure()) return;
    const bool about = meaning_.attribute == Attribute::about;
    if (people_ || row_.is_of_people) {
      // A rep's notes are short and stand in a sales team's own database.
      const bool company_told = row_.has_company_name && !row_.crm_leads &&
                                values_.mostly(Shape::sentence) && values_.mean_words >= 5;
      if (about || !company_told) {
        return refuse("may be notes about the person", Role::company_description);
      }
      return propose(Role::company_description, by_values, Why::values, false,
                     "sentences about the company");
    }
    if (row_.crm_leads && !values_.mostly(Shape::sentence)) {
      return refuse("may be notes", Role::company_description);
    }
    propose_said(Role::company_description, true);
  }

  void decide_place() {
    if (must_be_sure()) return;
    if (meaning_.ambiguous_state) {
      const Parts places = row_.places[0] | row_.places[1] | row_.places[2];
      const bool beside_places =
          (places & ~part_bit(Part::whole)) != 0 && values_.share(Shape::status) < 0.5;
      if (!beside_places) return refuse("a state of affairs", Role::person_location);
    }
    const Entity owner = owner_of_place(row_, index_);
    const Role role = owner == Entity::company ? Role::company_location : Role::person_location;
    if (meaning_.entity != Entity::none) return propose_said(role, true);
    propose(role, by_row + 4, Why::alias, true,
            owner == Entity::company ? "beside the others, the company's place"
                                     : "beside the others, the person's place");
  }

  void decide_company() {
    if (column_.reading.ordinal >= 2 || meaning_.secondary) {
      return refuse("not the first of them", Role::company_name);
    }
    if (values_.mostly(Shape::linkedin_company)) {
      return propose(Role::company_linkedin, by_values, Why::values, true,
                     "the values are company pages on LinkedIn");
    }
    propose_said(Role::company_name, true);
  }

  /// "Contact", "Ansprechpartner": the person's name, if the values are names.
  void decide_person() {
    if (must_be_sure()) return;
    if (has_person_name()) return refuse("the person's name stands elsewhere", Role::full_name);
    if (!values_.mostly(Shape::person_name)) {
      return refuse("a person, but the values are no names", Role::full_name);
    }
    propose(Role::full_name, by_values, Why::values, false, "the values are names of people");
  }

  void decide_owner() {
    if (must_be_sure()) return;
    if (has_person_name() || row_.crm_leads) {
      return refuse("whoever looks after the record", Role::full_name);
    }
    if (!values_.mostly(Shape::person_name)) {
      return refuse("an owner, but the values are no names", Role::full_name);
    }
    propose(Role::full_name, by_values - 6, Why::values, false,
            "the owner of the business, and no other person is named");
  }

  const Row& row_;
  std::size_t index_;
  const Column& column_;
  const Meaning& meaning_;
  const Values& values_;
  bool people_;
  Judgement judgement_;
};

}  // namespace

Judgement judge(const Row& row, std::size_t column) { return Judge(row, column).result(); }

}  // namespace csvm::columns
