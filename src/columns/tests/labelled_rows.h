// Reads the labelled header rows of tests/data and measures a mapping against them.
#pragma once

#include <string>
#include <vector>

#include "csvm/columns.h"

namespace csvm::columns {

/// What is right for one header of one table type.
struct Label {
  std::vector<std::string> fields;  // empty: stays unmapped
  bool further = false;             // an acceptable further column of its field
  bool may_stay = false;            // staying unmapped is right too
};

struct LabelledRow {
  std::string name;
  std::string language;
  Source source;
  std::vector<TableType> types;
  std::vector<std::vector<Label>> labels;  // [type][column]
};

/// Counts over any number of rows.
struct Figures {
  int mapped = 0, right = 0, fields = 0, found = 0, files = 0, clean = 0, stay = 0, stayed = 0;
  double precision() const { return mapped == 0 ? 1 : static_cast<double>(right) / mapped; }
  double recall() const { return fields == 0 ? 1 : static_cast<double>(found) / fields; }
  double clean_share() const { return files == 0 ? 1 : static_cast<double>(clean) / files; }
  double stay_share() const { return stay == 0 ? 1 : static_cast<double>(stayed) / stay; }
};

/// Fails the running test when the file cannot be read.
std::vector<LabelledRow> read_labelled_rows(const std::string& path);

/// Adds one row of one type; appends a line to `errors` for everything wrong.
void measure(const LabelledRow& row, std::size_t type, Figures& figures, std::string& errors);

}  // namespace csvm::columns
