// The mapping of whole header rows, measured: precision of what is mapped, recall of the fields
// that are there, rows without any error.
#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "labelled_rows.h"

namespace csvm::columns {
namespace {

void print(const std::string& what, const Figures& figures) {
  std::cout << what << ": precision " << 100 * figures.precision() << "  recall "
            << 100 * figures.recall() << "  stays unmapped " << 100 * figures.stay_share()
            << "  without error " << 100 * figures.clean_share() << "  (" << figures.files
            << " rows)\n";
}

TEST(Propose, MapsTheHeaderRowsOfRealTools) {
  std::map<std::string, Figures> by_language;
  Figures english_rows;
  Figures other_rows;
  std::string errors;
  for (const LabelledRow& row : read_labelled_rows(CSVM_TEST_DATA "/own_rows.txt")) {
    for (std::size_t type = 0; type < row.types.size(); ++type) {
      measure(row, type, by_language[row.language], errors);
      std::string again;
      measure(row, type, row.language == "en" ? english_rows : other_rows, again);
    }
  }
  for (const auto& [language, figures] : by_language) print(language, figures);
  print("English", english_rows);
  print("other languages", other_rows);
  EXPECT_GE(english_rows.precision(), 0.98) << errors;
  EXPECT_GE(english_rows.recall(), 0.95) << errors;
  EXPECT_GE(other_rows.precision(), 0.98) << errors;
  EXPECT_GE(other_rows.recall(), 0.95) << errors;
  EXPECT_GE(english_rows.stay_share(), 0.98) << errors;
  EXPECT_GE(other_rows.stay_share(), 0.98) << errors;
  std::cout << errors;
}

}  // namespace
}  // namespace csvm::columns
