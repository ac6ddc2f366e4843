// identifiers.h - addresses and numbers -> what they identify, as hashes. 0 means "nothing".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace csvm::cluster {

/// Hash of the profile of one person ("linkedin.com/in/NAME" in any spelling). A company's page is
/// no person's.
std::uint64_t person_profile(std::string_view url);

/// Hash of the page of one company ("linkedin.com/company/NAME"; a bare handle too).
std::uint64_t company_profile(std::string_view url);

/// An e-mail address taken apart.
struct Mailbox {
  std::uint64_t address = 0;  // without "+tag"; 0: no address
  std::uint64_t domain = 0;   // registered part; 0 on free-mail hosts
  std::uint64_t local = 0;    // what stands before the @, without "+tag"
  bool role = false;          // info@, sales@: nobody's own
  bool free = false;          // on a free-mail host
};

/// A host that was looked up before, and the hash of its registered domain: that of the company,
/// where most have their mailbox.
struct KnownHost {
  std::string_view host;  // lower case; empty: none
  std::uint64_t id = 0;
};

/// The first address in `text`; `scratch` holds what had to be spelled anew.
Mailbox mailbox(std::string_view text, std::string& scratch, const KnownHost& known = {});

/// False when the address in `text`, if there is one, is surely on no free-mail host. Cheap.
bool may_be_free_mail(std::string_view text);

/// A company's site. On hosts where anybody has a page (facebook.com, linktr.ee, myshopify.com) the
/// page or subdomain identifies, the host does not.
struct Site {
  std::uint64_t id = 0;    // registered domain, or the page on a shared host
  std::string_view label;  // the domain's own name ("acme" of acme.co.uk); empty on shared hosts
};

/// `site` may be a host or a whole URL. Views lie in `scratch`, or in `site`.
Site site(std::string_view site, std::string& scratch);

/// `host` as `mailbox` may take it, if all of it says what `found`, its `site`, says.
inline KnownHost known_host(std::string_view host, const Site& found) {
  return found.label.empty() || host.starts_with("www.") ? KnownHost{} : KnownHost{host, found.id};
}

/// The last nine digits of a phone number without its extension; 0 below seven digits.
std::uint64_t phone_number(std::string_view text);

}  // namespace csvm::cluster
