// What holds for any value, shown on values made of hostile pieces.
#include <gtest/gtest.h>

#include <random>

#include "csvm/clean.h"
#include "csvm/text.h"

namespace csvm::clean {
namespace {

using columns::Role;

constexpr Role roles[] = {
    Role::other,           Role::first_name,       Role::last_name,
    Role::full_name,       Role::job_title,        Role::person_linkedin,
    Role::person_location, Role::work_email,       Role::personal_email,
    Role::phone,           Role::company_name,     Role::company_domain,
    Role::industry,        Role::company_linkedin, Role::company_linkedin_handle,
    Role::employee_count,  Role::company_location, Role::year_founded,
};

constexpr std::string_view pieces[] = {
    "a",
    "b",
    "JOHN",
    "smith",
    "Mc",
    "MC",
    "O'",
    "van",
    "de",
    "la",
    "III",
    "Jr.",
    "MBA",
    "\u0130",
    "\u00df",
    "\u03a3",
    "\u00c9",
    "\u01c5",
    "\u0149",
    "\u10d0",
    "\u1c90",
    " ",
    "  ",
    "\t",
    "\n",
    "\u00a0",
    "\u200b",
    "\u200d",
    "\u200c",
    "\ufeff",
    "\u00ad",
    "\u3000",
    "\U0001f468",
    "\x7f",
    "\xff",
    "\xc3",
    "-",
    ".",
    "..",
    ",",
    ";",
    ":",
    "|",
    "/",
    "//",
    "?",
    "#",
    "@",
    "%",
    "%c3%bc",
    "%2F",
    "&",
    "'",
    "\"",
    "<",
    ">",
    "(",
    ")",
    "[",
    "](",
    "\\",
    "_",
    "+",
    "=",
    "0",
    "1",
    "42",
    "E",
    "http",
    "https://",
    "HTTP://",
    "mailto:",
    "www.",
    "WWW.",
    "m.",
    "acme",
    "Acme",
    ".com",
    ".de",
    ".co.uk",
    "com",
    "xn--",
    "xn--mller-kva",
    "m\u00fcller",
    "facebook.com",
    "gmail.com",
    "linkedin.com",
    "www.linkedin.com/",
    "in/",
    "/in/",
    "pub/",
    "company/",
    "sales/lead/",
    "ACoAAB",
    "N/A",
    "null",
    "none",
    "or",
    "a@b.co",
    "C@d.io",
    "?x=1",
    ":80",
    "\u3002",
};

std::string made_of_pieces(std::mt19937& random) {
  std::string value;
  for (std::size_t count = random() % 7; count > 0; --count) {
    value += pieces[random() % std::size(pieces)];
  }
  return value;
}

std::string without_blanks(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) > ' ' && c != '\x7f') out.push_back(c);
  }
  return out;
}

// Every set of rules, every role: a second run changes nothing and counts nothing.
TEST(EveryRule, IsIdempotent) {
  const unsigned seed = 4711;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 60000 && !testing::Test::HasFailure(); ++round) {
    Rules rules;
    if (round % 2 == 0) rules.enabled = std::bitset<rule_count>(random());
    const std::string value = made_of_pieces(random);
    const Role role = roles[random() % std::size(roles)];
    Cleaner cleaner(rules);
    const std::string once(cleaner.clean(role, value));
    Cleaner again(rules);
    EXPECT_EQ(again.clean(role, once), once)
        << testing::PrintToString(value) << " role " << static_cast<int>(role) << " rules "
        << rules.enabled;
    EXPECT_EQ(again.counts(), Counts()) << testing::PrintToString(value);
    if (text::is_valid_utf8(value)) {
      EXPECT_TRUE(text::is_valid_utf8(once)) << testing::PrintToString(value);
    }
  }
}

TEST(EveryRule, ThatIsOffChangesNothing) {
  std::mt19937 random(4712);
  Rules rules;
  rules.enabled.reset();
  Cleaner cleaner(rules);
  std::vector<std::string> others;
  for (int round = 0; round < 20000; ++round) {
    const std::string value = made_of_pieces(random);
    for (const Role role : roles) EXPECT_EQ(cleaner.clean(role, value), value);
    EXPECT_EQ(cleaner.clean_emails(value, others), value);
    EXPECT_TRUE(others.empty());
  }
  EXPECT_EQ(cleaner.counts(), Counts());
}

// Columns without a rule of their own lose blanks and placeholders, never anything else.
TEST(OtherColumns, KeepEveryVisibleByte) {
  std::mt19937 random(4713);
  const Rules rules;
  Cleaner cleaner(rules);
  for (int round = 0; round < 20000; ++round) {
    std::string value = made_of_pieces(random);
    if (!text::is_ascii(value) || is_placeholder(without_blanks(value))) continue;
    for (const Role role : {Role::other, Role::phone, Role::company_name, Role::employee_count}) {
      const std::string_view out = cleaner.clean(role, value);
      if (out.empty()) continue;
      EXPECT_EQ(without_blanks(out), without_blanks(value));
    }
  }
}

// Names change the case of letters, nothing else.
TEST(Names, KeepTheirLetters) {
  std::mt19937 random(4714);
  Rules rules;
  rules.enabled.reset();
  rules.enabled.set(static_cast<std::size_t>(Rule::names));
  Cleaner cleaner(rules);
  for (int round = 0; round < 20000; ++round) {
    const std::string value = made_of_pieces(random);
    for (const Role role : {Role::first_name, Role::last_name, Role::full_name}) {
      EXPECT_EQ(text::folded(cleaner.clean(role, value)), text::folded(value));
    }
  }
}

TEST(Counts, SayWhichRuleChangedAValue) {
  const Rules rules;
  Cleaner cleaner(rules);
  cleaner.clean(Role::full_name, " JOHN  SMITH");
  cleaner.clean(Role::full_name, "n/a");
  cleaner.clean(Role::company_domain, "https://acme.com");
  cleaner.clean(Role::work_email, "A@b.co");
  cleaner.clean(Role::person_linkedin, "linkedin.com/in/jane");
  cleaner.clean(Role::other, "nothing to do");
  Counts counts = cleaner.counts();
  EXPECT_EQ(counts[Rule::whitespace], 1U);
  EXPECT_EQ(counts[Rule::names], 1U);
  EXPECT_EQ(counts[Rule::placeholders], 1U);
  EXPECT_EQ(counts[Rule::domains], 1U);
  EXPECT_EQ(counts[Rule::emails], 1U);
  EXPECT_EQ(counts[Rule::linkedin], 1U);
  counts += cleaner.counts();
  EXPECT_EQ(counts[Rule::names], 2U);
}

TEST(Rules, AreKnownByName) {
  for (std::size_t i = 0; i < rule_count; ++i) {
    const auto rule = static_cast<Rule>(i);
    EXPECT_EQ(rule_named(to_string(rule)), rule);
  }
  EXPECT_EQ(rule_named("no such rule"), std::nullopt);
}

}  // namespace
}  // namespace csvm::clean
