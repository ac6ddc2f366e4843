#include "meaning.h"

#include <algorithm>

namespace csvm::columns {
namespace {

using enum Concept;

// Words that make a column something else, in the order in which they are reported.
const Concepts foreign = {previous, parent, party, record, social, fax,         salutation,
                          status,   label,  time,  growth, sub,    middle_name, identifier};

const Concepts name_words = {first_name, last_name, full_name, name, name_infix};
const Concepts place_parts = {street, city,    zip,          state,       state_or_status,
                              region, country, country_code, neighborhood};
const Concepts place_words = place_parts | Concepts{location, address};
const Concepts phone_words = {phone, mobile, messenger_phone};
const Concepts web_words = {website, domain, url, profile, page};
const Concepts text_words = {description, about, bio};

// Groups of attributes: a header that is left with two of them says two things.
const std::initializer_list<Concepts> groups = {
    name_words,
    {title, job_title, job, headline},
    {email},
    phone_words,
    web_words,
    {linkedin, sales_navigator},
    {handle},
    {industry, category, industry_code},
    {employees, size},
    {revenue, sales},
    {founded},
    text_words,
    place_words | Concepts{headquarters},
};

class Understanding {
 public:
  explicit Understanding(const Reading& reading) : reading_(reading), left_(reading.concepts) {}

  Meaning result() {
    meaning_.soft = left_.has(soft);
    meaning_.unsure = !reading_.unknown.empty();
    meaning_.secondary = left_.has(secondary) || reading_.ordinal >= 2;
    meaning_.mailing = left_.has(mailing);
    settle_exceptions();
    if (block()) return meaning_;
    settle_entity();
    drop_repetitions();
    decide();
    settle_rank();
    return meaning_;
  }

 private:
  bool has(Concept word) const { return left_.has(word); }
  void drop(const Concepts& words) { left_ = left_.without(words); }

  /// Pairs in which a blocking word is a part of the name.
  void settle_exceptions() {
    const bool counts_people = has(employees);
    if (has(last)) {
      drop({last});
      if (has(first_name)) {  // "Name (first and last)"
        left_.insert(last_name);
      } else if (has(name) && !left_.any({company, person})) {
        drop({name});
        left_.insert(last_name);
      } else if (left_.empty() && reading_.unknown.empty()) {
        left_.insert(last_name);
      } else {
        left_.insert(time);
      }
    }
    if (has(founded)) drop({date, year});
    if (has(revenue) || has(sales)) drop({year, count});
    if (counts_people) drop({count, number});
    if (left_.any(phone_words) || has(email) || has(street) || has(address)) drop({number});
    if (has(code) && left_.any({zip, country, state, country_code, region})) {
      if (has(country)) left_.insert(country_code);
      drop({code});
    }
    if (has(sub) && left_.any({industry, category})) {
      drop({sub});
      meaning_.rank += 8;
    }
    // "Industry Description" says it in words.
    if (has(industry) && has(description)) drop({description});
    if (has(industry_code) && left_.any(text_words | Concepts{industry, name})) {
      left_.insert(industry);
      meaning_.rank += 12;
      drop(text_words | Concepts{industry_code, name});
    }
    // "LinkedIn ID": an address or a number, the values tell.
    if (has(linkedin) && has(identifier)) {
      drop({identifier});
      meaning_.soft = true;
    }
    // "Email for ...": handled while reading. "ID" behind a hashed address is its kind.
    if (has(hashed) && left_.any({linkedin, url, sales_navigator})) drop({identifier});
  }

  bool block() {
    Concepts blocking = left_ & foreign;
    if (left_.any({number, count, code, date, year})) {
      blocking = blocking | (left_ & Concepts{number, count, code, date, year});
    }
    if (blocking == Concepts{label} && left_ == blocking && reading_.terms.size() == 1 &&
        (reading_.normal == "type" || reading_.normal == "types")) {
      meaning_.attribute = Attribute::bare_type;
      return true;
    }
    if (has(industry_code)) blocking.insert(industry_code);
    if (has(vendor) && (left_.any(web_words | Concepts{handle}) || left_ == Concepts{vendor}) &&
        !left_.any({email, linkedin})) {
      blocking.insert(vendor);
    }
    if (blocking.empty()) return false;
    meaning_.blocked = true;
    for (const Term& term : reading_.terms) {
      if (blocking.has(term.meant)) {
        meaning_.blocked_by = term.text;
        break;
      }
    }
    return true;
  }

