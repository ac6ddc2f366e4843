// The mapping of whole header rows, measured: precision of what is mapped, recall of the fields
// that are there, share of the headers that rightly stay unmapped.
#include <gtest/gtest.h>

#include <string>

#include "labelled_rows.h"

namespace csvm::columns {
namespace {

class MappingOfHeaderRows : public testing::TestWithParam<std::string> {};

TEST_P(MappingOfHeaderRows, KeepsTheFiguresOfThisFile) {
  Figures figures;
  std::string errors;
  for (const LabelledRow& row : read_labelled_rows(CSVM_TEST_DATA "/" + GetParam() + ".txt")) {
    for (std::size_t type = 0; type < row.types.size(); ++type) {
      measure(row, type, figures, errors);
    }
  }
  RecordProperty("precision", std::to_string(figures.precision()));
  RecordProperty("recall", std::to_string(figures.recall()));
  EXPECT_GT(figures.files, 0);
  EXPECT_GE(figures.precision(), 0.99) << errors;
  EXPECT_GE(figures.recall(), 0.98) << errors;
  EXPECT_GE(figures.stay_share(), 0.99) << errors;
  EXPECT_GE(figures.clean_share(), 0.90) << errors;
}

INSTANTIATE_TEST_SUITE_P(OwnData, MappingOfHeaderRows,
                         testing::Values("own_rows", "english_rows_1", "english_rows_2",
                                         "other_rows", "third_rows"),
                         [](const auto& row) { return row.param; });

}  // namespace
}  // namespace csvm::columns
