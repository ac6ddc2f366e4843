#include <libpsl.h>

#include <fstream>

#include "hosts.h"
#include "suffixes.h"
#include "tests/cleaned.h"

namespace csvm::clean {
namespace {

using columns::Role;

TEST(Domains, AreReducedToTheHost) {
  expect_all(Role::company_domain, {{"https://acme.com", "acme.com"},
                                    {"HTTP://WWW.Acme.COM/", "acme.com"},
                                    {"https://www.acme.com/about?x=1#top", "acme.com"},
                                    {"www.acme.com", "acme.com"},
                                    {"www2.acme.com", "acme.com"},
                                    {"m.acme.com", "acme.com"},
                                    {"http://www.www2.acme.com", "acme.com"},
                                    {"acme.com/", "acme.com"},
                                    {"acme.com/#", "acme.com"},
                                    {"acme.com?", "acme.com"},
                                    {"acme.com:8080", "acme.com"},
                                    {"https://user:secret@acme.com:443/x", "acme.com"},
                                    {"acme.com.", "acme.com"},
                                    {".acme.com..", "acme.com"},
                                    {"//acme.com", "acme.com"},
                                    {"http//acme.com", "acme.com"},
                                    {"https:acme.com", "acme.com"},
                                    {"http:/acme.com", "acme.com"},
                                    {"http://https://acme.com", "acme.com"},
                                    {"info@acme.com", "acme.com"},
                                    {"mailto:info@Acme.com", "acme.com"},
                                    {"[Acme](https://www.acme.com/x)", "acme.com"},
                                    {"[acme.com](http://acme.com \"Acme\")", "acme.com"},
                                    {"<https://acme.com>", "acme.com"},
                                    {"acme.com,", "acme.com"},
                                    {"\"acme.com\"", "acme.com"},
                                    {"Shop.Acme.co.uk/uk", "shop.acme.co.uk"},
                                    {"http://192.168.0.1:8080/x", "192.168.0.1"},
                                    {"http://intranet.acme.corp/x", "intranet.acme.corp"},
                                    {"Booking.com", "booking.com"},
                                    // Names set aside for documents, and ends the list lacks.
                                    {"www.acme.example", "acme.example"},
                                    {"Acme.Example.", "acme.example"},
                                    {"WWW.acme.newending/x", "acme.newending"}});
  expect_kept(Role::company_domain, {"acme.com", "shop.acme.co.uk", "a-b.de", "3m.com", "x.ai"});
}

TEST(Domains, AreReadableWhenInternational) {
  expect_all(Role::company_domain,
             {{"https://www.xn--mller-kva.de/", "m\u00fcller.de"},
              {"M\u00dcLLER.de", "m\u00fcller.de"},
              {"XN--MLLER-KVA.DE", "m\u00fcller.de"},
              {"http://xn--80ak6aa92e.com", "\u0430\u0440\u0440\u04cf\u0435.com"},
              {"xn--55qx5d.xn--fiqs8s", "\u516c\u53f8.\u4e2d\u56fd"},
              {"stra\u00dfe.de/x", "stra\u00dfe.de"}});
  // Punycode that is none stays.
  expect_kept(Role::company_domain, {"xn--a.com", "m\u00fcller.de"});
}

TEST(Domains, ThatAreNoneStay) {
  expect_kept(Role::company_domain, {"Acme Inc",
                                     "Acme",
                                     "No",
                                     "Node.js",
                                     "acme",
                                     "A.C.M.E. Ltd",
                                     "acme.com (old)",
                                     "acme.com, acme.io",
                                     "acme.com acme.de",
                                     "http://",
                                     "www.",
                                     "https://www.",
                                     "1.2",
                                     "12.5",
                                     "-acme-.com",
                                     "acme..com",
                                     "acme .com",
                                     "acme.local",
                                     "@acme",
                                     "C:\\acme",
                                     "St. Mary",
                                     "acme.com:abc"});
}

TEST(Domains, KeepPrefixesThatAreTheName) {
  expect_kept(Role::company_domain, {"m.me", "www.com", "www.co.uk"});
  expect_all(Role::company_domain, {{"https://www.com/", "www.com"}, {"http://m.co", "m.co"}});
}

TEST(Domains, KeepThePageOnAHostThatAnybodyHasOneOn) {
  expect_all(Role::company_domain,
             {{"https://www.facebook.com/AcmeInc/?ref=br", "facebook.com/AcmeInc"},
              {"https://www.facebook.com/profile.php?id=1#x", "facebook.com/profile.php?id=1"},
              {"https://www.google.com/maps/?cid=7", "google.com/maps/?cid=7"},
              {"https://instagram.com/acme?utm_source=x&igshid=1", "instagram.com/acme"},
              {"http://m.facebook.com/", "facebook.com"},
              {"https://linktr.ee/acme", "linktr.ee/acme"},
              {"https://acme.wordpress.com/about", "acme.wordpress.com"},
              {"https://sites.google.com/view/acme/", "sites.google.com/view/acme"},
              {"jane@gmail.com", "gmail.com"}});
}

TEST(Domains, FollowTheConfiguredPrefixesAndSuffixes) {
  Rules rules;
  rules.domain_prefixes = {"shop."};
  rules.domain_suffixes = {"/", ".hsforms.net"};
  Cleaner cleaner(rules);
  EXPECT_EQ(cleaner.clean(Role::company_domain, "https://shop.acme.com/x"), "acme.com");
  EXPECT_EQ(cleaner.clean(Role::company_domain, "www.acme.com"), "www.acme.com");
  EXPECT_EQ(cleaner.clean(Role::company_domain, "acme.com.hsforms.net"), "acme.com");
}

TEST(RegistrableDomain, FollowsThePublicSuffixList) {
  EXPECT_EQ(registrable_domain("acme.com"), "acme.com");
  EXPECT_EQ(registrable_domain("shop.acme.co.uk"), "acme.co.uk");
  EXPECT_EQ(registrable_domain("a.b.acme.github.io"), "acme.github.io");
  EXPECT_EQ(registrable_domain("store.myshopify.com"), "store.myshopify.com");
  EXPECT_EQ(registrable_domain("x.city.kawasaki.jp"), "city.kawasaki.jp");
  EXPECT_EQ(registrable_domain("a.www.ck"), "www.ck");
  EXPECT_EQ(registrable_domain("a.b.ck"), "a.b.ck");
  EXPECT_EQ(registrable_domain("intranet.acme.corp"), "acme.corp");
  EXPECT_EQ(registrable_domain("facebook.com/acme"), "facebook.com");
  for (const char* none : {"", "com", "co.uk", "b.ck", "acme", "1.2.3.4", "Acme Inc", "a..com",
                           ".com", "com.", "-a.com"}) {
    EXPECT_EQ(registrable_domain(none), "") << none;
  }
}

// Our table against libpsl, for every rule of the list: the rule, and one and two labels more.
TEST(RegistrableDomain, IsWhatLibpslSays) {
  psl_ctx_t* list = psl_load_file("/usr/share/publicsuffix/public_suffix_list.dat");
  if (list == nullptr) GTEST_SKIP() << "package publicsuffix is not installed";
  std::ifstream file("/usr/share/publicsuffix/public_suffix_list.dat");
  int rules = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with("//")) continue;
    if (line.starts_with("!")) line = line.substr(1);
    if (line.starts_with("*.")) line = "wild" + line.substr(1);
    ++rules;
    for (const std::string& host : {line, "acme." + line, "www.acme." + line}) {
      const char* expected = psl_registrable_domain(list, host.c_str());
      if (!is_host(host)) continue;
      EXPECT_EQ(registrable_domain(host), expected == nullptr ? "" : expected) << host;
    }
  }
  EXPECT_GT(rules, 5000);
  psl_free(list);
}

