#include <gmock/gmock.h>

#include "email.h"
#include "tests/cleaned.h"

namespace csvm::clean {
namespace {

using columns::Role;
using testing::ElementsAre;
using testing::IsEmpty;

/// The addresses of a cell, the first one first; empty if it was left alone.
std::vector<std::string> split(std::string_view value) {
  const Rules rules;
  Cleaner cleaner(rules);
  std::vector<std::string> others = {"left over"};
  std::vector<std::string> all = {std::string(cleaner.clean_emails(value, others))};
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

TEST(Emails, AreLowerCaseAndBare) {
  expect_all(Role::work_email, {{"Jane@Acme.COM", "jane@acme.com"},
                                {"mailto:jane@acme.com", "jane@acme.com"},
                                {"MAILTO:Jane@acme.com?subject=Hi", "jane@acme.com"},
                                {"<jane@acme.com>", "jane@acme.com"},
                                {"Jane Doe <jane@acme.com>", "jane@acme.com"},
                                {"\"Doe, Jane\" <jane@acme.com>", "jane@acme.com"},
                                {"[jane@acme.com](mailto:jane@acme.com)", "jane@acme.com"},
                                {"jane@acme.com.", "jane@acme.com"},
                                {"'jane@acme.com'", "jane@acme.com"},
                                {"email: jane@acme.com", "jane@acme.com"},
                                {"J\u00dcRGEN@m\u00fcller.de", "j\u00fcrgen@m\u00fcller.de"}});
  expect_kept(Role::personal_email,
              {"jane@acme.com", "jane.o'neil+x@mail.acme.co.uk", "a_b@x.io", "1@2.de"});
}

TEST(SeveralEmails, AreSplitAndTheFirstStays) {
  EXPECT_THAT(split("a@x.com;B@y.com"), ElementsAre("a@x.com", "b@y.com"));
  EXPECT_THAT(split("a@x.com, b@y.com | c@z.com"), ElementsAre("a@x.com", "b@y.com", "c@z.com"));
  EXPECT_THAT(split("a@x.com b@y.com\nc@z.com"), ElementsAre("a@x.com", "b@y.com", "c@z.com"));
  EXPECT_THAT(split("a@x.com:b@y.com"), ElementsAre("a@x.com", "b@y.com"));
  EXPECT_THAT(split("a@x.com/b@y.com"), ElementsAre("a@x.com", "b@y.com"));
  EXPECT_THAT(split("a@x.com or b@y.com"), ElementsAre("a@x.com", "b@y.com"));
  EXPECT_THAT(split("A <a@x.com>; B <b@y.com>"), ElementsAre("a@x.com", "b@y.com"));
  EXPECT_THAT(split("a@x.com <b@y.com"), ElementsAre("a@x.com", "b@y.com"));
  EXPECT_THAT(split("a@x.com/b@y.com./c@z.com"), ElementsAre("a@x.com", "b@y.com", "c@z.com"));
  EXPECT_THAT(split("a@x.com / b@y.com"), ElementsAre("a@x.com", "b@y.com"));
  EXPECT_THAT(split("n/a; a@x.com"), ElementsAre("a@x.com"));
  EXPECT_THAT(split("a@x.com; A@X.com"), ElementsAre("a@x.com"));
  EXPECT_THAT(split("a@x.com"), ElementsAre("a@x.com"));
  EXPECT_THAT(split("n/a"), ElementsAre(""));
}

TEST(SeveralEmails, StayTogetherWhenNobodyTakesTheOthers) {
  expect_all(Role::work_email, {{"a@x.com,B@y.com", "a@x.com; b@y.com"}});
}

TEST(CellsThatHoldMoreThanAddresses, Stay) {
  expect_kept(Role::work_email, {"jane@acme.com (bounced)", "jane (at) acme.com", "Jane",
                                 "jane@acme", "@acme.com", "jane@@acme.com", "jane@acme.c",
                                 "jane@acme..com", "ask jane@acme.com first", "jane@-acme.com"});
  EXPECT_THAT(split("jane@acme.com bounced"), ElementsAre("jane@acme.com bounced"));
}

TEST(ValidEmails, FollowTheStandard) {
  EXPECT_TRUE(is_valid_email("a@b.co"));
  EXPECT_TRUE(is_valid_email("a@b.xn--p1ai"));
  EXPECT_FALSE(is_valid_email(std::string(65, 'a') + "@b.co"));
  EXPECT_FALSE(is_valid_email("a@" + std::string(64, 'b') + ".co"));
  EXPECT_FALSE(is_valid_email("a b@c.de"));
  EXPECT_FALSE(is_valid_email(".a@c.de"));
  EXPECT_FALSE(is_valid_email("a@1.2.3.4"));
  EXPECT_FALSE(is_valid_email(""));
  EXPECT_FALSE(is_valid_email("@"));
}

}  // namespace
}  // namespace csvm::clean