  void settle_entity() {
    // "Business Phone" is the person's phone at work, "Business Name" the company.
    if (has(company) && (has(email) || left_.any(phone_words))) {
      const bool only_business = std::ranges::all_of(reading_.terms, [](const Term& term) {
        return term.meant != company || term.text == "business";
      });
      if (only_business) {
        drop({company});
        left_.insert(work);
      }
    }
    if (has(owner)) {
      const bool business_owner = !has(company) || reading_.normal.find("business") == 0;
      drop({company});
      if (!business_owner) {
        meaning_.blocked = true;
      } else if (left_.any(Concepts{first_name, last_name, full_name, name, email, linkedin,
                                    sales_navigator, title, job_title} |
                           phone_words)) {
        meaning_.of_owner = true;
        if (has(name)) left_.insert(full_name);
        drop({owner, name, person});
        meaning_.entity = Entity::person;
      }
    }
    const Concepts whose = left_ & Concepts{company, person};
    if (whose == Concepts{company}) meaning_.entity = Entity::company;
    if (whose == Concepts{person}) meaning_.entity = Entity::person;
    if (whose.size() == 2) {
      // The later noun is the head ("Contact Company"), but "X of Y" has it first; things that
      // only companies have are the company's.
      Entity first = Entity::none;
      Entity last_named = Entity::none;
      for (const Term& term : reading_.terms) {
        if (term.meant != company && term.meant != person) continue;
        last_named = term.meant == company ? Entity::company : Entity::person;
        if (first == Entity::none) first = last_named;
      }
      meaning_.entity = reading_.joined_by_preposition ? first : last_named;
      if (left_.any(place_words)) meaning_.entity = Entity::company;
      if (left_.any({first_name, last_name, full_name, job_title, title})) {
        meaning_.entity = Entity::person;
      }
    }
    if (has(headquarters)) {
      meaning_.entity = Entity::company;
      if (left_.any(place_words | phone_words | Concepts{email, website})) drop({headquarters});
    }
    if (left_.any(place_words)) {
      if (left_.any({billing, shipping, work}) && meaning_.entity == Entity::none) {
        meaning_.entity = Entity::company;
      }
      if (has(personal)) meaning_.entity = Entity::person;
    }
  }

  /// Words that only repeat or specify another one.
  void drop_repetitions() {
    if (has(employees) &&
        left_.any(Concepts{first_name, last_name, full_name, name, email, job_title, title} |
                  phone_words)) {
      drop({employees});
      meaning_.entity = Entity::person;
    }
    if (has(employees) && has(linkedin)) drop({linkedin});
    // "Email 1 First Name": whose address it is.
    if (has(email) && left_.any({first_name, last_name, full_name})) drop({email});
    if (has(email) && reading_.ordinal > 0 && left_.any({title, job_title})) {
      drop({email});
      meaning_.entity = Entity::person;
    }
    if (has(email)) drop({address, url, page});
    if (left_.any({phone, mobile, messenger_phone})) drop({country_code, country});
    if (has(sales_navigator)) drop({linkedin});
    if (left_.any({linkedin, sales_navigator})) drop(web_words);
    drop_by_order();
    if (left_.any({website, domain})) drop({url, page, profile, address});
    if (has(domain)) drop({name, website});
    if (has(profile)) drop({url, page});
    if (left_.any(place_parts)) drop({address, location});
    if (left_.any(place_words)) drop({name});
    if (has(address)) drop({location});
    if (has(industry)) drop({category, name, job});
    if (has(category)) drop({name});
    if (has(employees)) drop({size});
    if (has(revenue)) drop({sales, size});
    if (has(job_title)) drop({job, title, name});
    if (has(job) && has(title)) {
      drop({job, title});
      left_.insert(job_title);
    }
    if (has(headline)) drop({profile, job, title});
    if (has(job) &&
        left_.any({company, email, employees, industry, founded, revenue, website, domain})) {
      drop({job});
    }
    if (left_.any({first_name, last_name, full_name})) drop({name});
    if (has(first_name) && has(last_name)) {
      drop({first_name, last_name});
      left_.insert(full_name);
    }
    if (has(full) && has(name) && !has(company)) {
      drop({name});
      left_.insert(full_name);
    }
    if (has(description)) drop({about});
    if (has(bio) && has(company)) {
      drop({bio});
      left_.insert(description);
    }
    if (left_.any(text_words)) drop({profile});
    // A tool's name before something that is not a page of it.
    if (has(linkedin) &&
        left_.any(Concepts{employees, industry, headline, job_title, title, founded, size} |
                  place_words)) {
      drop({linkedin});
      meaning_.rank += 5;
    }
  }

