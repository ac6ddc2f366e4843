// One value through the rules: whitespace, placeholders, then the rule of its role.
#include <array>

#include "ascii.h"
#include "csvm/clean.h"
#include "damage.h"
#include "domain.h"
#include "email.h"
#include "linkedin.h"
#include "links.h"
#include "look.h"
#include "name_case.h"
#include "placeholders.h"
#include "whitespace.h"

namespace csvm::clean {
namespace {

using columns::Role;

constexpr std::array<std::string_view, rule_count> rule_names = {
    "whitespace", "placeholders", "domains", "names", "emails", "linkedin"};

bool is_email(Role role) { return role == Role::work_email || role == Role::personal_email; }

/// `value` of a column of LinkedIn pages; borrows `value` or `out`. A bare name is taken for a
/// company's where companies stand. It is never taken for a person's: were it a company's after
/// all, everybody who works there would become one person.
std::string_view clean_linkedin(Role role, std::string_view value, std::string& out) {
  out.clear();
  if (append_canonical_url(value, out)) return out;
  LinkedinPage page = linkedin_page(value);
  if (page.kind == LinkedinKind::none && role == Role::company_linkedin) {
    page = {LinkedinKind::company, bare_linkedin_name(value, false)};
  }
  if (page.name.empty()) return value;
  append_linkedin_url(page, out);
  return out;
}

std::string_view clean_handle(std::string_view value, std::string& out) {
  const LinkedinPage page = linkedin_page(value);
  std::string_view name = page.name;
  switch (page.kind) {
    case LinkedinKind::none:
      name = bare_linkedin_name(value, true);
      break;
    case LinkedinKind::person:
    case LinkedinKind::old_person:
      return value;  // no company's
    default:
      break;
  }
  if (name.empty()) return value;
  out.clear();
  append_linkedin_name(name, out);
  return out;
}

}  // namespace

std::string_view to_string(Rule rule) { return rule_names[static_cast<std::size_t>(rule)]; }

std::optional<Rule> rule_named(std::string_view name) {
  for (std::size_t i = 0; i < rule_count; ++i) {
    if (rule_names[i] == name) return static_cast<Rule>(i);
  }
  return std::nullopt;
}

Counts& Counts::operator+=(const Counts& other) {
  for (std::size_t i = 0; i < rule_count; ++i) changed[i] += other.changed[i];
  return *this;
}

Cleaner::Cleaner(const Rules& rules) : rules_(&rules), placeholder_filter_(&placeholder_filter()) {
  for (const std::string& prefix : rules.domain_prefixes) {
    if (!prefix.empty()) prefix_starts_[static_cast<unsigned char>(prefix.front())] = true;
  }
  for (const std::string& suffix : rules.domain_suffixes) {
    const bool of_url = suffix.empty() || suffix[0] == '/' || suffix[0] == '?' || suffix[0] == '#';
    other_suffixes_ = other_suffixes_ || !of_url;
  }
}

std::string_view Cleaner::counted(Rule rule, std::string_view before, std::string_view after) {
  if (before == after) return before;
  ++counts_[rule];
  return after;
}

std::string_view Cleaner::lowered(std::string_view email) {
  role_buffer_.clear();
  append_lower(email, role_buffer_);
  return counted(Rule::emails, email, role_buffer_);
}

// The rules that fit any column.
inline std::string_view Cleaner::clean_any(Role role, std::string_view value) {
  if (value.empty()) return value;
  const Look look = look_at(value);
  if (look.blanks || look.high) {
    value = normalized(value, look.blanks);
    if (value.empty()) return value;
  }
  if (may_be_placeholder(*placeholder_filter_, value) && rules_->on(Rule::placeholders) &&
      is_placeholder_in(role, value)) {
    return counted(Rule::placeholders, value, {});
  }
  return value;
}

std::string_view Cleaner::normalized(std::string_view value, bool blanks) {
  const HighLook high = look_at_high(value);
  if (high.mojibake) ++damage_.mojibake;
  if (!rules_->on(Rule::whitespace) || !(blanks || high.blanks)) return value;
  normalize_blanks(value, text_buffer_);
  return counted(Rule::whitespace, value, text_buffer_);
}

std::string_view Cleaner::clean(Role role, std::string_view value) {
  if (is_email(role) && rules_->on(Rule::emails)) {
    const std::string_view plain = clean_any(role, value);
    if (plain.empty()) return plain;
    const EmailLook look = look_at_email(plain);
    if (look == EmailLook::clean) return plain;
    if (look == EmailLook::capitals) return lowered(plain);
    emails_.clear();
    find_emails(plain, emails_);
    if (emails_.empty()) return plain;
    role_buffer_.clear();
    for (const std::string& email : emails_) {
      if (!role_buffer_.empty()) role_buffer_ += "; ";
      role_buffer_ += email;
    }
    return counted(Rule::emails, plain, role_buffer_);
  }

  value = clean_any(role, value);
  if (value.empty()) return value;
  switch (role) {
    case Role::first_name:
    case Role::last_name:
    case Role::full_name: {
      if (!rules_->on(Rule::names) || !has_one_case(value)) return value;
      const NameColumn column = role == Role::first_name  ? NameColumn::first
                                : role == Role::last_name ? NameColumn::last
                                                          : NameColumn::full;
      case_name(column, value, role_buffer_);
      return counted(Rule::names, value, role_buffer_);
    }
    case Role::company_domain: {
      if (!rules_->on(Rule::domains)) return value;
      if (!other_suffixes_ && is_clean_domain(value, prefix_starts_)) return value;
      const HostAffixes affixes{rules_->domain_prefixes, rules_->domain_suffixes};
      return counted(Rule::domains, value, clean_domain(value, affixes, role_buffer_));
    }
    case Role::person_linkedin:
    case Role::company_linkedin:
      if (!rules_->on(Rule::linkedin) || is_clean_linkedin_url(value)) return value;
      return counted(Rule::linkedin, value, clean_linkedin(role, value, role_buffer_));
    case Role::company_linkedin_handle:
      if (!rules_->on(Rule::linkedin)) return value;
      return counted(Rule::linkedin, value, clean_handle(value, role_buffer_));
    case Role::phone:
      if (value.front() != '+') note_damage(role, value, damage_);
      return value;
    case Role::employee_count:
      note_damage(role, value, damage_);
      return value;
    default:
      return value;
  }
}

std::string_view Cleaner::clean_emails(std::string_view value, std::vector<std::string>& others) {
  others.clear();
  const std::string_view plain = clean_any(Role::work_email, value);
  if (plain.empty() || !rules_->on(Rule::emails)) return plain;
  const EmailLook look = look_at_email(plain);
  if (look == EmailLook::clean) return plain;
  if (look == EmailLook::capitals) return lowered(plain);
  emails_.clear();
  find_emails(plain, emails_);
  if (emails_.empty()) return plain;
  others.assign(std::make_move_iterator(emails_.begin() + 1),
                std::make_move_iterator(emails_.end()));
  role_buffer_ = emails_.front();
  return counted(Rule::emails, plain, role_buffer_);
}

}  // namespace csvm::clean
