#include "hosts.h"

#include <unordered_set>

#include "ascii.h"
#include "csvm/clean.h"
#include "data.h"
#include "suffixes.h"

namespace csvm::clean {
namespace {

/// Domains of a data file: plain ones, those that stand for any public suffix ("yahoo.*") and
/// those whose customers have a name under them ("*.wordpress.com").
class DomainSet {
 public:
  explicit DomainSet(std::string_view text) {
    for_each_line(text, [this](std::string_view line) {
      const bool named_below = line.starts_with("*.");
      if (named_below) line.remove_prefix(2);
      const bool any_suffix = line.ends_with(".*");
      if (any_suffix) line.remove_suffix(2);
      auto& set = any_suffix ? (named_below ? families_named_below_ : families_)
                             : (named_below ? named_below_ : domains_);
      set.insert(line);
    });
  }

  /// `host` itself, whatever its kind of entry.
  bool holds(std::string_view host) const {
    return domains_.contains(host) || named_below_.contains(host) ||
           is_of_family(host, families_) || is_of_family(host, families_named_below_);
  }

  /// `host` itself or something under an entry, but for those with names of their own below.
  bool holds_or_covers(std::string_view host) const {
    if (named_below_.contains(host) || is_of_family(host, families_named_below_)) return true;
    for (std::string_view rest = host;;) {
      if (named_below_.contains(rest)) return false;
      if (domains_.contains(rest)) return true;
      const std::size_t dot = rest.find('.');
      if (dot == std::string_view::npos) break;
      rest.remove_prefix(dot + 1);
    }
    const std::string_view own = registrable_domain(host);
    return !own.empty() && is_of_family(own, families_);
  }

 private:
  using Set = std::unordered_set<std::string_view>;

  static bool is_of_family(std::string_view host, const Set& families) {
    const std::size_t dot = host.find('.');
    if (dot == std::string_view::npos || !families.contains(host.substr(0, dot))) return false;
    return public_suffix(host) == host.substr(dot + 1);
  }

  Set domains_;
  Set named_below_;
  Set families_;
  Set families_named_below_;
};

const DomainSet& shared_hosts() {
  static const DomainSet set(shared_hosts_text);
  return set;
}

const DomainSet& free_mail_domains() {
  static const DomainSet set(free_mail_text);
  return set;
}

}  // namespace

std::string_view without_path(std::string_view value) {
  return value.substr(0, value.find_first_of("/?#"));
}

bool is_ip_address(std::string_view value) {
  int numbers = 0;
  while (true) {
    const std::size_t dot = value.find('.');
    const std::string_view part = value.substr(0, dot);
    if (part.empty() || part.size() > 3) return false;
    int number = 0;
    for (const char c : part) {
      if (!is_digit(c)) return false;
      number = number * 10 + (c - '0');
    }
    if (number > 255) return false;
    ++numbers;
    if (dot == std::string_view::npos) return numbers == 4;
    value.remove_prefix(dot + 1);
  }
}

bool is_host(std::string_view value) {
  if (value.size() > 253) return false;
  int labels = 0;
  while (true) {
    const std::size_t dot = value.find('.');
    const std::string_view label = value.substr(0, dot);
    if (label.empty() || label.size() > 63) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    bool number = true;
    for (const char c : label) {
      if (!is_lower(c) && !is_digit(c) && c != '-' && c != '_' && !is_high(c)) return false;
      number = number && is_digit(c);
    }
    ++labels;
    if (dot == std::string_view::npos) return labels >= 2 && !number && label.size() >= 2;
    value.remove_prefix(dot + 1);
  }
}

std::string_view registrable_domain(std::string_view host) {
  host = without_path(host);
  if (!is_host(host)) return {};
  const std::string_view suffix = public_suffix(host);
  if (suffix.empty() || suffix.size() >= host.size()) return {};
  const std::size_t end = host.size() - suffix.size() - 1;  // the dot before the suffix
  const std::size_t dot = host.substr(0, end).rfind('.');
  return dot == std::string_view::npos ? host : host.substr(dot + 1);
}

bool is_shared_by_path(std::string_view host) {
  return is_shared_host(host) && !free_mail_domains().holds(host);
}

bool is_shared_host(std::string_view host) {
  host = without_path(host);
  return shared_hosts().holds_or_covers(host) || is_free_mail_domain(host);
}

bool is_free_mail_domain(std::string_view domain) { return free_mail_domains().holds(domain); }

}  // namespace csvm::clean