  /// What the first and the last word of a header tell.
  void drop_by_order() {
    if (reading_.terms.empty()) return;
    const Term& first = reading_.terms.front();
    const Term& last_term = reading_.terms.back();
    // "profile_name", "profile_location": what stands on somebody's page.
    if (first.meant == profile && !has(linkedin) && !left_.without(web_words).empty()) {
      drop({profile});
      if (meaning_.entity == Entity::none) meaning_.entity = Entity::person;
    }
    // "Default Address Company": in English the last noun is the head.
    const bool in_english = (first.languages & last_term.languages & english) != 0;
    if (in_english && last_term.meant == company && has(address) && !left_.any(place_parts) &&
        !reading_.joined_by_preposition) {
      drop({address, billing, shipping});
    }
  }

  int groups_left() const {
    return static_cast<int>(
        std::ranges::count_if(groups, [&](const Concepts& group) { return left_.any(group); }));
  }

  void decide() {
    if (meaning_.blocked) return;
    if (has(linkedin)) return decide_linkedin();
    if (groups_left() > 1 && !(has(email) && has(domain))) return;
    if (has(email)) {
      meaning_.attribute = has(domain)     ? Attribute::email_domain
                           : has(personal) ? Attribute::personal_email
                                           : Attribute::email;
    } else if (left_.any(phone_words)) {
      meaning_.attribute = Attribute::phone;
    } else if (has(sales_navigator)) {
      meaning_.attribute = Attribute::sales_navigator;
    } else if (left_.any(web_words)) {
      decide_web();
    } else if (left_.any(place_words) || has(headquarters)) {
      decide_place();
    } else if (left_.any(name_words)) {
      decide_name();
    } else if (left_.any({title, job_title, job, headline})) {
      decide_job();
    } else if (left_.any(text_words)) {
      decide_text();
    } else if (!decide_company_fact()) {
      decide_noun();
    }
  }

  void decide_linkedin() {
    const Concepts others = left_.without({linkedin});
    if (others.any(text_words)) {
      meaning_.attribute = Attribute::linkedin_text;
    } else if (others.any({handle})) {
      meaning_.attribute = Attribute::linkedin_handle;
    } else if (groups_left() == 1) {
      meaning_.attribute = Attribute::linkedin;
      if (has(personal)) meaning_.entity = Entity::person;
    }
  }

  void decide_web() {
    if (has(personal)) {
      meaning_.blocked = true;
    } else if (has(domain)) {
      meaning_.attribute = Attribute::domain;
    } else if (has(website)) {
      meaning_.attribute = Attribute::website;
      meaning_.rank += 2;
    } else if (has(url) && meaning_.entity == Entity::company) {
      meaning_.attribute = Attribute::website;
      meaning_.rank += 4;
    } else if (has(url) && meaning_.entity == Entity::none) {
      meaning_.attribute = Attribute::bare_url;
    } else if (!has(page) || meaning_.entity == Entity::company) {
      meaning_.attribute = Attribute::bare_profile;
    }
  }

