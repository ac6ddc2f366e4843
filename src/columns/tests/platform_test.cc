// Exports of known tools are recognised by several headers, never by one.
#include <gtest/gtest.h>

#include "proposed.h"

namespace csvm::columns {
namespace {

std::string platform_of(const std::vector<std::string>& headers) {
  Source source;
  source.headers = headers;
  source.samples.resize(headers.size());
  return propose(built_in_fields(TableType::people), source).platform;
}

TEST(Platforms, AreRecognisedBySeveralHeaders) {
  EXPECT_EQ(platform_of({"First Name", "Person Linkedin Url", "# Employees",
                         "Company Name for Emails", "Apollo Contact Id"}),
            "Apollo");
  EXPECT_EQ(platform_of({"zoominfo_contact_id", "ZoomInfo Company ID", "Company HQ Phone"}),
            "ZoomInfo");
  EXPECT_EQ(platform_of({"First Name", "Last Name", "URL", "Email Address", "Company", "Position",
                         "Connected On"}),
            "LinkedIn Connections");
}

TEST(Platforms, AreNotRecognisedByOneHeader) {
  EXPECT_EQ(platform_of({"First Name", "Last Name", "Apollo Contact Id"}), "");
  EXPECT_EQ(platform_of({}), "");
}

TEST(Platforms, SettleHeadersThatMeanSomethingSpecialThere) {
  // In a list from a map, "title" is the name of the business.
  const std::vector<TestColumn> columns = {{"title", {"Tide"}},      {"totalScore", {"4.1"}},
                                           {"reviewsCount", {"12"}}, {"categoryName", {"Boats"}},
                                           {"placeId", {"x1"}},      {"plusCode", {"y"}}};
  EXPECT_EQ(mapped(TableType::company, columns).front(), "Company Name");
  EXPECT_EQ(mapped(TableType::people, {{"title", {"Tide"}}, {"email", {}}}).front(), "Job Title");
}

}  // namespace
}  // namespace csvm::columns