TEST(SharedHosts, NameNobody) {
  for (const char* host : {"facebook.com", "de-de.facebook.com", "linktr.ee", "gmail.com",
                           "sites.google.com", "google.de", "maps.google.co.uk", "amazon.co.jp",
                           "wordpress.com", "instagram.com/acme", "yelp.ca", "yahoo.co.jp"}) {
    EXPECT_TRUE(is_shared_host(host)) << host;
  }
  for (const char* host : {"acme.com", "acme.wordpress.com", "store.myshopify.com", "face.book",
                           "notfacebook.com", "google.acme.com", "", "com"}) {
    EXPECT_FALSE(is_shared_host(host)) << host;
  }
}

TEST(FreeMailDomains, AreKnownInManyCountries) {
  for (const char* domain :
       {"gmail.com", "yahoo.com", "yahoo.co.jp", "hotmail.fr", "outlook.com.br", "web.de", "gmx.at",
        "qq.com", "naver.com", "libero.it", "mail.ru", "wp.pl", "seznam.cz", "rediffmail.com",
        "icloud.com", "mailinator.com"}) {
    EXPECT_TRUE(is_free_mail_domain(domain)) << domain;
  }
  for (const char* domain : {"acme.com", "yahoo.acme.com", "", "gmail", "mygmail.com"}) {
    EXPECT_FALSE(is_free_mail_domain(domain)) << domain;
  }
}

}  // namespace
}  // namespace csvm::clean