  void decide_place() {
    meaning_.attribute = Attribute::place;
    const Concepts parts = left_ & place_parts;
    const auto only = [&](const Concepts& allowed) {
      return !parts.empty() && parts.without(allowed).empty();
    };
    if (parts.empty()) {
      meaning_.part = Part::whole;
      meaning_.address_like = has(address);
      meaning_.rank += has(full) ? 1 : has(location) ? 1 : has(address) ? 2 : 3;
    } else if (only({country, region}) && has(country)) {
      meaning_.part = Part::country;
    } else if (only({country, country_code})) {
      meaning_.part = Part::country_code;
    } else if (only({state, region, state_or_status})) {
      meaning_.part = Part::state;
      meaning_.ambiguous_state = parts == Concepts{state_or_status};
    } else if (only({zip})) {
      meaning_.part = Part::zip;
    } else if (only({street})) {
      meaning_.part = Part::street;
    } else if (only({city})) {
      meaning_.part = Part::city;
    } else if (only({neighborhood})) {
      meaning_.part = Part::neighborhood;
    } else {
      meaning_.part = Part::whole;  // "City, State" in one cell
      meaning_.rank += 10;
    }
    switch (meaning_.part) {
      case Part::whole:
        break;
      case Part::city:
        meaning_.rank += 20;
        break;
      case Part::state:
        meaning_.rank += has(region) && !has(state) ? 32 : 30;
        break;
      case Part::country:
        meaning_.rank += 40;
        break;
      case Part::country_code:
        meaning_.rank += 42;
        break;
      case Part::street:
        meaning_.rank += 45;
        break;
      case Part::zip:
        meaning_.rank += 50;
        break;
      case Part::neighborhood:
        meaning_.rank += 60;
        break;
    }
    if (meaning_.ambiguous_state && meaning_.entity != Entity::none) meaning_.blocked = true;
  }

  void decide_name() {
    if (has(name_infix)) {
      meaning_.attribute = Attribute::name_infix;
    } else if (has(first_name)) {
      meaning_.attribute = Attribute::first_name;
    } else if (has(last_name)) {
      meaning_.attribute = Attribute::last_name;
    } else if (has(full_name)) {
      meaning_.attribute = Attribute::full_name;
    } else if (meaning_.entity == Entity::company) {
      meaning_.attribute = Attribute::company;
    } else if (meaning_.entity == Entity::person) {
      meaning_.attribute = Attribute::full_name;
      meaning_.bare_name = true;
    } else if (left_.any({legal_name, trade_name})) {
      meaning_.attribute = Attribute::company;
    } else {
      meaning_.attribute = Attribute::bare_name;
    }
  }

  void decide_job() {
    if (has(headline)) {
      meaning_.attribute = Attribute::headline;
      meaning_.rank += 20;
    } else if (has(title) && meaning_.entity == Entity::none && !left_.any({current, work})) {
      meaning_.attribute = Attribute::bare_title;
    } else {
      meaning_.attribute = Attribute::job_title;
      if (has(job)) meaning_.rank += 4;
    }
  }

  void decide_text() {
    if (has(bio)) {
      meaning_.attribute = Attribute::none;
      meaning_.blocked = true;
    } else if (meaning_.entity == Entity::person) {
      meaning_.blocked = true;
    } else if (has(description) && has_phrase_of_company()) {
      meaning_.attribute = Attribute::company_description;
      if (has(full)) meaning_.rank += 3;
    } else if (has(description)) {
      meaning_.attribute = Attribute::bare_description;
      meaning_.rank += has(full) ? 4 : 1;
    } else {
      meaning_.attribute =
          meaning_.entity == Entity::company ? Attribute::company_description : Attribute::about;
      meaning_.rank += 4;
    }
  }

