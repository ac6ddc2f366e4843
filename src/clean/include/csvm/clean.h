// csvm/clean.h - a raw value -> the same value, cleaned. The only public header of module `clean`.
//
//   a cell and the role of its column --> Cleaner --> cluster, merge
//
// Only what is sure, counted per rule; every rule is idempotent and can be switched off. What each
// rule does and leaves alone stands in src/clean/README.md.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/columns.h"

namespace csvm::clean {

/// One switchable, counted rule.
enum class Rule : std::uint8_t {
  whitespace,    // runs, line breaks, no-break and zero-width characters, ends
  placeholders,  // "N/A", "null", "-" ... become empty
  domains,   // scheme, www., port, path, query, dots and slashes removed; lower case; IDN readable
  names,     // ALL CAPS and all-lowercase person names
  emails,    // lower case, mailto:, several in one cell split
  linkedin,  // canonical URLs; handle from URL
};
inline constexpr std::size_t rule_count = 6;
std::string_view to_string(Rule rule);
std::optional<Rule> rule_named(std::string_view name);

struct Rules {
  std::bitset<rule_count> enabled = std::bitset<rule_count>().set();
  /// Cut off the start of a host as long as a registrable domain remains. Schemes always go.
  std::vector<std::string> domain_prefixes = {"https://", "http://", "www.", "www2.", "m."};
  /// Cut off the end of a host. What starts with a slash, `?` or `#` always goes.
  std::vector<std::string> domain_suffixes = {"/", "/#", "?"};
  std::vector<std::string> personal_email_domains;  // besides the built-in ones

  bool on(Rule rule) const { return enabled.test(static_cast<std::size_t>(rule)); }
};

/// How many values each rule changed.
struct Counts {
  std::array<std::uint64_t, rule_count> changed{};
  std::uint64_t& operator[](Rule rule) { return changed[static_cast<std::size_t>(rule)]; }
  std::uint64_t operator[](Rule rule) const { return changed[static_cast<std::size_t>(rule)]; }
  Counts& operator+=(const Counts& other);
  bool operator==(const Counts&) const = default;
};

/// Spreadsheet damage seen in values; it is reported, never repaired.
struct Damage {
  std::uint64_t scientific_numbers = 0;  // 4.41E+11 in a phone or employee column
  std::uint64_t dates_from_ranges = 0;   // Nov-50 in an employee column
  std::uint64_t mojibake = 0;            // UTF-8 that was read as Windows-1252; U+FFFD

  /// Phone numbers without their leading zero, as far as other numbers prove that the column
  /// writes one: at least three numbers begin with 0 and are one digit longer. Decided on sums, so
  /// that it does not depend on how the rows were dealt out to threads; add up one column's or one
  /// file's damage, not those of unrelated files.
  std::uint64_t lost_zeros() const;

  /// The evidence: numbers of n digits that begin with 0, and bare digit runs that begin with
  /// another digit and are no North American number.
  std::array<std::uint64_t, 16> phones_with_zero{};
  std::array<std::uint64_t, 16> phones_without_zero{};

  Damage& operator+=(const Damage& other);
  bool operator==(const Damage&) const = default;
};

/// Cleans values of one table, one thread. Cheap to make; keeps buffers.
///
/// Speed: a value that needs nothing is looked at once (no copy, no allocation).
class Cleaner {
 public:
  explicit Cleaner(const Rules& rules);  // borrows `rules`

  /// `value` of a field of `role`, cleaned; borrows `value` or, when something changed, the
  /// cleaner's buffer (valid until the next call). Counts what it did. `Role::other` gets the rules
  /// that fit any column (whitespace, placeholders). Several e-mail addresses in one cell stay in
  /// it, joined by "; ": nothing is lost by not calling `clean_emails`.
  std::string_view clean(columns::Role role, std::string_view value);

  /// For e-mail columns: as `clean`, but the first valid address only; the further ones are
  /// appended to `others` (cleared first). Owned strings: cells with several are rare.
  std::string_view clean_emails(std::string_view value, std::vector<std::string>& others);

  const Counts& counts() const { return counts_; }
  const Damage& damage() const { return damage_; }

 private:
  std::string_view clean_any(columns::Role role, std::string_view value);
  std::string_view counted(Rule rule, std::string_view before, std::string_view after);

  const Rules* rules_;
  std::array<bool, 256> prefix_starts_{};  // [byte]: some domain prefix starts with it
  bool other_suffixes_ = false;            // a domain suffix that is no part of a URL
  std::string text_buffer_;                // after whitespace
  std::string role_buffer_;                // after the rule of the role
  std::vector<std::string> emails_;
  Counts counts_;
  Damage damage_;
};

/// "N/A", "null", "-", "none", "#N/A", "unknown" ... (any case, blanks around, several languages);
/// empty too. `Cleaner` is more careful than this where such a word can be a value: a person may be
/// called "Null", a region "NA".
bool is_placeholder(std::string_view value);

/// The part of a clean host that its owner registered, by the public suffix list (its private
/// section too): "shop.acme.co.uk" -> "acme.co.uk". Empty when there is none (a bare suffix, an IP
/// address, no host at all). Lower case expected; a path after the host is ignored. Borrows `host`.
/// Threads: any.
std::string_view registrable_domain(std::string_view host);

/// A host where anybody has a page (facebook.com, linktr.ee, gmail.com ...): it names nobody. True
/// also for what lies under it (de-de.facebook.com), unless customers get a name of their own there
/// (wordpress.com is shared, acme.wordpress.com is not). A path after the host is ignored.
bool is_shared_host(std::string_view host);
/// A provider of mailboxes for anybody (gmail.com, yahoo.co.jp, web.de ...), or of throw-away ones.
bool is_free_mail_domain(std::string_view domain);

/// The page of a company: "https://www.linkedin.com/company/acme/about" -> "acme" (/school/ and
/// /showcase/ too), and the other way round. Empty if it is none.
std::string linkedin_handle(std::string_view url);
std::string linkedin_company_url(std::string_view handle);
/// The same for a person: "http://uk.linkedin.com/in/Jane-Doe?trk=x" -> "jane-doe". Empty if it is
/// none; an old /pub/ address and a Sales Navigator lead have no such name.
std::string linkedin_person(std::string_view url);

/// The given and the family part of a full name ("Ludwig van Beethoven" -> "Ludwig", "van
/// Beethoven"; "Beethoven, Ludwig van" too). A single word is a first name. Titles ("Dr."), degrees
/// (", MBA"), nicknames in quotes or brackets and middle initials are left out, "Jr." and "III"
/// stay with the family name.
struct NameParts {
  std::string first;
  std::string last;
};
NameParts split_name(std::string_view full_name);

}  // namespace csvm::clean
