// mistakes.h - what is wrong with a document, collected: people mend all of it at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"

namespace csvm::recipe {

class Mistakes {
 public:
  /// @param name  of the document, for the message.
  explicit Mistakes(std::string_view name) : name_(name) {}

  void add(std::string_view path, std::string_view what);
  bool empty() const { return found_.empty(); }

  /// `invalid_input` that names the document and each mistake, up to 20 of them.
  Error error() const;

 private:
  std::string name_;
  std::vector<std::string> found_;
};

}  // namespace csvm::recipe