  /// "Company Description", "Unternehmensprofil": phrases of the data files that already say whose.
  bool has_phrase_of_company() const {
    if (meaning_.entity == Entity::company) return true;
    return std::ranges::any_of(reading_.terms, [](const Term& term) {
      if (term.meant != description) return false;
      for (const std::string_view owner_word :
           {"company", "business", "firmen", "unternehmens", "entreprise", "empresa", "azienda",
            "bedrijfs", "aziendale"}) {
        if (term.text.find(owner_word) != std::string::npos) return true;
      }
      return false;
    });
  }

  bool decide_company_fact() {
    if (has(industry)) {
      meaning_.attribute = Attribute::industry;
      const bool of_profile = meaning_.entity == Entity::none && reading_.concepts.has(profile);
      if (meaning_.entity == Entity::person || of_profile) {
        meaning_.entity = Entity::person;
        meaning_.rank += 15;
      }
    } else if (has(category)) {
      meaning_.attribute = Attribute::category;
      meaning_.rank += 3;
    } else if (has(employees)) {
      meaning_.attribute = Attribute::employees;
    } else if (has(size)) {
      meaning_.attribute =
          meaning_.entity == Entity::company ? Attribute::employees : Attribute::bare_size;
      meaning_.rank += 6;
    } else if (has(revenue)) {
      meaning_.attribute = Attribute::revenue;
    } else if (has(sales)) {
      const bool refined = has(annual) || has(currency) || meaning_.entity == Entity::company;
      meaning_.attribute = refined ? Attribute::revenue : Attribute::sales;
    } else if (has(founded)) {
      meaning_.attribute = Attribute::founded;
    } else {
      return false;
    }
    return true;
  }

  void decide_noun() {
    if (has(handle)) return;
    if (has(owner)) {
      meaning_.attribute = Attribute::owner;
    } else if (left_.any({legal_name, trade_name}) && meaning_.entity != Entity::person) {
      meaning_.attribute = Attribute::company;
    } else if (meaning_.entity == Entity::company) {
      meaning_.attribute = Attribute::company;
    } else if (meaning_.entity == Entity::person) {
      meaning_.attribute = Attribute::person;
    }
  }

  void settle_rank() {
    int& rank = meaning_.rank;
    const bool of_company = meaning_.entity == Entity::company;
    if (meaning_.attribute == Attribute::phone) {
      if (of_company) {
        rank += 30;
      } else if (has(direct)) {
        rank += 0;
      } else if (has(work)) {
        rank += 2;
      } else if (has(personal)) {
        rank += 12;
      } else if (has(mobile)) {
        rank += 8;
      } else if (has(messenger_phone)) {
        rank += 16;
      } else {
        rank += 4;
      }
    }
    if (meaning_.attribute == Attribute::email) {
      rank += of_company ? 20 : has(work) ? 0 : has(recommended) ? 3 : 2;
    }
    if (meaning_.attribute == Attribute::email_domain) rank += 20;
    if (has(secondary)) rank += meaning_.attribute == Attribute::industry ? 6 : 14;
    if (reading_.ordinal >= 2) rank += std::min(reading_.ordinal, 9) * 2;
    if (meaning_.attribute == Attribute::place && has(shipping)) rank += 15;
    if (meaning_.soft) rank += 15;
    if (has(hashed)) rank += 10;
    if (meaning_.attribute == Attribute::industry && !has(main)) rank += 1;
    if (has(range)) rank += 8;
    if (has(minimum)) rank += 8;
    if (has(maximum)) rank += 9;
    if (meaning_.attribute == Attribute::employees && !has(exact)) rank += 1;
    if (meaning_.attribute == Attribute::company) {
      if (has(legal_name)) rank += 6;
      if (has(trade_name)) rank += 8;
      if (reading_.concepts.has(person)) rank += 2;
    }
    if (meaning_.attribute == Attribute::sales_navigator) rank += 12;
  }

  const Reading& reading_;
  Concepts left_;
  Meaning meaning_;
};

}  // namespace

Meaning understand(const Reading& reading) { return Understanding(reading).result(); }

}  // namespace csvm::columns
