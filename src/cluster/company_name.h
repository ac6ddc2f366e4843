// company_name.h - a company's name in any spelling -> its core words, made comparable.
#pragma once

#include <cstdint>
#include <string_view>

#include "person_name.h"
#include "words.h"

namespace csvm::cluster {

/// The parts of a company's name; views into the reader that made them.
struct CompanyName {
  WordList<16> core;  // without legal form, article, "and", region in brackets, advertising
  WordList<8> alias;  // the other name of "X dba Y" (X; Y is the core) and "X (formerly Y)" (Y)
  std::uint64_t legal = 0;  // hash of the legal form; 0: none
  bool empty() const { return core.empty(); }
};

/// Reads company names. Threads: one per thread.
class CompanyReader {
 public:
  /// A placeholder ("n/a", "self-employed") is no name. Valid until the next call.
  const CompanyName& read(std::string_view name);

 private:
  Words words_;
  CompanyName name_;
};

}  // namespace csvm::cluster
